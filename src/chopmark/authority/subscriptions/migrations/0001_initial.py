from django.db import migrations, models
from django.db.models import Q

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CohortDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("campaign_id", models.BigIntegerField(unique=True)),
                ("reference", models.CharField(max_length=16)),
                ("digest", models.BinaryField(max_length=32)),
                ("type_code", models.CharField(blank=True, max_length=32)),
                ("issuer_id", models.SmallIntegerField(null=True)),
                ("first_day", models.DateField(null=True)),
                ("before_day", models.DateField(null=True)),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("free_months", models.SmallIntegerField()),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="cohort_free_for_months", condition=Q(free_months__gte=1)),
                    models.CheckConstraint(
                        name="cohort_has_an_end",
                        condition=Q(before_day__isnull=False) | Q(made_by_id__isnull=False),
                    ),
                ],
            },
        ),
        append_only("subscriptions_cohortdecision"),
    ]
