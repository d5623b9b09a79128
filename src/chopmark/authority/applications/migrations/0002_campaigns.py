from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="application", name="application_key_source_known"),
        migrations.RemoveConstraint(model_name="application", name="application_own_key_has_csr"),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("key_source__in", ["authority", "campaign", "own"])),
                name="application_key_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("csr__isnull", False), models.Q(("key_source", "own"), _negated=True), _connector="OR"
                ),
                name="application_own_key_has_csr",
            ),
        ),
    ]
