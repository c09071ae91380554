"""A local AWS for machine-learning platforms: moto's control plane, with jobs, pipelines and endpoints that run."""
