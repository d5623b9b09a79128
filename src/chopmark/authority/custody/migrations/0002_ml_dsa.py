from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="keyrecord",
            name="algorithm",
            field=models.CharField(
                choices=[
                    ("P-256", "P-256"),
                    ("P-384", "P-384"),
                    ("RSA-2048", "RSA-2048"),
                    ("RSA-3072", "RSA-3072"),
                    ("RSA-4096", "RSA-4096"),
                    ("Ed25519", "Ed25519"),
                    ("ML-DSA-65", "ML-DSA-65"),
                    ("X25519", "X25519"),
                ],
                max_length=16,
            ),
        ),
    ]
