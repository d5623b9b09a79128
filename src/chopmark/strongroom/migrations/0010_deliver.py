import django.db.models.deletion
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("strongroom", "0009_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=40, unique=True)),
                ("template", models.CharField(max_length=32)),
                ("parameters", models.JSONField()),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="record",
            name="language",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AlterField(
            model_name="case",
            name="kind",
            field=models.CharField(
                choices=[
                    ("application", "APPLICATION"),
                    ("certificate", "CERTIFICATE"),
                    ("choice", "CHOICE"),
                    ("grant", "GRANT"),
                    ("notices", "NOTICES"),
                    ("officer", "OFFICER"),
                    ("subject", "SUBJECT"),
                ],
                default="application",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "notices")), fields=("record",), name="case_for_notices_once"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="opening",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="notice", to="strongroom.opening"
            ),
        ),
        migrations.CreateModel(
            name="Sending",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sending",
                        serialize=False,
                        to="strongroom.notice",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("sent", "Sent"), ("given_up", "Given Up")],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("tries", models.SmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("channel", models.CharField(blank=True, max_length=16)),
                ("why", models.CharField(blank=True, max_length=32)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("due_at"), condition=models.Q(("state", "queued")), name="sending_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("channel", ""),
                                ("due_at__isnull", False),
                                ("ended_at", None),
                                ("state", "queued"),
                                ("why", ""),
                            ),
                            models.Q(
                                ("due_at", None),
                                ("ended_at__isnull", False),
                                ("state", "sent"),
                                ("why", ""),
                                models.Q(("channel", ""), _negated=True),
                            ),
                            models.Q(
                                ("channel", ""),
                                ("due_at", None),
                                ("ended_at__isnull", False),
                                ("state", "given_up"),
                                models.Q(("why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sending_due_or_ended",
                    )
                ],
            },
        ),
        append_only("strongroom_notice"),
    ]
