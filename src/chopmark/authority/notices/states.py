"""How a notice stands, as far as we know; the last three are for ever."""

from django.db import models


class NoticeState(models.TextChoices):
    ASKED = "asked"  # the strongroom has not answered yet
    QUEUED = "queued"  # it will send
    SENT = "sent"
    GIVEN_UP = "given_up"  # it tried as often as it does, or there is no address
    REFUSED = "refused"  # it may not write to her


ENDED = (NoticeState.SENT, NoticeState.GIVEN_UP, NoticeState.REFUSED)
