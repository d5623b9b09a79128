"""What somebody is to be told, and how that stands. No name, no address, no text."""

from django.db import models
from django.db.models import Q

from chopmark.authority.notices.states import ENDED, NoticeState


class Notice(models.Model):
    """One row: the subject of a record is to be told one thing about one certificate, once. Added, never changed."""

    reference = models.CharField(max_length=40, unique=True)  # also the strongroom's, and each message's
    template = models.CharField(max_length=32)
    application_reference = models.CharField(max_length=16, db_index=True)
    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    record_id = models.UUIDField()
    parameters = models.JSONField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("template", "issuer_id", "serial_number", name="told_once_of_each")
        ]


class Standing(models.Model):
    """One row: how one notice stands, and when the strongroom is asked about it again."""

    notice = models.OneToOneField(Notice, primary_key=True, on_delete=models.PROTECT, related_name="standing")
    state = models.CharField(max_length=16, choices=NoticeState, default=NoticeState.ASKED)
    asks = models.SmallIntegerField(default=0)
    ask_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=16, blank=True)
    why = models.CharField(max_length=64, blank=True)  # it was refused: the strongroom's word
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("ask_at", name="notice_to_ask", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(
                name="notice_ended_or_asked_again",
                condition=Q(state__in=ENDED, ended_at__isnull=False, ask_at=None)
                | Q(state__in=(NoticeState.ASKED, NoticeState.QUEUED), ended_at=None, ask_at__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_sent_by_a_channel",
                condition=Q(state=NoticeState.SENT) & ~Q(channel="")
                | ~Q(state=NoticeState.SENT) & Q(channel=""),
            ),
        ]
