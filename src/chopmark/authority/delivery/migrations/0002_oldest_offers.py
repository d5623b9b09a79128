from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.AddIndex(model_name="offer", index=models.Index("offered_at", name="offer_by_moment")),
    ]
