from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("issuance", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="IntendedChunk",
            fields=[
                _ID,
                ("issuer_id", models.SmallIntegerField()),
                ("campaign_id", models.IntegerField()),
                ("number", models.IntegerField()),
                ("attempt", models.SmallIntegerField()),
                ("type_code", models.CharField(max_length=32)),
                ("policy_date", models.DateField()),
                ("places", models.BinaryField()),
                ("serial_numbers", models.BinaryField()),
                ("tbs_digests", models.BinaryField()),
                ("composed_at", models.DateTimeField()),
                ("rule_set", models.CharField(max_length=64)),
                ("intended_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign_id"),
                        models.F("number"),
                        models.F("attempt"),
                        name="chunk_intended_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChunkClaim",
            fields=[
                _ID,
                ("chunk_id", models.BigIntegerField(unique=True)),
                ("claimer", models.BigIntegerField()),
                ("claimed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SpentChunk",
            fields=[
                _ID,
                ("chunk_id", models.BigIntegerField(unique=True)),
                ("spent_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RefusedChunk",
            fields=[
                _ID,
                ("chunk_id", models.BigIntegerField(unique=True)),
                ("code", models.CharField(max_length=64)),
                ("refused_at", models.DateTimeField()),
            ],
        ),
        append_only("issuance_intendedchunk"),
        append_only("issuance_chunkclaim"),
        append_only("issuance_spentchunk"),
        append_only("issuance_refusedchunk"),
        notifies("issuance_intendedchunk", "signer"),
    ]
