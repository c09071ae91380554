"""What exists: one component a file, Pulumi only; no reading of configuration, no names of stacks."""
