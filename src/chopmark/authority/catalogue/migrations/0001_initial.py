from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("files", models.JSONField()),
                ("fees", models.JSONField()),
                ("process", models.CharField(max_length=16)),
                ("noted_at", models.DateTimeField()),
            ],
        ),
        append_only("catalogue_edition"),
    ]
