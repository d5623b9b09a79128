from django.db import migrations, models
from django.db.models import F, Q

from chopmark.authority.kernel.append_only import append_only, notifies


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Position",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="positions_start_at_0", condition=Q(position__gte=0))
                ]
            },
        ),
        migrations.CreateModel(
            name="FullTile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("root_hash", models.BinaryField(max_length=32)),
            ],
            options={"constraints": [models.UniqueConstraint(F("level"), F("index"), name="full_tile_once")]},
        ),
        migrations.CreateModel(
            name="CheckpointRequest",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root_hash", models.BinaryField(max_length=32)),
                ("right_edge", models.BinaryField()),
                ("requested_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root_hash", models.BinaryField(max_length=32)),
                ("right_edge", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Horizon",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField()),
            ],
            options={"constraints": [models.CheckConstraint(name="one_horizon", condition=Q(id=1))]},
        ),
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=64)),
                ("set_aside_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SigningAlert",
            fields=[
                ("after_size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=64)),
                ("raised_at", models.DateTimeField()),
            ],
        ),
        append_only("transparency_position"),
        append_only("transparency_fulltile"),
        append_only("transparency_checkpointrequest"),
        append_only("transparency_checkpoint"),
        append_only("transparency_setaside"),
        append_only("transparency_signingalert"),
        notifies("transparency_checkpointrequest", "signer"),
        notifies("transparency_checkpoint", "checkpoint"),
    ]
