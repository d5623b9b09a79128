"""What the owner's officers type: the policy, grants, holds, retention, alerts. Each act is in one person's own name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.actors import OWNER, Actor
from chopmark.strongroom.policy.sheet import PolicyMistakes

if TYPE_CHECKING:
    from chopmark.strongroom.policy.models import Alert, OwnerGrant


class _Verbs(click.Group):
    """A refusal is one line with its code; it is on disk already."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except Refusal as refusal:
            raise click.ClickException(f"refused: {refusal}") from None
        except PolicyMistakes as mistakes:
            raise click.ClickException(str(mistakes)) from None


@click.group(cls=_Verbs)
def policy() -> None:
    """The owner's policy file."""


@policy.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def policy_check(file: Path) -> None:
    """Name every mistake in a policy file, or its digest if there is none."""
    from chopmark.strongroom.policy.reading import read_file

    terms = read_file(file)
    click.echo(f"{terms.version}, in force from {terms.in_force_from}: {terms.digest.hex()}")


@click.group(cls=_Verbs)
def retention() -> None:
    """Records whose time has run out."""
    _set_up()


@retention.command("due")
def retention_due() -> None:
    """List them, with what is held."""
    from chopmark.strongroom.services.retention import due

    for each in due(now=clock.now()):
        held = " held" if each.is_held else ""
        click.echo(f"{each.record_id} {each.type} since {each.due_at:%Y-%m-%d}{held}")


@retention.command("shred")
def retention_shred() -> None:
    """Destroy the keys of all that are due, confirmed and not held."""
    from chopmark.strongroom.actors import CLOCK
    from chopmark.strongroom.services.retention import shred_due

    click.echo(f"{shred_due(actor=CLOCK, now=clock.now())} shredded")


@retention.command("confirm")
@click.argument("records", type=int)
def retention_confirm(records: int) -> None:
    """Confirm that the RECORDS that are due now are destroyed; say how many, as the list shows them."""
    from chopmark.strongroom.services.retention import confirm_shredding

    confirm_shredding(expected=records, actor=_who(), now=clock.now())
    click.echo(f"{records} confirmed")


@click.group(cls=_Verbs)
def hold() -> None:
    """Records that are not to be destroyed."""
    _set_up()


@hold.command("place")
@click.argument("record", type=click.UUID)
@click.argument("reason")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it ends by itself (UTC).")
def hold_place(record: UUID, reason: str, until: datetime | None) -> None:
    """Hold a record, for one of the policy's reasons."""
    from chopmark.strongroom.services.retention import place_hold

    ends = until and until.replace(tzinfo=UTC)
    number = place_hold(record_id=record, reason=reason, until=ends, actor=_who(), now=clock.now())
    click.echo(f"hold {number} placed")


@hold.command("lift")
@click.argument("number", type=int)
def hold_lift(number: int) -> None:
    """End a hold."""
    from chopmark.strongroom.services.retention import lift_hold

    lift_hold(hold_id=number, actor=_who(), now=clock.now())
    click.echo(f"hold {number} lifted")


@click.group(cls=_Verbs)
def grant() -> None:
    """Leave for many records, which two officers of the owner sign."""
    _set_up()


@grant.command("write")
@click.argument("purpose")
@click.argument("fields", nargs=-1, required=True)
@click.option("--records", type=int, required=True, help="How many openings it is good for.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day it ends (UTC).")
def grant_write(purpose: str, fields: tuple[str, ...], records: int, until: datetime) -> None:
    """Write down what two officers are asked to sign."""
    from chopmark.strongroom.keys.keyring import keyring
    from chopmark.strongroom.purposes import AUTHORITY
    from chopmark.strongroom.services.granting import Scope, write_grant

    scope = Scope(
        purpose=purpose,
        fields=frozenset(fields),
        caller=AUTHORITY,
        records=records,
        expires_at=until.replace(tzinfo=UTC),
    )
    click.echo(write_grant(scope=scope, keys=keyring(), actor=_who(), now=clock.now()))


@grant.command("sign")
@click.argument("number", type=click.UUID)
def grant_sign(number: UUID) -> None:
    """Sign a grant in your own name, after reading what it is for."""
    from chopmark.strongroom.services.granting import SIGNATURES, grants, sign_grant

    click.echo("\n".join(_said(one) for one in grants() if one.pk == number))
    signed = sign_grant(grant_id=number, actor=_who(), now=clock.now())
    click.echo(f"signed by {signed} of {SIGNATURES}")


