from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                _ID,
                ("reference", models.CharField(max_length=16, unique=True)),
                (
                    "kind",
                    models.CharField(choices=[("population_issue", "Population Issue")], max_length=24),
                ),
                ("type_code", models.CharField(max_length=32)),
                ("input", models.CharField(choices=[("keys", "Keys"), ("csr", "Csr")], max_length=8)),
                ("agreement", models.CharField(max_length=64)),
                ("grant_id", models.UUIDField()),
                ("purpose", models.CharField(max_length=64)),
                ("count", models.IntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("facts", models.JSONField()),
                ("planned_by", models.CharField(max_length=32)),
                ("planned_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CampaignChunk",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("count", models.IntegerField()),
                ("items", models.BinaryField()),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign_id"), models.F("number"), name="chunk_of_campaign_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignApproval",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("officer", models.CharField(max_length=32)),
                ("approved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign_id"), models.F("officer"), name="campaign_approved_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignStep",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField(db_index=True)),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("started", "Started"),
                            ("paused", "Paused"),
                            ("resumed", "Resumed"),
                            ("finished", "Finished"),
                        ],
                        max_length=16,
                    ),
                ),
                ("actor", models.CharField(max_length=32)),
                ("report_sha256", models.BinaryField(max_length=32, null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CampaignRoll",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("part", models.SmallIntegerField()),
                ("roll", models.TextField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign_id"),
                        models.F("number"),
                        models.F("part"),
                        name="roll_of_chunk_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignFailure",
            fields=[
                _ID,
                ("campaign_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("place", models.SmallIntegerField()),
                ("code", models.CharField(max_length=64)),
                ("failed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign_id"),
                        models.F("number"),
                        models.F("place"),
                        name="line_failed_once",
                    )
                ],
            },
        ),
        append_only("campaigns_campaign"),
        append_only("campaigns_campaignchunk"),
        append_only("campaigns_campaignapproval"),
        append_only("campaigns_campaignstep"),
        append_only("campaigns_campaignroll"),
        append_only("campaigns_campaignfailure"),
    ]
