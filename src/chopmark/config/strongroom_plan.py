"""The strongroom's database, as its own part of the product says who may do what there."""

from importlib.util import find_spec

from chopmark.config.database import Grants, Plan
from chopmark.config.roles import (
    STRONGROOM,
    STRONGROOM_DATABASE,
    STRONGROOM_MIGRATOR,
    STRONGROOM_OWNER,
    STRONGROOM_ROLES,
)

# Tables that come with the framework's sign-in, and that the desk does not use: nobody's.
_UNUSED = ("auth_group", "auth_group_permissions", "auth_permission")


def _grants() -> Grants:
    if find_spec("chopmark.strongroom.grants") is None:
        return {}
    from chopmark.strongroom.grants import GRANTS

    return {**GRANTS, STRONGROOM: {**dict.fromkeys(_UNUSED, frozenset()), **GRANTS[STRONGROOM]}}


PLAN = Plan(
    database=STRONGROOM_DATABASE,
    owner=STRONGROOM_OWNER,
    migrator=STRONGROOM_MIGRATOR,
    roles=STRONGROOM_ROLES,
    grants=_grants(),
    functions={},
)