@grant.command("end")
@click.argument("number", type=click.UUID)
def grant_end(number: UUID) -> None:
    """End a grant now."""
    from chopmark.strongroom.services.granting import end_grant

    end_grant(grant_id=number, actor=_who(), now=clock.now())
    click.echo("ended")


@grant.command("list")
def grant_list() -> None:
    """All grants, newest first."""
    from chopmark.strongroom.services.granting import grants

    for one in grants():
        click.echo(_said(one))


@click.group("alerts", cls=_Verbs, invoke_without_command=True)
@click.pass_context
def alerts(context: click.Context) -> None:
    """What the owner is told of, and who is stopped."""
    _set_up()
    from chopmark.strongroom.services.alerts import open_alerts, suspensions

    if context.invoked_subcommand is not None:
        return
    for each in open_alerts():
        click.echo(
            f"alert {each.pk} {each.raised_at:%Y-%m-%d %H:%M} {each.pattern} {each.asker} {_about(each)}"
        )
    for one in suspensions():
        click.echo(f"stopped {one.pk} {one.began_at:%Y-%m-%d %H:%M} {one.pattern} {one.asker}")


_FINDING = click.Choice(["misuse", "ordinary", "taken_up"])


def _about(alert: "Alert") -> str:
    """How often; of a witness, what it answered and after which size."""
    from chopmark.strongroom.log.models import WitnessRefusal

    refused = WitnessRefusal.objects.filter(alert=alert).first()
    return str(alert.count) if refused is None else f"{refused.code} after size {refused.after_size}"


@alerts.command("acknowledge")
@click.argument("number", type=int)
@click.argument("finding", type=_FINDING)
def alerts_acknowledge(number: int, finding: str) -> None:
    """Say that you have seen an alert, and what you found."""
    from chopmark.strongroom.policy.models import Finding
    from chopmark.strongroom.services.alerts import acknowledge

    acknowledge(alert_id=number, finding=Finding(finding), actor=_who(), now=clock.now())
    click.echo("acknowledged")


@alerts.command("release")
@click.argument("number", type=int)
@click.argument("finding", type=_FINDING)
def alerts_release(number: int, finding: str) -> None:
    """Let a stopped asker go on, and say what you found."""
    from chopmark.strongroom.policy.models import Finding
    from chopmark.strongroom.services.alerts import release_asker

    release_asker(suspension_id=number, finding=Finding(finding), actor=_who(), now=clock.now())
    click.echo("released")


@click.command()
def withheld() -> None:
    """Openings that their subjects are not told of yet."""
    _set_up()
    from chopmark.strongroom.services.subject import withheld

    for each in withheld(now=clock.now()):
        click.echo(
            f"{each.leaf_id} {each.record_id} {each.purpose} {each.actor} until {each.told_at:%Y-%m-%d}"
        )


@click.command("fetch-lists")
def fetch_lists() -> None:
    """Fetch the revocation lists of config.toml's [owner] lists now; the desk does so every ten minutes by itself."""
    from chopmark.strongroom.fetching import fetch

    failed = fetch()
    for address in failed:
        click.echo(f"no current list of a configured authority at {address}", err=True)
    if failed:
        raise SystemExit(1)


@click.command("undelivered")
def undelivered() -> None:
    """Notices that were given up, the newest first: their subjects were not told, or nobody knows (`not_known`)."""
    _set_up()
    from chopmark.strongroom.notices.sending import given_up

    for one in given_up():
        click.echo(f"{one.ended_at:%Y-%m-%d %H:%M} {one.notice.reference} {one.notice.template}: {one.why}")


GROUPS = (policy, retention, hold, grant, alerts, withheld, fetch_lists, undelivered)


def _said(one: "OwnerGrant") -> str:
    signers = ", ".join(signature.officer.number for signature in one.signatures.all()) or "nobody"
    ended = " ended" if one.ended_at else ""
    return (
        f"{one.pk} {one.purpose} ({', '.join(one.fields)}) for {one.caller}: {one.used} of {one.records}"
        f" until {one.expires_at:%Y-%m-%d %H:%M}, signed by {signers}{ended}"
    )


def _who() -> Actor:
    """Whoever sits at the command line, by her own number, password and one-time code; never from arguments."""
    from chopmark.strongroom.services.owners import Credential, prove

    credential = Credential(
        number=click.prompt("Officer's number"),
        password=click.prompt("Password", hide_input=True),
        code=click.prompt("One-time code"),
    )
    return prove(credential=credential, actor=OWNER, now=clock.now())


def _set_up() -> None:
    import django

    django.setup()
