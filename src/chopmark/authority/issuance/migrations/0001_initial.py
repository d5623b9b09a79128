from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Blocked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("application_reference", models.CharField(max_length=16)),
                ("findings", models.JSONField()),
                ("blocked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("certificate", "Certificate"), ("precertificate", "Precertificate")],
                        default="certificate",
                        max_length=16,
                    ),
                ),
                ("certificate_der", models.BinaryField()),
                ("fingerprint_sha256", models.BinaryField(max_length=32, unique=True)),
                ("application_reference", models.CharField(max_length=16)),
                ("type_code", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=512)),
                ("not_before", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(models.F("application_reference"), name="certificate_of_application"),
                    models.Index(models.F("serial_number"), name="certificate_by_serial"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"),
                        models.F("serial_number"),
                        models.F("kind"),
                        name="recorded_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("certificate", "Certificate"), ("precertificate", "Precertificate")],
                        default="certificate",
                        max_length=16,
                    ),
                ),
                ("claimer", models.BigIntegerField()),
                ("claimed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"),
                        models.F("serial_number"),
                        models.F("kind"),
                        name="claimed_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IntendedCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("certificate", "Certificate"), ("precertificate", "Precertificate")],
                        default="certificate",
                        max_length=16,
                    ),
                ),
                ("application_reference", models.CharField(max_length=16)),
                ("type_code", models.CharField(max_length=32)),
                ("subscriber_class", models.CharField(max_length=32)),
                ("policy_date", models.DateField()),
                ("tbs_certificate", models.BinaryField()),
                ("rule_set", models.CharField(max_length=64)),
                ("intended_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(models.F("application_reference"), name="intent_of_application")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"),
                        models.F("serial_number"),
                        models.F("kind"),
                        name="intended_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedIntent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("certificate", "Certificate"), ("precertificate", "Precertificate")],
                        default="certificate",
                        max_length=16,
                    ),
                ),
                ("code", models.CharField(max_length=64)),
                ("refused_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"),
                        models.F("serial_number"),
                        models.F("kind"),
                        name="intent_refused_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SpentClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("certificate", "Certificate"), ("precertificate", "Precertificate")],
                        default="certificate",
                        max_length=16,
                    ),
                ),
                ("application_reference", models.CharField(max_length=16)),
                ("spent_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("serial_number"), models.F("kind"), name="spent_once"
                    )
                ],
            },
        ),
        append_only("issuance_intendedcertificate"),
        append_only("issuance_claim"),
        append_only("issuance_certificate"),
        append_only("issuance_spentclaim"),
        append_only("issuance_refusedintent"),
        append_only("issuance_blocked"),
        notifies("issuance_intendedcertificate", "signer"),
    ]
