"""AWS's own accounts: the only foreign ones that an environment refers to, for images to pull and layers to run."""

SCIKIT_LEARN = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "720646828776",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "341280168497",
    "ca-west-1": "190319476487",
    "eu-central-1": "492215442770",
    "eu-central-2": "680994064768",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-south-2": "104374241257",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
"""Region -> account of the scikit-learn images, which the baseline runs on (SageMaker developer guide, "Docker registry
paths"); a test compares it with the SageMaker SDK's table."""


def accounts(region: str) -> tuple[str, ...]:
    """Return the accounts of AWS's registries in a region."""
    return (SCIKIT_LEARN[region],) if region in SCIKIT_LEARN else ()


POWERTOOLS = "017000801446"
"""The account whose layers hold Powertools for AWS Lambda, in every region of the partition `aws` (its documentation,
"Installation", Lambda layers)."""


def layer_accounts() -> tuple[str, ...]:
    """Return the accounts of AWS's own Lambda layers."""
    return (POWERTOOLS,)
