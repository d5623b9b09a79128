from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Envelope",
            fields=[
                ("number", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("outlet", models.CharField(max_length=16)),
                ("sealed_pin", models.BinaryField()),
                ("key_label", models.CharField(max_length=64)),
                ("leaf_id", models.BigIntegerField()),
                ("printed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="EnvelopeHandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=8, unique=True)),
                ("application_reference", models.CharField(db_index=True, max_length=16)),
                ("outlet", models.CharField(max_length=16)),
                ("handed_over_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KeyClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(unique=True)),
                ("claimer", models.BigIntegerField()),
                ("claimed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KeyCollection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(db_index=True)),
                ("leaf_id", models.BigIntegerField()),
                ("collected_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="MadeKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(unique=True)),
                ("application_reference", models.CharField(max_length=16, unique=True)),
                ("spki", models.BinaryField(unique=True)),
                ("leaf_id", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SealedKey",
            fields=[
                ("request_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("pkcs12", models.BinaryField()),
                ("leaf_id", models.BigIntegerField()),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SealRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(unique=True)),
                ("issuer_id", models.SmallIntegerField()),
                ("certificate_der", models.BinaryField()),
                ("requested_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WrappedKey",
            fields=[
                ("request_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("key_label", models.CharField(max_length=64)),
                ("wrapped", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="KeyRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("application_reference", models.CharField(max_length=16)),
                ("attempt", models.SmallIntegerField()),
                ("envelope_number", models.CharField(max_length=8)),
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
                ("requested_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application_reference", "attempt"), name="key_request_attempt_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Purge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField()),
                (
                    "what",
                    models.CharField(choices=[("wrapped", "Wrapped"), ("sealed", "Sealed")], max_length=8),
                ),
                ("leaf_id", models.BigIntegerField()),
                ("purged_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("request_id", "what"), name="purged_once")],
            },
        ),
        migrations.CreateModel(
            name="RefusedSeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(unique=True)),
                ("code", models.CharField(max_length=64)),
                ("refused_at", models.DateTimeField()),
            ],
        ),
        append_only("keymaking_envelope"),
        append_only("keymaking_envelopehandover"),
        append_only("keymaking_keyrequest"),
        append_only("keymaking_keyclaim"),
        append_only("keymaking_madekey"),
        append_only("keymaking_sealrequest"),
        append_only("keymaking_refusedseal"),
        append_only("keymaking_keycollection"),
        append_only("keymaking_purge"),
        notifies("keymaking_keyrequest", "signer"),
        notifies("keymaking_sealrequest", "signer"),
        # Numbers are never given back: paper that came out of a printer is never followed by the same number.
        migrations.RunSQL(
            "create sequence keymaking_envelope_number start 1000001 maxvalue 99999999 owned by keymaking_envelope.number",
            "drop sequence keymaking_envelope_number",
        ),
    ]
