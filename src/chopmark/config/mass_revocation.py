"""`chopmark campaign plan-revocation`: which certificates are to be revoked at once, and why; docs/campaigns.md is the manual."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from chopmark.authority.catalogue.words import KeyAlgorithm
from chopmark.config.campaigns import naming_lines, say
from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal
from chopmark.pki.reasons import CRLReason
from chopmark.pki.refusals import Refusal

if TYPE_CHECKING:
    from chopmark.authority.campaigns.matching import Matching

# As RFC 5280 §5.3.1 writes them.
REASONS = {
    "unspecified": CRLReason.UNSPECIFIED,
    "keyCompromise": CRLReason.KEY_COMPROMISE,
    "cACompromise": CRLReason.CA_COMPROMISE,
    "affiliationChanged": CRLReason.AFFILIATION_CHANGED,
    "superseded": CRLReason.SUPERSEDED,
    "cessationOfOperation": CRLReason.CESSATION_OF_OPERATION,
    "certificateHold": CRLReason.CERTIFICATE_HOLD,
    "removeFromCRL": CRLReason.REMOVE_FROM_CRL,
    "privilegeWithdrawn": CRLReason.PRIVILEGE_WITHDRAWN,
    "aACompromise": CRLReason.AA_COMPROMISE,
}
SAID = {
    "holders_cannot_answer": "holders who have no login could not accept: plan it for those who have, or see campaign_acceptance",
    "notices_outlast_answers": "telling all takes longer than they have to accept: plan fewer, or have the owner let more go",
    "campaign_empty": "no certificate that is good matches, so there is nothing to revoke",
    "campaign_of_everything": "say which certificates: by type, issuer, key, day, campaign, serial numbers or keys",
    "replacement_day_passed": "the day by which they are to be replaced must be to come",
    "reason_not_permitted": "a type's rules do not let the authority revoke its certificates for this reason",
}
KEYS = {one.value.lower(): one for one in KeyAlgorithm} | {
    one.value.lower().replace("-", "", 1): one
    for one in (KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.P521)
}
Verb = TypeVar("Verb", bound=Callable[..., Any])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"])


_TYPE = click.option("--type", "type_code", help="Certificates of this type.")
_CHOOSING = (
    click.option("--issuer", help="Certificates of this issuer."),
    click.option("--key", type=click.Choice(sorted(KEYS)), help="Certificates for keys of this kind."),
    click.option("--issued-after", type=MOMENT, help="Valid from this day on, or later."),
    click.option("--issued-before", type=MOMENT, help="Valid from before this day."),
    click.option("--campaign", "of_campaign", help="Certificates of this campaign, C26110001."),
    click.option(
        "--serials",
        type=click.File("r", encoding="ascii"),
        help="Serial numbers, one a line, in hexadecimal.",
    ),
    click.option(
        "--keys",
        type=click.File("r", encoding="ascii"),
        help="SHA-256 of public keys, one a line, in hexadecimal.",
    ),
)


def choosing(command: Verb) -> Verb:
    """The options that say which certificates."""
    for option in reversed(_CHOOSING):
        command = option(command)
    return command


@click.command("plan-revocation")
@_TYPE
@choosing
@click.option("--reason", required=True, type=click.Choice(list(REASONS)))
@click.option("--dry-run", is_flag=True, help="Say what would be revoked and write nothing.")
@HOME
@AS
@CODE
@JSON
def plan_revocation(
    reason: str, dry_run: bool, home: Path, number: str, code: str, as_json: bool, **asked: Any
) -> None:
    """Find every certificate that is as asked in all respects, and write down that these are to be revoked."""
    become(home, "operator")
    from chopmark.authority.campaigns import mass_planning, services
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        now = clock.now()
        operator = enter_by_code(number=number, code=code, now=now)
        wanted = mass_planning.Revoking(matching=matching_of(**asked), reason=REASONS[reason])
        planned = mass_planning.dry_run(wanted, now=now)
        if dry_run:
            return dict(planned.facts)
        made = services.write_revocation(wanted=wanted, planned=planned, actor=operator, now=now)
        return {"campaign": made.reference, "digest": bytes(made.digest).hex(), **planned.facts}

    say(or_refusal(lambda: naming_lines(lambda: in_words(ask))), as_json)


def matching_of(
    *,
    type_code: str | None,
    issuer: str | None,
    key: str | None,
    issued_after: datetime | None,
    issued_before: datetime | None,
    of_campaign: str | None,
    serials: Iterable[str] | None,
    keys: Iterable[str] | None,
) -> "Matching":
    from chopmark.authority.campaigns.mass_planning import read_keys, read_serial_numbers
    from chopmark.authority.campaigns.matching import Matching

    return Matching(
        type_code=type_code,
        issuer=issuer,
        key=KEYS[key] if key else None,
        issued_after=issued_after and here(issued_after),
        issued_before=issued_before and here(issued_before),
        campaign=of_campaign,
        serial_numbers=None if serials is None else read_serial_numbers(serials, issuer=issuer),
        keys=None if keys is None else read_keys(keys),
    )


def here(typed: datetime) -> datetime:
    """A day begins at midnight where the authority is."""
    from zoneinfo import ZoneInfo

    from chopmark.authority.catalogue.reading import current

    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(current().authority.zone))


def in_words(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return dict(ask())
    except Refusal as refusal:
        if refusal.code in SAID:
            details = ", ".join(f"{name} {value}" for name, value in refusal.details.items())
            click.echo(f"{SAID[refusal.code]}{f' ({details})' if details else ''}", err=True)
        raise
