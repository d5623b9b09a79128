from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("transparency", "0002_witness")]

    operations = [
        migrations.CreateModel(
            name="WitnessAcknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("alert_id", models.BigIntegerField(unique=True)),
                ("reason", models.CharField(max_length=32)),
                ("acknowledged_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
        ),
        append_only("transparency_witnessacknowledgement"),
        migrations.AddIndex("cosignature", models.Index("witness", "size", name="cosigned_by_witness")),
    ]
