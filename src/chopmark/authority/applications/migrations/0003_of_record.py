from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_campaigns")]

    operations = [
        migrations.AddIndex(
            model_name="application", index=models.Index("record_id", name="application_of_record")
        ),
    ]
