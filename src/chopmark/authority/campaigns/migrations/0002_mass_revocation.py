from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mass_replacement", "Mass Replacement"),
                    ("mass_revocation", "Mass Revocation"),
                    ("population_issue", "Population Issue"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="input",
            field=models.CharField(
                choices=[("certificates", "Certificates"), ("keys", "Keys"), ("csr", "Csr")], max_length=16
            ),
        ),
        migrations.AlterField(model_name="campaign", name="grant_id", field=models.UUIDField(null=True)),
        migrations.CreateModel(
            name="CampaignTerms",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField(unique=True)),
                ("terms", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="RevokedChunk",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("part", models.SmallIntegerField()),
                ("is_last", models.BooleanField()),
                ("revoked", models.IntegerField()),
                ("revoked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign_id"),
                        models.F("number"),
                        models.F("part"),
                        name="chunk_revoked_once",
                    )
                ],
            },
        ),
        append_only("campaigns_campaignterms"),
        append_only("campaigns_revokedchunk"),
    ]
