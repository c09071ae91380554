"""What processing and training jobs share: data in and out, the container's process, its logs and metrics."""
