"""The physical names that people and programs outside of Pulumi type; everything else is named by Pulumi.

Each function checks what AWS would refuse minutes later: characters and length.
"""

import re

_PART = re.compile(r"^[a-z](?:-?[a-z0-9])*$")
ENDPOINT_LENGTH = 63 - len("-pre-12345678")
"""AWS allows 63 characters; a release adds the suffix of its pre-release endpoint."""
FUNCTION_LENGTH = 64
RULE_LENGTH = 64
VARIANT = "live"
"""The one production variant of every endpoint: AWS refuses an update that renames it."""


class NameRefused(ValueError):
    """A name that AWS would not take; the text says which part and why."""


def per_service(service: str, environment: str) -> str:
    """Return `<service>-<environment>`: the name of the endpoint, its pipeline and its model package group.

    Raises:
        NameRefused: a part has characters, or the whole a length, that SageMaker refuses.
    """
    return _short(f"{_part(service, 'model service')}-{_part(environment, 'environment')}", ENDPOINT_LENGTH)


def repository(service: str) -> str:
    """Return the ECR repository of a model service's image."""
    return f"trainyard/{_part(service, 'model service')}"


def deployments_table(environment: str) -> str:
    """Return the DynamoDB table of deployment records."""
    return f"trainyard-{_part(environment, 'environment')}-deployments"


def online_store(service: str, environment: str) -> str:
    """Return the project of a model service's feature store: first part of its tables' names, by Feast's template.

    Feast takes no hyphens here; an account has one environment, so no two services get one name.
    """
    return f"trainyard_{_part(environment, 'environment')}_{_part(service, 'model service')}".replace("-", "_")


def online_table(project: str, schema: int) -> str:
    """Return the DynamoDB table of customers' features of one schema (`recommender.feature_store.layout`)."""
    return f"{project}.customer_features_v{schema}"


def source_secret(service: str, environment: str) -> str:
    """Return the secret that opens the database of a model service's orders."""
    return f"trainyard/{_part(environment, 'environment')}/{_part(service, 'model service')}/source"


def function(environment: str, purpose: str) -> str:
    """Return the Lambda function of a purpose, such as `approval`."""
    return _short(f"trainyard-{_part(environment, 'environment')}-{_part(purpose, 'function')}", FUNCTION_LENGTH)


def schedule_rule(service: str, environment: str) -> str:
    """Return the rule that tells when a model service is due for a look at its orders."""
    return _short(f"trainyard-{per_service(service, environment)}-due", RULE_LENGTH)


def pipeline_arn(pipeline: str, account: str, region: str) -> str:
    """Return the ARN of a SageMaker pipeline."""
    return f"arn:aws:sagemaker:{region}:{account}:pipeline/{pipeline}"


def function_log_group(function: str) -> str:
    """Return the log group that Lambda writes a function's output to."""
    return f"/aws/lambda/{function}"


def failed_events(function: str) -> str:
    """Return the queue of the events that a function has failed on."""
    return f"{function}-failed"


def function_alarm(function: str) -> str:
    """Return the alarm on a function's errors."""
    return f"{function}-errors"


def dashboard(environment: str) -> str:
    """Return the CloudWatch dashboard of an environment."""
    return f"trainyard-{_part(environment, 'environment')}"


def key_alias(environment: str) -> str:
    """Return the alias of the environment's KMS key."""
    return f"alias/trainyard-{_part(environment, 'environment')}"


def endpoint_log_group(endpoint: str) -> str:
    """Return the log group that SageMaker writes an endpoint's containers to."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


def endpoint_alarm(endpoint: str, kind: str) -> str:
    """Return an endpoint-wide alarm; the prefix keeps it apart from a release's, which begin with the endpoint."""
    return f"trainyard-{endpoint}-{kind}"


def _part(value: str, what: str) -> str:
    if not _PART.match(value):
        raise NameRefused(
            f"The name of the {what} is {value!r}; allowed are lower-case letters, digits and single hyphens, "
            "beginning with a letter and not ending with a hyphen."
        )
    return value


def _short(name: str, longest: int) -> str:
    if len(name) > longest:
        raise NameRefused(f"The name {name!r} has {len(name)} characters; at most {longest} are allowed.")
    return name
