"""What the preview role may do beside reading the set-up of the platform's services, and what it may never read.

A pull request's code runs with this role, so what it denies it denies explicitly: a policy that somebody attaches
later does not open it. Values of secrets, objects, items, log lines and image layers stay unread. What it cannot be
kept from is the state itself: a preview needs the state's key, so secrets that Pulumi's state holds can be read by it.
"""

from infra.ci.estate import CiEstate, deny, read_state
from infra.iam_statements import Document, Statement, allow, document

_ITEMS = ("BatchGetItem", "GetItem", "GetRecords", "PartiQLSelect", "Query", "Scan", "ExportTableToPointInTime")
_LINES = ("FilterLogEvents", "GetLogEvents", "GetLogRecord", "GetQueryResults", "StartLiveTail", "StartQuery", "Unmask")
_LAYERS = ("BatchGetImage", "GetAuthorizationToken", "GetDownloadUrlForLayer")
_SECRETS = ("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameterHistory")
_PARAMETERS = ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath")
_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")


def preview(estate: CiEstate) -> Document:
    """Return the preview role's own document."""
    return document(
        *read_state(estate),
        # HeadObject needs GetObject; the archive is this repository's own code.
        allow("ReadBaseline", ["s3:GetObject", "s3:GetObjectTagging"], [estate.baseline_archives]),
        *_denied(estate),
    )


def _denied(estate: CiEstate) -> list[Statement]:
    known = [f"arn:aws:ssm:{estate.here}:parameter/trainyard/*"]
    readable = [f"{estate.state_bucket_arn}/*", estate.baseline_archives]
    return [
        deny("NoSecrets", _SECRETS, ["*"]),
        deny("NoOtherParameters", _PARAMETERS, known, but=True),
        # A SecureString is decrypted by the caller's right to its key: without it even ours stays closed.
        deny("NoOtherKeys", ["kms:Decrypt"], [estate.state_key_arn], but=True),
        deny("NoData", _OBJECTS, readable, but=True),
        deny("NoItems", [f"dynamodb:{action}" for action in _ITEMS], ["*"]),
        deny("NoLogLines", [f"logs:{action}" for action in _LINES], ["*"]),
        deny("NoLayers", [f"ecr:{action}" for action in _LAYERS], ["*"]),
        deny("NoPredictionsNorOtherRoles", ["sagemaker:InvokeEndpoint", "sts:AssumeRole"], ["*"]),
    ]
