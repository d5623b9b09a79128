from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("strongroom", "0005_pages"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="officer",
            name="officer_role_known",
        ),
        migrations.AddField(
            model_name="opening",
            name="outlet",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AlterField(
            model_name="officer",
            name="role",
            field=models.CharField(
                choices=[("counter", "COUNTER"), ("owner", "OWNER"), ("supervisor", "SUPERVISOR")],
                default="counter",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["counter", "owner", "supervisor"])),
                name="officer_role_known",
            ),
        ),
    ]
