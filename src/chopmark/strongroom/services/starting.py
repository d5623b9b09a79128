"""Starting to serve: what the log must say of the process before a door is opened."""

from dataclasses import asdict
from datetime import datetime

from chopmark.software import Software
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import SharesDoNotFit
from chopmark.strongroom.keys import unsealing
from chopmark.strongroom.keys.keyring import open_keyring
from chopmark.strongroom.keys.shares import Share
from chopmark.strongroom.keys.waivers import Waiver
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.models import PolicyLoaded
from chopmark.strongroom.policy.shapes import Terms
from chopmark.strongroom.tags import Tag


def unseal(*, share: Share, options: Options, actor: Actor, now: datetime) -> dict[str, int | bool]:
    """Take one holder's share. With the last one needed the keys are opened, and the doors with them."""
    # One holder at a time. What a share changes is kept only when its leaf is on disk.
    with unsealing.held.lock:
        given = len(unsealing.held.given) + 1
        try:
            found = _weigh(share=share, given=given, options=options, actor=actor, now=now)
        except SharesDoNotFit:
            unsealing.forget()
            raise
        if found is not None:
            waiver = open_keyring(options, now, passphrase=found).waiver
            if waiver is not None:
                note_waiver(waiver=waiver, actor=actor, now=now)
        unsealing.keep(share, found)
    return {"given": given, "open": found is not None}


@act(Tag.STRONGROOM_UNSEALED)
def _weigh(*, share: Share, given: int, options: Options, actor: Actor, now: datetime) -> str | None:
    found = unsealing.weigh(
        share, options=options, fits=lambda passphrase: open_keyring(options, now, passphrase=passphrase)
    )
    # The leaf says which share, never whose: that is on paper with the owner.
    payload = {"set": share.set.id, "share": share.number, "given": given, "needed": share.set.needed}
    leave(actor=actor, payload=payload, now=now)
    return found


@act(Tag.SOFTWARE_KEY_WAIVED)
def note_waiver(*, waiver: Waiver, actor: Actor, now: datetime) -> None:
    """Leave a leaf that a production desk starts on a key in a file, because the owner said so."""
    leave(actor=actor, payload={"reason": waiver.reason, "until": int(waiver.until.timestamp())}, now=now)


@act(Tag.SOFTWARE_STARTED)
def note_start(*, software: Software, actor: Actor, now: datetime) -> None:
    """Leave a leaf that this process starts, with what it runs."""
    leave(actor=actor, payload=asdict(software), now=now)


def note_policy(*, policy: Terms, actor: Actor, now: datetime) -> bool:
    """Leave a leaf with the digest of the policy that is loaded, if it is not the one of the last start."""
    last = PolicyLoaded.objects.order_by("-id").values_list("digest", flat=True).first()
    if last is not None and bytes(last) == policy.digest:
        return False
    _note_policy(policy=policy, actor=actor, now=now)
    return True


@act(Tag.POLICY_LOADED)
def _note_policy(*, policy: Terms, actor: Actor, now: datetime) -> None:
    loaded = PolicyLoaded.objects.create(digest=policy.digest, version=policy.version, loaded_at=now)
    payload = {"digest": policy.digest.hex(), "version": policy.version}
    leave(actor=actor, payload=payload, now=now, rows=[loaded])
