from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SightingTicket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.BinaryField(max_length=16, unique=True)),
                ("application_reference", models.CharField(max_length=16)),
                ("officer_login_id", models.BigIntegerField()),
                ("outlet", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("application_reference", models.CharField(max_length=16)),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("release_asked", "Release Asked"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                        ],
                        max_length=16,
                    ),
                ),
                ("officer", models.CharField(max_length=32)),
                ("outlet", models.CharField(blank=True, max_length=16)),
                ("reason", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("application_reference"), models.F("step"), name="decided_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("application_reference", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=32)),
                ("actor_id", models.CharField(max_length=32)),
                ("outlet", models.CharField(blank=True, max_length=16)),
                ("receipt_id", models.UUIDField(null=True, unique=True)),
                ("receipt", models.TextField(blank=True, default="")),
                ("note", models.JSONField(default=dict)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("application_reference"), models.F("kind"), name="evidence_once"
                    )
                ],
            },
        ),
        append_only("verification_evidence"),
        append_only("verification_sightingticket"),
        append_only("verification_decision"),
    ]
