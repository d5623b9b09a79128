import django.db.models.deletion
from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=40, unique=True)),
                ("template", models.CharField(max_length=32)),
                ("application_reference", models.CharField(db_index=True, max_length=16)),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("record_id", models.UUIDField()),
                ("parameters", models.JSONField()),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="notices.notice",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("queued", "Queued"),
                            ("sent", "Sent"),
                            ("given_up", "Given Up"),
                            ("refused", "Refused"),
                        ],
                        default="asked",
                        max_length=16,
                    ),
                ),
                ("asks", models.SmallIntegerField(default=0)),
                ("ask_at", models.DateTimeField(null=True)),
                ("channel", models.CharField(blank=True, max_length=16)),
                ("why", models.CharField(blank=True, max_length=64)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                models.F("template"),
                models.F("issuer_id"),
                models.F("serial_number"),
                name="told_once_of_each",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                models.F("ask_at"), condition=models.Q(("ended_at", None)), name="notice_to_ask"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ask_at", None),
                        ("ended_at__isnull", False),
                        ("state__in", ("sent", "given_up", "refused")),
                    ),
                    models.Q(
                        ("ask_at__isnull", False), ("ended_at", None), ("state__in", ("asked", "queued"))
                    ),
                    _connector="OR",
                ),
                name="notice_ended_or_asked_again",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), models.Q(("channel", ""), _negated=True)),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("channel", "")),
                    _connector="OR",
                ),
                name="notice_sent_by_a_channel",
            ),
        ),
        append_only("notices_notice"),
    ]
