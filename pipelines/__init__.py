"""What runs on the platform: the training pipeline's definition, how it is stored, started and followed.

`pipelines.definition` needs the SageMaker SDK and is imported only while a definition is rendered; everything else
is boto3 alone, so that handlers and the command line start fast.
"""
