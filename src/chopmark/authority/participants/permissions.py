"""The closed vocabulary of what a person may do, "scope:resource:action", and of the trusted roles that give
it (CPS 5.2).

The scope is the face where it is done. Adding a word here is a change of the practice statement's role table.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from itertools import combinations

from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.errors import RoleNotOfKind, RolesConflict


class Permission(StrEnum):
    CONSOLE_CAMPAIGN_RUN = "console:campaign:run"
    CONSOLE_CERTIFICATE_RETRY = "console:certificate:retry"
    CONSOLE_CERTIFICATE_REVOKE = "console:certificate:revoke"
    CONSOLE_CRL_PUBLISH = "console:crl:publish"
    CONSOLE_LOGIN_CLOSE = "console:login:close"
    CONSOLE_OUTLET_SUSPEND = "console:outlet:suspend"
    CONSOLE_PIPELINE_READ = "console:pipeline:read"
    CONSOLE_STAFF_REGISTER = "console:staff:register"
    CONSOLE_WITNESS_ACKNOWLEDGE = "console:witness:acknowledge"
    COUNTER_APPLICATION_READ = "counter:application:read"
    COUNTER_APPLICATION_REFUSE = "counter:application:refuse"
    COUNTER_APPLICATION_RELEASE = "counter:application:release"
    COUNTER_EVIDENCE_RECORD = "counter:evidence:record"
    COUNTER_PAYMENT_TAKE = "counter:payment:take"
    COUNTER_REVOCATION_CONFIRM = "counter:revocation:confirm"
    COUNTER_SUSPENSION_TAKE = "counter:suspension:take"
    CUSTODY_CEREMONY_ATTEND = "custody:ceremony:attend"
    PORTAL_APPLICATION_OWN = "portal:application:own"
    PORTAL_CERTIFICATE_OWN = "portal:certificate:own"
    PORTAL_PAYMENT_MAKE = "portal:payment:make"
    STAFF_ACCESS_READ = "staff:access:read"
    STAFF_ACCESS_REVIEW = "staff:access:review"
    SUPERVISOR_AUDIT_READ = "supervisor:audit:read"
    SUPERVISOR_LEDGER_READ = "supervisor:ledger:read"
    SUPERVISOR_OUTLET_SUSPEND = "supervisor:outlet:suspend"
    SUPERVISOR_REVOCATION_ORDER = "supervisor:revocation:order"
    SUPERVISOR_SERVICE_READ = "supervisor:service:read"
    SUPERVISOR_WITNESS_ACKNOWLEDGE = "supervisor:witness:acknowledge"


class Role(StrEnum):
    AUDITOR = "auditor"
    CUSTODIAN = "custodian"
    INTAKE_OFFICER = "intake_officer"
    OPERATOR = "operator"
    REGISTRAR = "registrar"
    RELEASE_OFFICER = "release_officer"
    SUPERVISOR = "supervisor"


P = Permission
PERMISSIONS_OF: Mapping[Role, frozenset[Permission]] = {
    Role.AUDITOR: frozenset(
        {
            P.STAFF_ACCESS_READ,
            P.SUPERVISOR_AUDIT_READ,
            P.SUPERVISOR_LEDGER_READ,
            P.SUPERVISOR_SERVICE_READ,
        }
    ),
    Role.CUSTODIAN: frozenset({P.CUSTODY_CEREMONY_ATTEND}),
    Role.INTAKE_OFFICER: frozenset(
        {
            P.COUNTER_APPLICATION_READ,
            P.COUNTER_APPLICATION_REFUSE,
            P.COUNTER_EVIDENCE_RECORD,
            P.COUNTER_PAYMENT_TAKE,
            P.COUNTER_SUSPENSION_TAKE,
        }
    ),
    Role.OPERATOR: frozenset(
        {
            P.CONSOLE_CAMPAIGN_RUN,
            P.CONSOLE_CERTIFICATE_RETRY,
            P.CONSOLE_CERTIFICATE_REVOKE,
            P.CONSOLE_CRL_PUBLISH,
            P.CONSOLE_OUTLET_SUSPEND,
            P.CONSOLE_PIPELINE_READ,
            P.CONSOLE_WITNESS_ACKNOWLEDGE,
        }
    ),
    Role.REGISTRAR: frozenset(
        {P.CONSOLE_LOGIN_CLOSE, P.CONSOLE_STAFF_REGISTER, P.STAFF_ACCESS_READ, P.STAFF_ACCESS_REVIEW}
    ),
    Role.RELEASE_OFFICER: frozenset(
        {
            P.COUNTER_APPLICATION_READ,
            P.COUNTER_APPLICATION_REFUSE,
            P.COUNTER_APPLICATION_RELEASE,
            P.COUNTER_REVOCATION_CONFIRM,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            P.STAFF_ACCESS_READ,
            P.STAFF_ACCESS_REVIEW,
            P.SUPERVISOR_AUDIT_READ,
            P.SUPERVISOR_LEDGER_READ,
            P.SUPERVISOR_OUTLET_SUSPEND,
            P.SUPERVISOR_REVOCATION_ORDER,
            P.SUPERVISOR_SERVICE_READ,
            P.SUPERVISOR_WITNESS_ACKNOWLEDGE,
        }
    ),
}
# What an applicant may do follows from being one: with her own things, which each verb checks.
APPLICANT_PERMISSIONS = frozenset({P.PORTAL_APPLICATION_OWN, P.PORTAL_CERTIFICATE_OWN, P.PORTAL_PAYMENT_MAKE})

ROLES_OF_KIND: Mapping[ActorKind, frozenset[Role]] = {
    ActorKind.APPLICANT: frozenset(),
    ActorKind.OFFICER: frozenset({Role.INTAKE_OFFICER, Role.RELEASE_OFFICER}),
    ActorKind.OPERATOR: frozenset({Role.CUSTODIAN, Role.OPERATOR, Role.REGISTRAR}),
    ActorKind.SUPERVISOR: frozenset({Role.AUDITOR, Role.SUPERVISOR}),
}

# Intake, approval, key custody, issuance, registering people and audit are six different hands (C4).
SEPARATED = frozenset(Role) - {Role.SUPERVISOR}
CONFLICTS = frozenset(frozenset(pair) for pair in combinations(sorted(SEPARATED), 2))


def permissions_of(kind: ActorKind, roles: Iterable[Role]) -> frozenset[str]:
    own = APPLICANT_PERMISSIONS if kind is ActorKind.APPLICANT else frozenset()
    return frozenset[str]().union(own, *(PERMISSIONS_OF[role] for role in roles))


def require_roles(kind: ActorKind, roles: Collection[Role]) -> None:
    """These roles may be held together by one person of this kind (C4), and there is at least one."""
    if not roles or not set(roles) <= ROLES_OF_KIND.get(kind, frozenset()):
        raise RoleNotOfKind(kind=kind)
    for one, other in combinations(sorted(set(roles)), 2):
        if frozenset({one, other}) in CONFLICTS:
            raise RolesConflict(one=one, other=other)
