"""Where AWS keeps its own SageMaker images: an account per region."""

from localcloud.provider.errors import ProviderError

# Accounts of sagemaker-scikit-learn, and of sagemaker-xgboost and sagemaker-sparkml-serving, which share them. Source:
# "Docker Registry Paths and Example Code" in the SageMaker AI documentation, one page a region (docs.aws.amazon.com/
# sagemaker/latest/dg-ecr-paths), compared with sklearn.json of the SageMaker Python SDK.
_SCIKIT_LEARN = {
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
    "cn-north-1": "450853457545",
    "cn-northwest-1": "451049120500",
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
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "414596584902",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
_REPOSITORIES = {
    "sagemaker-scikit-learn": _SCIKIT_LEARN,
    "sagemaker-xgboost": _SCIKIT_LEARN,
    "sagemaker-sparkml-serving": _SCIKIT_LEARN,
}


def image(region: str, repository: str, tag: str, suffix: str | None = None) -> tuple[str, str]:
    """Return the account and the full image reference of an image that AWS offers in a region.

    Raises:
        ProviderError: the table has no such repository or region.
    """
    if repository not in _REPOSITORIES:
        raise ProviderError(
            f"getPrebuiltEcrImage knows no repository {repository!r} here; it has: {', '.join(sorted(_REPOSITORIES))}"
        )
    accounts = _REPOSITORIES[repository]
    if region not in accounts:
        raise ProviderError(f"AWS offers no {repository} in region {region!r}")
    domain = suffix or ("amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com")
    return accounts[region], f"{accounts[region]}.dkr.ecr.{region}.{domain}/{repository}:{tag}"
