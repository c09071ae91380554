"""The training pipeline in terms of the SageMaker SDK; run by `pipelines.rendering` in a process of its own."""
