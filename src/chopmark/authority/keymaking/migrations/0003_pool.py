from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_KINDS = ("P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096", "Ed25519", "ML-DSA-65", "X25519")
_ALGORITHM = ("algorithm", models.CharField(choices=[(one, one) for one in _KINDS], max_length=16))
_WHYS = [("delivered", "Delivered"), ("line_failed", "Line Failed"), ("revoked", "Revoked")]
_WHY = ("why", models.CharField(choices=_WHYS, max_length=16))
_ONE_BATCH = ("batch_id", models.BigIntegerField(unique=True))
_ONE_KEY = ("pool_key_id", models.BigIntegerField(unique=True))
_KEY = ("pool_key_id", models.BigIntegerField(primary_key=True, serialize=False))


def _once(name: str, *fields: str) -> dict[str, list[models.UniqueConstraint]]:
    return {"constraints": [models.UniqueConstraint(*map(models.F, fields), name=name)]}


# The auditor sees of which keys there is a copy, and no copy.
_COPIES = """
create function chopmark_pool_copies() returns table (pool_key_id bigint, kind text) language sql stable
  security definer set search_path = pg_catalog, public, pg_temp as $$
  select pool_key_id, 'wrapped' from public.keymaking_wrappedpoolkey
  union all select pool_key_id, 'sealed' from public.keymaking_sealedpoolkey
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("keymaking", "0002_ml_dsa")]

    operations = [
        migrations.CreateModel(
            name="PoolOrder",
            fields=[
                _ID,
                _ALGORITHM,
                ("count", models.IntegerField()),
                ("batch_size", models.IntegerField()),
                ("ordered_by", models.CharField(max_length=32)),
                ("ordered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PoolBatch",
            fields=[
                _ID,
                ("order_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("attempt", models.SmallIntegerField()),
                ("requested_at", models.DateTimeField()),
            ],
            options=_once("pool_batch_attempt_once", "order_id", "number", "attempt"),
        ),
        migrations.CreateModel(
            name="PoolClaim",
            fields=[
                _ID,
                _ONE_BATCH,
                ("claimer", models.BigIntegerField()),
                ("claimed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FilledBatch",
            fields=[
                _ID,
                _ONE_BATCH,
                ("count", models.IntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("leaf_id", models.BigIntegerField()),
                ("filled_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PoolKey",
            fields=[
                _ID,
                ("batch_id", models.BigIntegerField(db_index=True)),
                _ALGORITHM,
                ("spki", models.BinaryField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="WrappedPoolKey",
            fields=[_KEY, ("key_label", models.CharField(max_length=64)), ("wrapped", models.BinaryField())],
        ),
        migrations.CreateModel(
            name="PoolDraw",
            fields=[
                _ID,
                _ONE_KEY,
                ("campaign_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("place", models.SmallIntegerField()),
            ],
            options=_once("line_draws_once", "campaign_id", "number", "place"),
        ),
        migrations.CreateModel(name="SealedPoolKey", fields=[_KEY, ("sealed", models.BinaryField())]),
        migrations.CreateModel(
            name="PoolPurgeRequest",
            fields=[_ID, _ONE_KEY, _WHY, ("requested_at", models.DateTimeField())],
        ),
        migrations.CreateModel(
            name="PoolPurge",
            fields=[
                _ID,
                _ONE_KEY,
                _WHY,
                ("leaf_id", models.BigIntegerField()),
                ("purged_at", models.DateTimeField()),
            ],
        ),
        *(
            append_only(f"keymaking_{table}")
            for table in (
                "poolorder",
                "poolbatch",
                "poolclaim",
                "filledbatch",
                "poolkey",
                "pooldraw",
                "poolpurge",
            )
        ),
        migrations.RunSQL(_COPIES, "drop function chopmark_pool_copies()"),
        notifies("keymaking_poolbatch", "signer"),
        notifies("keymaking_poolpurgerequest", "signer"),
    ]
