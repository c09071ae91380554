"""A local AWS for machine-learning platforms: moto's control plane, and jobs, pipelines and endpoints that really run."""
