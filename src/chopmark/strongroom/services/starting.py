"""Starting to serve: what the log must say of the process before a door is opened."""

from datetime import datetime

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.policy.shapes import Terms
from chopmark.strongroom.policy_models import PolicyLoaded
from chopmark.strongroom.tags import Tag
from chopmark.strongroom.waivers import Waiver


@act(Tag.SOFTWARE_KEY_WAIVED)
def note_waiver(*, waiver: Waiver, actor: Actor, now: datetime) -> None:
    """Leave a leaf that a production desk starts on a key in a file, because the owner said so."""
    leave(actor=actor, payload={"reason": waiver.reason, "until": int(waiver.until.timestamp())}, now=now)


def note_policy(*, policy: Terms, actor: Actor, now: datetime) -> bool:
    """Leave a leaf with the digest of the policy that is loaded, if it is not the one of the last start."""
    last = PolicyLoaded.objects.order_by("-id").values_list("digest", flat=True).first()
    if last is not None and bytes(last) == policy.digest:
        return False
    _note_policy(policy=policy, actor=actor, now=now)
    return True


@act(Tag.POLICY_LOADED)
def _note_policy(*, policy: Terms, actor: Actor, now: datetime) -> None:
    PolicyLoaded.objects.create(digest=policy.digest, version=policy.version, loaded_at=now)
    leave(actor=actor, payload={"digest": policy.digest.hex(), "version": policy.version}, now=now)
