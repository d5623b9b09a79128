import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0002_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="SparedReviewer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("review", models.IntegerField()),
                ("spared_at", models.DateTimeField()),
                (
                    "login",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("review", "login"), name="reviewer_spared_once")
                ],
            },
        ),
        append_only("participants_sparedreviewer"),
    ]
