from django.db import migrations, models
from django.db.models import F

from chopmark.authority.kernel.append_only import append_only, notifies


def _id() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("transparency", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", _id()),
                ("size", models.BigIntegerField()),
                ("witness", models.CharField(max_length=512)),
                ("line", models.TextField()),
                ("received_at", models.DateTimeField()),
            ],
            options={"constraints": [models.UniqueConstraint(F("size"), F("witness"), name="cosigned_once")]},
        ),
        migrations.CreateModel(
            name="WitnessAlert",
            fields=[
                ("id", _id()),
                ("witness", models.CharField(max_length=512)),
                ("after_size", models.BigIntegerField()),
                ("code", models.CharField(max_length=64)),
                ("raised_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        F("witness"), F("after_size"), F("code"), name="witness_alert_once"
                    )
                ]
            },
        ),
        append_only("transparency_cosignature"),
        append_only("transparency_witnessalert"),
        notifies("transparency_cosignature", "checkpoint"),
    ]
