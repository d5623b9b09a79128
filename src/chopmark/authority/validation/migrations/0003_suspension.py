from importlib import import_module

from django.db import migrations, models

noted = import_module("chopmark.authority.validation.migrations.0002_status_change").noted


class Migration(migrations.Migration):
    dependencies = [("validation", "0002_status_change"), ("revocation", "0002_suspension")]

    operations = [
        migrations.AlterField(
            model_name="statuschange",
            name="source",
            field=models.CharField(
                choices=[
                    ("certificate", "Certificate"),
                    ("authority", "Authority"),
                    ("revocation", "Revocation"),
                    ("suspension", "Suspension"),
                    ("release", "Release"),
                ],
                max_length=16,
            ),
        ),
        noted("revocation_suspension", "suspension"),
        noted("revocation_release", "release"),
    ]
