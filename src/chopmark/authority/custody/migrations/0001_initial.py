from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeyRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=64, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("ca", "Ca"),
                            ("log", "Log"),
                            ("timestamp", "Timestamp"),
                            ("key_wrap", "Key Wrap"),
                            ("envelope", "Envelope"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "algorithm",
                    models.CharField(
                        choices=[
                            ("P-256", "P-256"),
                            ("P-384", "P-384"),
                            ("RSA-2048", "RSA-2048"),
                            ("RSA-3072", "RSA-3072"),
                            ("RSA-4096", "RSA-4096"),
                            ("Ed25519", "Ed25519"),
                            ("X25519", "X25519"),
                        ],
                        max_length=16,
                    ),
                ),
                ("signature_algorithm", models.CharField(blank=True, max_length=32)),
                ("spki", models.BinaryField(unique=True)),
                ("leaf_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CaCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("subject_id", models.SmallIntegerField()),
                ("slug", models.CharField(max_length=64, unique=True)),
                ("certificate_der", models.BinaryField()),
                ("fingerprint_sha256", models.BinaryField(max_length=32, unique=True)),
                ("not_before", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer_id", "serial_number"), name="ca_certificate_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaIntent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("subject_id", models.SmallIntegerField()),
                ("slug", models.CharField(max_length=64)),
                ("tbs_certificate", models.BinaryField()),
                ("intended_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer_id", "serial_number"), name="ca_intended_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Issuer",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("slug", models.SlugField(max_length=48, unique=True)),
                ("name_der", models.BinaryField()),
                ("key_label", models.CharField(max_length=64)),
                ("is_root", models.BooleanField()),
                ("parent_id", models.SmallIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name_der", "key_label"), name="issuer_is_a_name_with_a_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_root", True), ("parent_id", None)),
                            models.Q(("is_root", False), ("parent_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_root_has_no_parent",
                    ),
                ],
            },
        ),
        append_only("custody_keyrecord"),
        append_only("custody_issuer"),
        append_only("custody_caintent"),
        append_only("custody_cacertificate"),
    ]
