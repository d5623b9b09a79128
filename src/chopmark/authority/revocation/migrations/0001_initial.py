from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Revocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("reason", models.SmallIntegerField()),
                ("revoked_at", models.DateTimeField()),
                ("invalidity_date", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("serial_number"), name="revoked_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", (0, 1, 2, 3, 4, 5, 6, 8, 9, 10))),
                        name="revocation_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("invalidity_date", None),
                            ("invalidity_date__lte", models.F("revoked_at")),
                            _connector="OR",
                        ),
                        name="invalidity_date_not_after_revoked_at",
                    ),
                ],
            },
        ),
        append_only("revocation_revocation"),
    ]
