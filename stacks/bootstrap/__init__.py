"""What an account needs once, before its first environment: a project of its own, with a state of its own."""
