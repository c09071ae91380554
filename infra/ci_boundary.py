"""The most that the roles of CI, and every role that the deploy role makes, can ever be allowed.

A boundary grants nothing: a role may do what its own policy and the boundary both allow. So it names whole services,
those of the platform in this region and no other, and keeps the exact actions to the policies of the roles; a service
that the platform gains enters here by an administrator's `trainyard bootstrap`, never by a pull request alone.
"""

from infra.ci_deploy import manage_roles
from infra.ci_estate import CiEstate
from infra.ci_protection import protected
from infra.ci_services import ROLE_READS, SERVICES
from infra.iam_statements import Document, allow, document


def boundary(estate: CiEstate) -> Document:
    """Return the boundary."""
    # Whole services on all resources: a ceiling, not a grant (see above).
    services = [f"{service.prefix}:*" for service in SERVICES]
    return document(
        allow("ServicesHere", services, ["*"], {"StringEquals": {"aws:RequestedRegion": estate.region}}),
        allow("ReadRoles", ROLE_READS, estate.role_arns),
        *manage_roles(estate),
        *protected(estate),
    )
