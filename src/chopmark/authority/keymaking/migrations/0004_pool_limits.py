from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_WHYS = [
    ("delivered", "Delivered"),
    ("line_failed", "Line Failed"),
    ("revoked", "Revoked"),
    ("discarded", "Discarded"),
]
_WHY = models.CharField(choices=_WHYS, max_length=16)


class Migration(migrations.Migration):
    dependencies = [("keymaking", "0003_pool")]

    operations = [
        migrations.AddConstraint(
            model_name="poolorder",
            constraint=models.CheckConstraint(
                name="pool_order_of_some_keys", condition=models.Q(count__gt=0, batch_size__gt=0)
            ),
        ),
        migrations.CreateModel(
            name="PoolOrderEnd",
            fields=[
                _ID,
                ("order_id", models.BigIntegerField(unique=True)),
                ("stopped_by", models.CharField(max_length=32)),
                ("stopped_at", models.DateTimeField()),
            ],
        ),
        append_only("keymaking_poolorderend"),
        migrations.CreateModel(
            name="PoolDiscard",
            fields=[
                _ID,
                ("up_to", models.BigIntegerField()),
                ("discarded_by", models.CharField(max_length=32)),
                ("discarded_at", models.DateTimeField()),
            ],
        ),
        append_only("keymaking_pooldiscard"),
        migrations.AlterField("poolpurge", "why", _WHY),
        migrations.AlterField("poolpurgerequest", "why", _WHY),
    ]
