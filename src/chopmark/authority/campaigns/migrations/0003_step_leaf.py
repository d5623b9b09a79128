from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_mass_revocation")]

    operations = [
        migrations.AddField(
            model_name="campaignstep", name="leaf_id", field=models.BigIntegerField(null=True)
        ),
    ]
