"""What notices does when it hears of itself: the call to the strongroom, outside any transaction of ours."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings

from chopmark.authority.kernel.actors import process
from chopmark.authority.notices import services
from chopmark.authority.notices.events import NoticeAsked
from chopmark.authority.notices.models import Notice
from chopmark.authority.notices.policy import PASSING, REST, SHARED
from chopmark.authority.notices.states import ENDED, NoticeState
from chopmark.strongroom.client import Strongroom, StrongroomRefused, StrongroomUnavailable

log = structlog.get_logger("notices")
# By this name the strongroom counts us: if too many notices stop their asker, what the worker asks otherwise goes on.
ASKER = "notices"


def deliver_asked(events: Sequence[NoticeAsked], now: datetime) -> None:
    """Ask the strongroom to write, or how that stands. If it does not answer, the clock asks again."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for event in events:
        notice = Notice.objects.select_related("standing").get(reference=event.reference)
        if notice.standing.state not in ENDED:
            _ask(strongroom, notice, now)


def _ask(strongroom: Strongroom, notice: Notice, now: datetime) -> None:
    worker = process("worker")
    if notice.standing.state == NoticeState.ASKED and (until := services.resting_until(now)):
        services.rest(reference=notice.reference, until=until, why=notice.standing.why)
        return
    try:
        stands = strongroom.deliver(
            reference=notice.reference,
            record=notice.record_id,
            template=notice.template,
            parameters=notice.parameters,
            actor=ASKER,
        )
    except StrongroomUnavailable:
        # Its answer may have been lost: asked again under the same reference, it says how the notice stands.
        log.warning("notice_unanswered", reference=notice.reference, asks=notice.standing.asks + 1)
        services.put_off(reference=notice.reference, state=NoticeState(notice.standing.state), now=now)
        return
    except StrongroomRefused as refused:
        if refused.reason in SHARED and notice.standing.state == NoticeState.ASKED:
            log.warning("notices_rest", why=refused.reason)
            services.rest(reference=notice.reference, until=now + REST, why=refused.reason)
        elif refused.reason in PASSING:
            services.put_off(reference=notice.reference, state=NoticeState.ASKED, now=now)
        else:
            services.note_ended(
                reference=notice.reference,
                state=NoticeState.REFUSED,
                why=refused.reason,
                ended_at=now,
                actor=worker,
                now=now,
            )
        return
    state = NoticeState(stands.state)
    if state not in ENDED:
        services.put_off(reference=notice.reference, state=state, now=now)
        return
    services.note_ended(
        reference=notice.reference,
        state=state,
        channel=stands.channel,
        ended_at=stands.ended_at or now,
        actor=worker,
        now=now,
    )
