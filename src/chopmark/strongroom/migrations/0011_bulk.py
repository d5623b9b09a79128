import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Openings in bulk: what is held while a row is written is not looked for again, row by row."""

    dependencies = [
        ("strongroom", "0010_deliver"),
    ]

    operations = [
        migrations.AlterField(
            model_name="opening",
            name="grant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="strongroom.ownergrant",
            ),
        ),
        migrations.AlterField(
            model_name="opening",
            name="record",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="strongroom.record",
            ),
        ),
    ]
