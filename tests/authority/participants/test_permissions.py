import re

from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.permissions import (
    APPLICANT_PERMISSIONS,
    CONFLICTS,
    PERMISSIONS_OF,
    ROLES_OF_KIND,
    Permission,
    Role,
    permissions_of,
)


def test_it_works():
    officer = permissions_of(ActorKind.OFFICER, [Role.RELEASE_OFFICER])

    assert Permission.COUNTER_APPLICATION_RELEASE in officer
    assert permissions_of(ActorKind.APPLICANT, []) == APPLICANT_PERMISSIONS
    assert permissions_of(ActorKind.OFFICER, []) == frozenset()


def test_the_words_are_in_order_and_of_one_form():
    assert [word.value for word in Permission] == sorted(word.value for word in Permission)
    assert all(re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z_]+", word) for word in Permission)
    assert all(word.name == word.value.upper().replace(":", "_") for word in Permission)


def test_every_permission_is_given_by_some_role_and_every_role_to_some_kind():
    assert frozenset[str]().union(APPLICANT_PERMISSIONS, *PERMISSIONS_OF.values()) == frozenset(Permission)
    assert frozenset[Role]().union(*ROLES_OF_KIND.values()) == frozenset(Role)


def test_what_conflicts_cannot_be_reached_by_one_person():
    assert frozenset({Role.INTAKE_OFFICER, Role.RELEASE_OFFICER}) in CONFLICTS
    assert frozenset({Role.CUSTODIAN, Role.OPERATOR}) in CONFLICTS
    assert frozenset({Role.AUDITOR, Role.OPERATOR}) in CONFLICTS


def test_no_role_both_records_evidence_and_releases():
    both = {Permission.COUNTER_EVIDENCE_RECORD, Permission.COUNTER_APPLICATION_RELEASE}
    assert not [role for role, gives in PERMISSIONS_OF.items() if both <= gives]
