import django.db.models.deletion
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("strongroom", "0003_window")]

    operations = [
        migrations.CreateModel(
            name="LogCosignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("witness", models.CharField(max_length=512)),
                ("line", models.TextField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("size"), models.F("witness"), name="log_cosigned_once")
                ],
                "indexes": [models.Index("witness", "size", name="log_cosigned_by_witness")],
            },
        ),
        migrations.CreateModel(
            name="WitnessRefusal",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="witness",
                        serialize=False,
                        to="strongroom.alert",
                    ),
                ),
                ("witness", models.CharField(max_length=512)),
                ("after_size", models.BigIntegerField()),
                ("code", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("witness"),
                        models.F("after_size"),
                        models.F("code"),
                        name="witness_refusal_once",
                    )
                ],
            },
        ),
        append_only("strongroom_logcosignature"),
        append_only("strongroom_witnessrefusal"),
    ]
