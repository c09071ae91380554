"""Who CI is in an account and what it may do: documents as pure functions, and the component that declares them."""
