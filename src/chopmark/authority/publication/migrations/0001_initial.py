from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CertificatePublication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("leaf_id", models.BigIntegerField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("serial_number"), name="certificate_published_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Crl",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("this_update", models.DateTimeField()),
                ("next_update", models.DateTimeField()),
                ("crl_der", models.BinaryField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("leaf_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("shard"), models.F("number"), name="crl_recorded_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CrlClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("claimer", models.BigIntegerField()),
                ("claimed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("shard"), models.F("number"), name="crl_claimed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CrlIntent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("this_update", models.DateTimeField()),
                ("next_update", models.DateTimeField()),
                ("tbs_cert_list", models.BinaryField()),
                ("intended_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("shard"), models.F("number"), name="crl_intended_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CrlPublication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("leaf_id", models.BigIntegerField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"),
                        models.F("shard"),
                        models.F("number"),
                        name="crl_published_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedCrl",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("code", models.CharField(max_length=64)),
                ("refused_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("shard"), models.F("number"), name="crl_refused_once"
                    )
                ],
            },
        ),
        append_only("publication_crlintent"),
        append_only("publication_crlclaim"),
        append_only("publication_crl"),
        append_only("publication_refusedcrl"),
        append_only("publication_crlpublication"),
        append_only("publication_certificatepublication"),
        notifies("publication_crlintent", "signer"),
    ]
