import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("strongroom", "0007_breaches"),
    ]

    operations = [
        migrations.AddField(
            model_name="choice",
            name="in_writing",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="choice",
            name="language",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="choice",
            name="text_digest",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="choice",
            name="text_version",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.CreateModel(
            name="RequestFee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.IntegerField()),
                ("told_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeeAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreed_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
                (
                    "fee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreement",
                        to="strongroom.requestfee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SubjectRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text_id", models.UUIDField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("access", "ACCESS"), ("correction", "CORRECTION")], max_length=16
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=16)),
                ("ciphertext", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked",
                        to="strongroom.record",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="requestfee",
            name="request",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fee",
                to="strongroom.subjectrequest",
            ),
        ),
        migrations.CreateModel(
            name="RequestAnswer",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("complied", "Complied"), ("in_part", "In Part"), ("refused", "Refused")],
                        max_length=16,
                    ),
                ),
                ("ground", models.CharField(blank=True, max_length=32)),
                ("fee_minor", models.IntegerField(default=0)),
                (
                    "corrected",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                ("ciphertext", models.BinaryField(null=True)),
                ("answered_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="strongroom.subjectrequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("forbidden", models.BooleanField()),
                ("officer", models.CharField(blank=True, max_length=32)),
                ("at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suppressions",
                        to="strongroom.record",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(models.F("due_on"), name="request_by_day"),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["access", "correction"])), name="request_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestfee",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="request_fee_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["complied", "in_part", "refused"])),
                name="request_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ground", ""), ("outcome", "complied")),
                    models.Q(
                        models.Q(("outcome", "complied"), _negated=True),
                        models.Q(("ground", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="request_refused_on_a_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_minor", 0),
                    models.Q(("fee_minor__gt", 0), models.Q(("outcome", "refused"), _negated=True)),
                    _connector="OR",
                ),
                name="request_refusal_is_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("forbidden", True), ("officer", ""), _connector="OR"),
                name="suppression_lifted_by_herself",
            ),
        ),
        append_only("strongroom_feeagreement"),
        append_only("strongroom_requestanswer"),
        append_only("strongroom_requestfee"),
        append_only("strongroom_subjectrequest"),
        append_only("strongroom_suppression"),
    ]
