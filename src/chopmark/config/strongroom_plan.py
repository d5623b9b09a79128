"""The strongroom's database, as its own part of the product says who may do what there."""

from chopmark.config.database import Plan
from chopmark.config.roles import (
    STRONGROOM,
    STRONGROOM_DATABASE,
    STRONGROOM_MIGRATOR,
    STRONGROOM_OWNER,
    STRONGROOM_ROLES,
)
from chopmark.strongroom.grants import GRANTS

# Tables that come with the framework's sign-in, and that the desk does not use: nobody's.
_UNUSED: dict[str, frozenset[str]] = dict.fromkeys(
    ("auth_group", "auth_group_permissions", "auth_permission"), frozenset()
)


PLAN = Plan(
    database=STRONGROOM_DATABASE,
    owner=STRONGROOM_OWNER,
    migrator=STRONGROOM_MIGRATOR,
    roles=STRONGROOM_ROLES,
    grants={**GRANTS, STRONGROOM: {**_UNUSED, **GRANTS[STRONGROOM]}},
    functions={},
)
