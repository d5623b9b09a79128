from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_CAMPAIGN = ("campaign_id", models.BigIntegerField())
_ONE_CAMPAIGN = ("campaign_id", models.BigIntegerField(unique=True))
_NUMBER = ("number", models.IntegerField())
_SHA256 = ("sha256", models.BinaryField(max_length=32))


def _once(name: str, *fields: str) -> dict[str, list[models.UniqueConstraint]]:
    return {"constraints": [models.UniqueConstraint(*map(models.F, fields), name=name)]}


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_step_leaf")]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="input",
            field=models.CharField(
                choices=[
                    ("cards", "Cards"),
                    ("certificates", "Certificates"),
                    ("keys", "Keys"),
                    ("csr", "Csr"),
                    ("records", "Records"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="CardBatch",
            fields=[
                _ID,
                _ONE_CAMPAIGN,
                ("bureau", models.CharField(max_length=32)),
                ("batch", models.CharField(max_length=32)),
                ("transport_certificate", models.BinaryField(null=True)),
            ],
            options=_once("card_batch_once", "bureau", "batch"),
        ),
        migrations.CreateModel(
            name="CardRequests",
            fields=[_ID, _CAMPAIGN, _NUMBER, ("requests", models.TextField())],
            options=_once("card_requests_of_chunk_once", "campaign_id", "number"),
        ),
        migrations.CreateModel(
            name="CardResponse",
            fields=[
                _ID,
                _CAMPAIGN,
                _SHA256,
                ("issued", models.IntegerField()),
                ("failed", models.IntegerField()),
                ("written_at", models.DateTimeField()),
            ],
            options=_once("card_response_once", "campaign_id", "sha256"),
        ),
        migrations.CreateModel(
            name="CardAcknowledgement",
            fields=[
                _ID,
                _ONE_CAMPAIGN,
                _SHA256,
                ("actor", models.CharField(max_length=32)),
                ("acknowledged_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CardSealRequest",
            fields=[_ID, _CAMPAIGN, _NUMBER, ("requested_at", models.DateTimeField())],
            options=_once("card_sealing_of_chunk_asked_once", "campaign_id", "number"),
        ),
        migrations.CreateModel(
            name="SealedCards",
            fields=[
                _ID,
                _CAMPAIGN,
                _NUMBER,
                ("count", models.IntegerField()),
                _SHA256,
                ("code", models.CharField(max_length=64)),
                ("leaf_id", models.BigIntegerField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options=_once("cards_of_chunk_sealed_once", "campaign_id", "number"),
        ),
        *(
            append_only(f"campaigns_{table}")
            for table in (
                "cardbatch",
                "cardrequests",
                "cardresponse",
                "cardacknowledgement",
                "cardsealrequest",
                "sealedcards",
            )
        ),
        notifies("campaigns_cardsealrequest", "signer"),
    ]
