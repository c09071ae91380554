"""What exists: one component a file, declared with Pulumi and nothing else."""
