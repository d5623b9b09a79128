from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("issuance", "0002_chunks")]

    operations = [
        migrations.AddIndex(
            model_name="certificate",
            index=BrinIndex(
                fields=["not_before"], name="certificate_by_beginning", pages_per_range=32, autosummarize=True
            ),
        ),
    ]
