from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only

_ID = (
    "id",
    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
)


def _key(to: str, related_name: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("strongroom", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("pattern", models.CharField(max_length=64)),
                ("asker", models.CharField(max_length=64)),
                ("purpose", models.CharField(max_length=64)),
                ("count", models.IntegerField()),
                ("raised_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                _ID,
                ("at", models.DateTimeField()),
                ("caller", models.CharField(max_length=16)),
                ("actor", models.CharField(max_length=32)),
                ("outlet", models.CharField(blank=True, max_length=32)),
                ("purpose", models.CharField(max_length=64)),
                ("verb", models.CharField(max_length=16)),
                ("refused", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                _ID,
                ("service", models.CharField(max_length=32)),
                ("purpose", models.CharField(max_length=32)),
                ("channel", models.CharField(max_length=16)),
                ("allowed", models.BooleanField()),
                ("chosen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="GrantSignature",
            fields=[
                _ID,
                ("signed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                _ID,
                ("reason", models.CharField(max_length=32)),
                ("placed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KnownCertificate",
            fields=[
                _ID,
                ("fingerprint", models.BinaryField(max_length=32)),
                ("known_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OwnerGrant",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=32)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("caller", models.CharField(max_length=16)),
                ("records", models.IntegerField()),
                ("used", models.IntegerField(default=0)),
                ("written_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PairRequest",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=32)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("asked_by", models.CharField(max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(blank=True, max_length=32)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PolicyLoaded",
            fields=[
                _ID,
                ("digest", models.BinaryField(max_length=32)),
                ("version", models.CharField(max_length=64)),
                ("loaded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("pattern", models.CharField(max_length=64)),
                ("asker", models.CharField(max_length=64)),
                ("began_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="kind",
            field=models.CharField(
                choices=[
                    ("application", "APPLICATION"),
                    ("certificate", "CERTIFICATE"),
                    ("choice", "CHOICE"),
                    ("grant", "GRANT"),
                    ("officer", "OFFICER"),
                    ("subject", "SUBJECT"),
                ],
                default="application",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="officer",
            name="role",
            field=models.CharField(
                choices=[("counter", "COUNTER"), ("owner", "OWNER")], default="counter", max_length=16
            ),
        ),
        migrations.AddField(
            model_name="opening",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="opening",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="strongroom.case",
            ),
        ),
        migrations.CreateModel(
            name="AlertAcknowledgement",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="acknowledged",
                        serialize=False,
                        to="strongroom.alert",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                models.F("asker"), models.F("pattern"), models.F("raised_at"), name="alert_by_asker"
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(models.F("caller"), models.F("at"), name="attempt_by_caller"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(models.F("actor"), models.F("at"), name="attempt_by_actor"),
        ),
        migrations.AddField(
            model_name="challenge",
            name="record",
            field=_key("strongroom.record", "challenges"),
        ),
        migrations.AddField(
            model_name="choice",
            name="case",
            field=_key("strongroom.case", "+"),
        ),
        migrations.AddField(
            model_name="choice",
            name="record",
            field=_key("strongroom.record", "choices"),
        ),
        migrations.AddField(
            model_name="grantsignature",
            name="officer",
            field=_key(settings.AUTH_USER_MODEL, "+"),
        ),
        migrations.CreateModel(
            name="HoldLift",
            fields=[
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="lifted",
                        serialize=False,
                        to="strongroom.hold",
                    ),
                ),
                ("lifted_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="hold",
            name="placed_by",
            field=_key(settings.AUTH_USER_MODEL, "+"),
        ),
        migrations.AddField(
            model_name="hold",
            name="record",
            field=_key("strongroom.record", "holds"),
        ),
        migrations.AddField(
            model_name="knowncertificate",
            name="record",
            field=_key("strongroom.record", "certificates"),
        ),
        migrations.AddField(
            model_name="ownergrant",
            name="written_by",
            field=_key(settings.AUTH_USER_MODEL, "+"),
        ),
        migrations.AddField(
            model_name="grantsignature",
            name="grant",
            field=_key("strongroom.ownergrant", "signatures"),
        ),
        migrations.AddField(
            model_name="opening",
            name="grant",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="strongroom.ownergrant",
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", False), ("grant", None)),
                    models.Q(("case", None), ("grant__isnull", False)),
                    models.Q(("case", None), ("grant", None), models.Q(("refused", ""), _negated=True)),
                    _connector="OR",
                ),
                name="opening_by_case_or_grant",
            ),
        ),
        migrations.AddField(
            model_name="pairrequest",
            name="case",
            field=_key("strongroom.case", "requests"),
        ),
        migrations.CreateModel(
            name="SuspensionLift",
            fields=[
                (
                    "suspension",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="lifted",
                        serialize=False,
                        to="strongroom.suspension",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="suspension",
            index=models.Index(models.F("asker"), name="suspension_by_asker"),
        ),
        migrations.AddField(
            model_name="alertacknowledgement",
            name="officer",
            field=_key(settings.AUTH_USER_MODEL, "+"),
        ),
        migrations.AddIndex(
            model_name="choice",
            index=models.Index(
                models.F("record"),
                models.F("service"),
                models.F("purpose"),
                models.F("channel"),
                models.F("id"),
                name="choice_newest",
            ),
        ),
        migrations.AddField(
            model_name="holdlift",
            name="lifted_by",
            field=_key(settings.AUTH_USER_MODEL, "+"),
        ),
        migrations.AddConstraint(
            model_name="knowncertificate",
            constraint=models.UniqueConstraint(
                models.F("record"), models.F("fingerprint"), name="certificate_known_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ownergrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("used__gte", 0), ("used__lte", models.F("records"))),
                name="grant_used_within_count",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownergrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("written_at"))), name="grant_expires_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="grantsignature",
            constraint=models.UniqueConstraint(
                models.F("grant"), models.F("officer"), name="grant_signed_once_by_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="pairrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                name="second_person_is_another",
            ),
        ),
        migrations.AddField(
            model_name="suspensionlift",
            name="officer",
            field=_key(settings.AUTH_USER_MODEL, "+"),
        ),
        append_only("strongroom_alert"),
        append_only("strongroom_alertacknowledgement"),
        append_only("strongroom_choice"),
        append_only("strongroom_grantsignature"),
        append_only("strongroom_hold"),
        append_only("strongroom_holdlift"),
        append_only("strongroom_knowncertificate"),
        append_only("strongroom_policyloaded"),
        append_only("strongroom_suspension"),
        append_only("strongroom_suspensionlift"),
    ]
