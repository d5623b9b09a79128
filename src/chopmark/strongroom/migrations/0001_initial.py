import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Officer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("number", models.CharField(max_length=16, unique=True)),
                ("name", models.CharField(max_length=64)),
                ("registered_at", models.DateTimeField()),
                ("welcome_digest", models.BinaryField(max_length=32, null=True, unique=True)),
                ("welcome_until", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry", models.BinaryField()),
                ("leaf_hash", models.BinaryField(max_length=32)),
                ("chain_hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="LeafPayload",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField(max_length=32)),
                ("payload", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("wrapped_key", models.BinaryField(null=True)),
                ("ciphertext", models.BinaryField(null=True)),
                ("blind_index", models.BinaryField(max_length=32, null=True)),
                ("form_digest", models.BinaryField(max_length=32, null=True)),
                ("access_salt", models.BinaryField(max_length=16, null=True)),
                ("access_verifier", models.BinaryField(max_length=32, null=True)),
                ("created_at", models.DateTimeField()),
                ("shredded_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(models.F("blind_index"), name="record_by_blind_index")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("access_salt__isnull", False),
                                ("access_verifier__isnull", False),
                                ("blind_index__isnull", False),
                                ("ciphertext__isnull", False),
                                ("form_digest__isnull", False),
                                ("shredded_at", None),
                                ("wrapped_key__isnull", False),
                            ),
                            models.Q(
                                ("access_salt", None),
                                ("access_verifier", None),
                                ("blind_index", None),
                                ("ciphertext", None),
                                ("form_digest", None),
                                ("shredded_at__isnull", False),
                                ("wrapped_key", None),
                            ),
                            _connector="OR",
                        ),
                        name="record_whole_or_shredded",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("application_reference", models.CharField(max_length=32)),
                ("type", models.CharField(max_length=32)),
                ("nonce", models.CharField(max_length=64)),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="strongroom.record",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WrongSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("blind_index", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(models.F("at"), name="wrong_sign_in_by_time")],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("nonce", models.CharField(max_length=64)),
                ("officer", models.CharField(blank=True, max_length=32)),
                ("ciphertext", models.BinaryField()),
                ("signed_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="strongroom.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("kind"), models.F("case"), models.F("nonce"), name="receipt_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("purpose", models.CharField(max_length=64)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("caller", models.CharField(max_length=16)),
                ("actor", models.CharField(max_length=32)),
                ("refused", models.CharField(blank=True, max_length=64)),
                ("named", models.BooleanField(default=False)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="strongroom.case",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="strongroom.record",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("record"), models.F("leaf_id"), name="opening_by_record"),
                    models.Index(models.F("at"), name="opening_by_time"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("opened_at"),
                condition=models.Q(("closed_at", None), ("confirmed_at", None)),
                name="case_unconfirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opened_at"))),
                name="case_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                models.F("application_reference"), models.F("nonce"), name="case_of_errand_once"
            ),
        ),
        append_only("strongroom_leaf"),
        append_only("strongroom_opening"),
        append_only("strongroom_receipt"),
    ]
