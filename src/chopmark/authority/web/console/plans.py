"""What operators agree to, from what the digest is over; and beside it what the dry run reckoned, which it is not over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise

from chopmark.authority.campaigns import selectors
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.web.console.words import (
    ACCEPTANCES,
    AGREED,
    COUNTED,
    COUNTERS,
    FORETOLD,
    INPUTS,
    LISTED_AT_ONCE,
    LISTED_LATER,
    MATCHED,
    NEW_ONES,
    OUTLET_NONE,
    OVERLAP_TO_THE_DAY,
    THEN,
    TYPE_ANY,
)
from chopmark.authority.web.words import NOTICES, REASON_GIVEN
from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.pki.crl import CRLReason
from chopmark.pki.refusals import Refusal

# The dry run's facts that are among what is agreed to, and are shown from there alone.
AGREED_ALREADY: Final = frozenset(
    {
        "by",
        "certificates",
        "currency",
        "free_months",
        "line_chunks",
        "lines",
        "matching",
        "overlap_days",
        "reason",
        "then",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    label: Promise | str
    values: tuple[str, ...]


def agreed_to(campaign: Any) -> Iterator[Fact]:
    """The campaign's own row and its terms: all of it is under the digest, with every line and certificate."""
    terms = selectors.terms_of(campaign)
    issues = selectors.makes_certificates(campaign.kind)
    own = {
        "count": campaign.count,
        **{name: value for name, value in terms.items() if name != "matching"},
        # Of a revocation both say nothing: the type that was asked for is among the terms.
        "type": campaign.type_code if issues else "",
        "input": campaign.input if issues else "",
        "agreement": campaign.agreement,
        "purpose": campaign.purpose,
        "grant": str(campaign.grant_id or ""),
    }
    for name, value in own.items():
        if name == "count":
            yield Fact(label=COUNTED[campaign.kind], values=(formats.number(value),))
            yield from _facts(MATCHED, terms.get("matching", {}), campaign.planned_at)
        elif name == "overlap_days" and value is None:
            yield Fact(label=AGREED[name], values=(str(OVERLAP_TO_THE_DAY),))
        elif value not in ("", None):
            yield _fact(AGREED, name, value, campaign.planned_at)


def reckoned(campaign: Any) -> Iterator[Fact]:
    """What the dry run found beside it; of a replacement's new certificates too."""
    facts = {name: value for name, value in campaign.facts.items() if name not in AGREED_ALREADY}
    issue = {name: value for name, value in facts.pop("issue", {}).items() if name not in AGREED_ALREADY}
    yield from _facts(FORETOLD, facts, campaign.planned_at)
    yield from _facts({**FORETOLD, **NEW_ONES}, issue, campaign.planned_at)


def goes_by(campaign: Any) -> datetime | None:
    """The day by which certificates are replaced; no other kind of campaign has one."""
    by = selectors.terms_of(campaign).get("by")
    return datetime.fromisoformat(by) if by else None


def type_name(code: str, planned_at: datetime) -> str:
    if not code:
        return str(TYPE_ANY)
    try:
        return str(catalogue.certificate_type(code, planned_at).names)
    except Refusal:  # a kind of campaign that is over no one type
        return code


def _facts(labels: Mapping[str, Promise], facts: Mapping[str, Any], planned_at: datetime) -> Iterator[Fact]:
    """In the order of the words; what nobody worded stands as it is, last: nothing of a plan is kept from who approves it."""
    for name in [
        *(name for name in labels if name in facts),
        *(name for name in facts if name not in labels),
    ]:
        if facts[name] not in ({}, None):
            yield _fact(labels, name, facts[name], planned_at)


def _fact(labels: Mapping[str, Promise], name: str, value: Any, planned_at: datetime) -> Fact:
    label = labels.get(name, name)
    if name == "type":
        return Fact(label=label, values=(type_name(value, planned_at),))
    if isinstance(value, Mapping):
        named = {
            "types": lambda code: type_name(code, planned_at),
            "months": _month,
            "notices": lambda code: str(NOTICES.get(code, code)),
            **dict.fromkeys(COUNTERS, _outlet),
        }.get(name, str)
        between = "：" if in_chinese() else ": "
        said_as = _day if name == "counter_until" else _plainly
        each = (f"{named(key)}{between}{said_as(said)}" for key, said in value.items())
        return Fact(label=label, values=tuple(each))
    return Fact(label=label, values=(_WRITTEN.get(name, _plainly)(value),))


def _plainly(value: Any) -> str:
    return formats.number(value) if isinstance(value, int) else _listed(str(value))


def _listed(said: str) -> str:
    """`publication.lists.foretold` in words: at once, or the full list at a moment of its own."""
    before, _, at = said.rpartition("full list at ")
    if said == "full lists at once":
        return str(LISTED_AT_ONCE)
    return str(LISTED_LATER) % {"at": _moment(at)} if before else said


def _outlet(code: str) -> str:
    outlet = current().outlets.outlets.get(code)
    return str(outlet.names) if outlet else str(OUTLET_NONE) if code == "none" else code


def _month(said: str) -> str:
    return formats.month(date.fromisoformat(f"{said}-01"), chinese=in_chinese())


def _day(said: str) -> str:
    return formats.day(date.fromisoformat(said), chinese=in_chinese())


def _duration(seconds: int) -> str:
    return formats.duration(seconds, chinese=in_chinese())


def _moment(said: str) -> str:
    return formats.moment(current().authority.local(datetime.fromisoformat(said)), chinese=in_chinese())


def _reason(name: str) -> str:
    """With the code that stood at the terminal and will stand in the lists."""
    word = REASON_GIVEN.get(CRLReason[name.upper()])
    return f"{word} ({name})" if word else name


_WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    "acceptance": lambda name: str(ACCEPTANCES.get(name, name)),
    "by": _moment,
    "fee_each_minor": formats.money,
    "fees_minor": formats.money,
    "income_foregone_minor": formats.money,
    "input": lambda name: str(INPUTS.get(name, name)),
    "issued_after": _moment,
    "issued_before": _moment,
    "reason": _reason,
    "seconds_estimated": _duration,
    "then": lambda name: str(THEN.get(name, name)),
}
