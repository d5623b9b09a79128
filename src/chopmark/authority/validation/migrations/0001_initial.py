from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Delegate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(unique=True)),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("certificate_der", models.BinaryField()),
                ("not_before", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("serial_number"), name="delegate_recorded_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DelegateClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.BigIntegerField(unique=True)),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("tbs_certificate", models.BinaryField()),
                ("claimer", models.BigIntegerField()),
                ("claimed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer_id"), models.F("serial_number"), name="delegate_claimed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DelegateRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("responder", models.CharField(max_length=64)),
                ("spki", models.BinaryField()),
                ("proof", models.BinaryField()),
                ("requested_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(models.F("spki"), name="delegate_request_by_key")],
            },
        ),
        migrations.CreateModel(
            name="RefusedDelegate",
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
        append_only("validation_delegaterequest"),
        append_only("validation_delegateclaim"),
        append_only("validation_delegate"),
        append_only("validation_refuseddelegate"),
        notifies("validation_delegaterequest", "signer"),
    ]
