"""SageMaker, executed: models, endpoints, jobs and pipelines that really run."""
