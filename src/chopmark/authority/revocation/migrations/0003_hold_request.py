from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only

ACTS = [("suspend", "Suspend"), ("release", "Release"), ("revoke", "Revoke")]


class Migration(migrations.Migration):
    dependencies = [("revocation", "0002_suspension")]

    operations = [
        migrations.CreateModel(
            name="HoldRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("act", models.CharField(choices=ACTS, max_length=8)),
                ("asked_by", models.CharField(max_length=32)),
                ("means", models.CharField(max_length=16)),
                ("document", models.CharField(max_length=64)),
                ("reason", models.SmallIntegerField(null=True)),
                ("officer", models.CharField(max_length=32)),
                ("outlet", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"),
                        models.F("serial_number"),
                        models.F("act"),
                        models.F("at"),
                        name="hold_request_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True), name="hold_request_has_paper"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", "release"), ("reason", None)),
                            models.Q(
                                models.Q(("act", "release"), _negated=True),
                                ("reason__isnull", False),
                                ("reason__in", [0, 1, 2, 3, 4, 5, 8, 9, 10]),
                            ),
                            _connector="OR",
                        ),
                        name="hold_request_reason_known",
                    ),
                ],
            },
        ),
        append_only("revocation_holdrequest"),
    ]
