"""Nothing leads out of the environment: every account and region in any input is the environment's own.

Accounts stand in ARNs, in addresses, in names of buckets and by themselves; regions in ARNs, in addresses and in
properties of their own. AWS's own policies (`arn:aws:iam::aws:…`), image registries and layers are nobody's
environment. Images are shared with the accounts that the stack file names: in ARNs and addresses of ECR, and in
policies of repositories.
"""

import re
from collections.abc import Iterator

from stacks.rules import aws_registries
from stacks.rules.context import Context
from stacks.rules.documents import Statement, statements
from stacks.rules.reading import leaves, shown, top
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each

_ARN = re.compile(r"arn:aws[\w-]*:(?P<service>[\w*-]+):(?P<region>[\w*?-]*):(?P<account>[\w*?-]*):(?P<rest>[^\s\"',]*)")
_REGISTRY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.com")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z+])\d{12}(?![0-9A-Za-z])")
"""An account id by itself or in a name; a plus makes it a telephone number."""
_HOST = re.compile(r"(?<![\w-])(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.(?:\w+\.)*(?:amazonaws\.com|api\.aws|on\.aws)")
_SERVICE_NAME = re.compile(r"com\.amazonaws\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)(?=\.)")
_PLACES = re.compile(r"(?:^|[._])(?:region|awsRegion|availabilityZones?)(?:\[\d+\])?$")
_PLACE = re.compile(r"^(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)[a-z]?$")
_KEYS_OF_OBJECTS = ("aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2")
"""Their keys are paths of our own making, with digests in them."""
_LENDING = "aws:ecr/repositoryPolicy:RepositoryPolicy"
_CURE = "Refer to what this environment declares or holds; what another one has is copied, never reached for."


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    denied = _denied(resource)
    sharing = context.image_accounts if resource.type == _LENDING else ()
    for path, value in leaves(resource.inputs):
        if value == UNKNOWN:
            yield Undecided(resource, top(path))
        elif isinstance(value, str) and (resource.type not in _KEYS_OF_OBJECTS or path != "key"):
            strays = _strays(path, value, context, denies=path.startswith(denied))
            for what in dict.fromkeys(each for each in strays if each not in map(_of_account, sharing)):
                place = f"account {context.account}, {context.region}"
                yield Broken(
                    resource,
                    f"{resource} leads out of its environment ({place}): {path} is {shown(value)}, {what}.",
                    _CURE,
                )


def _strays(path: str, value: str, context: Context, *, denies: bool) -> Iterator[str]:
    """Yield what in a text is of another account or region; nothing for what is the environment's own."""
    rest = value
    for pattern, judged in ((_ARN, _in_arn), (_REGISTRY, _in_registry)):
        for match in pattern.finditer(rest):
            yield from judged(match, context, denies)
        rest = pattern.sub(lambda match: _bucket(match.groupdict()), rest)
    for match in _ACCOUNT.finditer(_UUID.sub("", rest)):
        yield from _foreign_account(match[0], context)
    for pattern in (_HOST, _SERVICE_NAME):
        for match in pattern.finditer(rest):
            yield from _foreign_region(match["region"], context)
    place = _PLACE.match(value) if _PLACES.search(path) else None
    if place:
        yield from _foreign_region(place["region"], context)


def _in_arn(match: re.Match[str], context: Context, denies: bool) -> Iterator[str]:
    region, account = match["region"], match["account"]
    if account == "aws" or (match["service"] == "ecr" and account in aws_registries.accounts(context.region)):
        return
    layer = match["service"] == "lambda" and match["rest"].startswith("layer:")
    if layer and account in aws_registries.layer_accounts():
        account = context.account
    if match["service"] == "ecr" and account in context.image_accounts:
        account = context.account
    for part, yields in ((account, _foreign_account), (region, _foreign_region)):
        if part and not (denies and set(part) & set("*?")):  # a Deny takes away, from everybody at best
            yield from yields(part, context)


def _in_registry(match: re.Match[str], context: Context, denies: bool) -> Iterator[str]:
    if match["account"] not in (*aws_registries.accounts(context.region), *context.image_accounts):
        yield from _foreign_account(match["account"], context)
    yield from _foreign_region(match["region"], context)


def _foreign_account(account: str, context: Context) -> Iterator[str]:
    if account != context.account:
        yield "of every account" if set(account) & set("*?") else _of_account(account)


def _of_account(account: str) -> str:
    return f"of account {account}"


def _foreign_region(region: str, context: Context) -> Iterator[str]:
    if region != context.region:
        yield "of every region" if set(region) & set("*?") else f"of region {region}"


def _bucket(arn: dict[str, str]) -> str:
    """Return what of an ARN must still be searched: a bucket's ARN has its account in the name, if anywhere."""
    return f" {arn['rest'].partition('/')[0]} " if arn.get("service") == "s3" else " "


def _denied(resource: Resource) -> tuple[str, ...]:
    return tuple(f"{each.path}." for each in statements(resource) if isinstance(each, Statement) and not each.allows)


RULE = Rule(
    "no-cross-account-reference",
    "Nothing leads out of the environment: every ARN, account and region in any input is its own, or AWS's.",
    for_each(_judge),
)
