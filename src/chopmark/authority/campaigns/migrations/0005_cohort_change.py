from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_cards")]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cohort_change", "Cohort Change"),
                    ("mass_replacement", "Mass Replacement"),
                    ("mass_revocation", "Mass Revocation"),
                    ("population_issue", "Population Issue"),
                ],
                max_length=24,
            ),
        ),
    ]
