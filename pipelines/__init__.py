"""What runs on an environment: pipeline definitions and their launchers."""
