"""How an account is prepared: the state, what holds in the whole account, and who CI is."""

import pulumi
import pulumi_aws as aws

from infra.account_guards import LINKED_SERVICES, AccountGuards, AccountGuardsArgs
from infra.ci.estate import CiEstate
from infra.ci.identity import CiIdentity, CiIdentityArgs
from infra.state_store import StateStore, StateStoreArgs
from stacks.bootstrap import outputs
from stacks.bootstrap.outputs import BootstrapOutputs
from stacks.bootstrap.settings import Settings


def compose(settings: Settings, environment: str, provider: aws.Provider) -> pulumi.Output[str]:
    """Declare what the account needs and return its `BootstrapOutputs` as JSON."""
    opts = pulumi.ResourceOptions(provider=provider)
    state = _state(settings, opts)
    _guards(settings, opts)
    identity = _identity(settings, environment, state, opts)
    return _published(settings, state, identity)


def _state(settings: Settings, opts: pulumi.ResourceOptions) -> StateStore:
    existing = settings.existing
    return StateStore(
        "state",
        StateStoreArgs(
            account=settings.account,
            bucket=settings.state_bucket,
            key_alias=outputs.KEY_ALIAS,
            noncurrent_version_days=settings.state.noncurrent_version_days,
            access_log_days=settings.state.access_log_days,
            key_deletion_days=settings.state.key_deletion_days,
            existing_bucket=bool(existing.state_bucket),
            existing_key_arn=existing.state_key_arn or None,
        ),
        opts,
    )


def _guards(settings: Settings, opts: pulumi.ResourceOptions) -> AccountGuards:
    guards, existing = settings.guards, settings.existing
    return AccountGuards(
        "guards",
        AccountGuardsArgs(
            account=settings.account,
            block_public_access=guards.block_public_access and not existing.public_access_block,
            encrypt_volumes=guards.encrypt_volumes and not existing.volume_encryption,
            guardduty=guards.guardduty and not existing.guardduty_detector,
            linked_services=[each for each in LINKED_SERVICES if each not in existing.service_linked_roles],
        ),
        opts,
    )


def _identity(settings: Settings, environment: str, state: StateStore, opts: pulumi.ResourceOptions) -> CiIdentity:
    boundary_arn = outputs.boundary_arn(settings.account)
    estate = state.key_arn.apply(
        lambda key_arn: CiEstate(
            account=settings.account,
            region=settings.region,
            environment=environment,
            project=outputs.PLATFORM,
            state_bucket_arn=state.bucket_arn,
            state_key_arn=key_arn,
            boundary_arn=boundary_arn,
        )
    )
    return CiIdentity(
        "ci",
        CiIdentityArgs(
            estate=estate,
            environment=environment,
            boundary_name=outputs.BOUNDARY,
            deploy_role=outputs.DEPLOY_ROLE,
            preview_role=outputs.PREVIEW_ROLE,
            data_role=outputs.DATA_ROLE,
            repository=settings.github.repository or None,
            existing_provider_arn=settings.existing.oidc_provider_arn or None,
        ),
        opts,
    )


def _published(settings: Settings, state: StateStore, identity: CiIdentity) -> pulumi.Output[str]:
    known = {
        "account": settings.account,
        "region": settings.region,
        "state_bucket": state.bucket,
        "state_key_arn": state.key_arn,
        "backend_url": outputs.backend_url(settings.state_bucket, settings.region),
        "secrets_provider": outputs.secrets_provider(settings.region),
        "boundary_arn": identity.boundary_arn,
        "deploy_role_arn": identity.deploy_role_arn,
        "preview_role_arn": identity.preview_role_arn,
        "data_role_arn": identity.data_role_arn,
    }
    return pulumi.Output.from_input(known).apply(
        lambda values: BootstrapOutputs.model_validate(values).model_dump_json()
    )
