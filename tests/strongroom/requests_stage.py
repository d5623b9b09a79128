"""Asha asks at the desk what is kept about her, and Farah of the owner answers."""

from datetime import datetime
from uuid import UUID

from owners_stage import FARAH
from people import LATER

from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.policy.privacy import RequestKind
from chopmark.strongroom.policy.requests import RequestOutcome, SubjectRequest
from chopmark.strongroom.services import data_requests
from chopmark.strongroom.services.data_requests import Reply, Wish
from chopmark.strongroom.services.kept_requests import Words
from chopmark.strongroom.services.leave_to_open import SubjectSession

ACCESS = Wish(kind=RequestKind.ACCESS, words=Words(about="All that you keep about me."))
NEW_PHONE = Wish(
    kind=RequestKind.CORRECTION,
    field="phone",
    words=Words(wrong="It is not mine any more.", right="9876 5432"),
)
GIVEN = Reply(outcome=RequestOutcome.COMPLIED, words="A copy was handed to you at the counter.")


def session(record_id: UUID, at: datetime = LATER) -> SubjectSession:
    return SubjectSession(record_id=record_id, signed_in_at=at)


def make(record_id: UUID, wish: Wish = ACCESS, now: datetime = LATER) -> SubjectRequest:
    return data_requests.make_request(
        session=session(record_id, now), wish=wish, keys=keyring(), actor=SUBJECT, now=now
    )


def answer(request: SubjectRequest, reply: Reply = GIVEN, actor=FARAH, now: datetime = LATER):
    return data_requests.answer_request(
        request_id=request.pk, reply=reply, keys=keyring(), actor=actor, now=now
    )
