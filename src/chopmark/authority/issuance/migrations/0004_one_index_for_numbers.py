from django.db import migrations, models


class Migration(migrations.Migration):
    """One index finds a certificate by its serial number, alone or with its issuer; nothing looks for one by its fingerprint."""

    dependencies = [("issuance", "0003_by_beginning")]

    operations = [
        migrations.RemoveIndex(model_name="certificate", name="certificate_by_serial"),
        migrations.RemoveConstraint(model_name="certificate", name="recorded_once"),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                models.F("serial_number"), models.F("issuer_id"), models.F("kind"), name="recorded_once"
            ),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="fingerprint_sha256",
            field=models.BinaryField(max_length=32),
        ),
    ]
