"""The platform's functions on AWS Lambda: `approval` behind a URL, `release` for events and a schedule.

Thin: what they do is decided in `trainyard.registry` and `trainyard.release`, which commands call as well. They run on
AWS's runtime with its Powertools layer, so nothing here, nor what it imports, may need another package than boto3,
pydantic and aws_lambda_powertools (`stacks.function_code` lists the files; a test imports them alone).
"""
