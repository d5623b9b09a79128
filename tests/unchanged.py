"""What a refused act must leave as it was: every row of the spine, and the log but for one leaf."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chopmark.authority.applications.models import Application
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance.models import (
    Blocked,
    Certificate,
    Claim,
    IntendedCertificate,
    RefusedIntent,
    SpentClaim,
)
from chopmark.authority.kernel.models import Handover
from chopmark.authority.keymaking.models import EnvelopeHandOver
from chopmark.authority.ledger.models import Invoice, Payment
from chopmark.authority.participants.models import Login, Subscriber
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.verification.models import Decision, Evidence, SightingTicket
from chopmark.pki.refusals import Refusal
from world import PERSONAL, last_leaf, last_payload, leaf_count

SPINE = [
    *(Application, Evidence, Decision, SightingTicket, Invoice, Payment, EnvelopeHandOver, Login, Subscriber),
    *(IntendedCertificate, Claim, Certificate, SpentClaim, RefusedIntent, Blocked, Offer, Answer, Revocation),
    Handover,
]


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of the spine, as it stands."""
    return {model._meta.db_table: list(model.objects.order_by("pk").values()) for model in SPINE}


@contextmanager
def refused(why: type[Refusal]) -> Iterator[None]:
    """The act inside is refused, changes nothing, and leaves one leaf: its code, and nothing personal."""
    before, leaves_before = everything(), leaf_count()
    with pytest.raises(why) as raised:
        yield
    assert everything() == before
    assert leaf_count() == leaves_before + 1
    assert raised.type is why
    assert last_leaf()["refused"] == why.code
    assert "public" not in last_leaf()
    said = json.dumps(last_payload())
    assert not [word for word in PERSONAL if word.lower() in said.lower()], said
