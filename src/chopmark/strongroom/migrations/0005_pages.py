import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("strongroom", "0004_witness"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficerCase",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="said",
                        serialize=False,
                        to="strongroom.case",
                    ),
                ),
                ("officer", models.CharField(max_length=32)),
                ("application", models.CharField(max_length=32)),
                ("ciphertext", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="alertacknowledgement",
            name="finding",
            field=models.CharField(
                blank=True,
                choices=[("misuse", "Misuse"), ("ordinary", "Ordinary"), ("taken_up", "Taken Up")],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pairrequest",
            name="declined_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pairrequest",
            name="declined_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("less_is_enough", "Less Is Enough"),
                    ("not_needed", "Not Needed"),
                    ("not_understood", "Not Understood"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="pairrequest",
            name="declined_by",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="pairrequest",
            name="why",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="suspensionlift",
            name="finding",
            field=models.CharField(
                blank=True,
                choices=[("misuse", "Misuse"), ("ordinary", "Ordinary"), ("taken_up", "Taken Up")],
                default="",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="OpeningReason",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("ciphertext", models.BinaryField()),
                (
                    "opening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reason",
                        to="strongroom.opening",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("version", models.IntegerField()),
                ("title", models.CharField(max_length=120)),
                ("changed", models.TextField()),
                ("assessed_on", models.DateField()),
                ("assessor", models.CharField(max_length=120)),
                (
                    "risk",
                    models.CharField(
                        choices=[("high", "High"), ("low", "Low"), ("medium", "Medium")], max_length=8
                    ),
                ),
                ("risks", models.TextField()),
                ("measures", models.TextField()),
                ("comments", models.TextField(blank=True)),
                ("clauses", models.TextField(blank=True)),
                ("next_review", models.DateField()),
                ("purposes", models.JSONField()),
                ("at", models.DateTimeField()),
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("number"), models.F("version"), name="assessment_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("next_review__gt", models.F("assessed_on"))),
                        name="assessment_reviewed_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShreddingOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_by", models.DateTimeField()),
                ("records", models.IntegerField()),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("records__gt", 0)), name="shredding_of_something"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="pairrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_at", None), ("declined_at", None), _connector="OR"),
                name="request_confirmed_or_declined",
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                models.F("created_at"), name="record_kept_by_age", condition=models.Q(("shredded_at", None))
            ),
        ),
        append_only("strongroom_assessment"),
        append_only("strongroom_officercase"),
        append_only("strongroom_openingreason"),
        append_only("strongroom_shreddingorder"),
    ]
