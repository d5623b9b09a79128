"""What a record may be opened for, by whom and how often: the owner's policy file, read once and checked."""

from functools import cache

from chopmark.strongroom import clock
from chopmark.strongroom.errors import (
    FieldNotOfPurpose,
    NothingAsked,
    PurposeNotForCaller,
    PurposeNotOfCase,
)
from chopmark.strongroom.options import USUAL_POLICY, Options
from chopmark.strongroom.particulars import MASKED, plain
from chopmark.strongroom.policy.reading import AUTHORITY, DESK, read_file
from chopmark.strongroom.policy.shapes import Purpose, Terms
from chopmark.strongroom.policy.sheet import PolicyMistakes

__all__ = ["AUTHORITY", "DESK", "FILE", "Purpose", "Terms", "require_allowed", "require_in_force", "terms"]

FILE = USUAL_POLICY


def require_allowed(
    purpose: Purpose, *, fields: frozenset[str], caller: str, case_purposes: frozenset[str]
) -> None:
    """The purpose is the case's and the caller's, and needs every field; asking for none is refused."""
    if purpose.name not in case_purposes:
        raise PurposeNotOfCase
    if caller not in purpose.callers:
        raise PurposeNotForCaller
    require_fields(purpose, fields)


def require_fields(purpose: Purpose, fields: frozenset[str]) -> None:
    """The purpose needs every field: a plain one by its own name, a masked one also by its plain name."""
    if not fields:
        raise NothingAsked
    if not all(field in purpose.fields or _is_less_than_allowed(field, purpose) for field in fields):
        raise FieldNotOfPurpose


def _is_less_than_allowed(field: str, purpose: Purpose) -> bool:
    return field in MASKED and plain(field) in purpose.fields


@cache
def terms() -> Terms:
    """The policy of this process, which is in force today: what changes in the file counts from the next start."""
    read = read_file(Options.read().policy_file)
    require_in_force(read)
    return read


def require_in_force(policy: Terms) -> None:
    if policy.in_force_from > clock.now().date():
        mistake = f"policy.from: is not in force before {policy.in_force_from}"
        raise PolicyMistakes(Options.read().policy_file.name, [mistake])
