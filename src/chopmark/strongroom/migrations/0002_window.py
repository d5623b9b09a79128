from django.db import migrations, models

from chopmark.strongroom.append_only import append_only

# Ids were given in the order of commits, under one lock; transactions that were rolled back left gaps in them.
PLACE_LEAVES = """
alter table strongroom_leaf disable trigger user;
update strongroom_leaf set position = placed.position
  from (select id, row_number() over (order by id) - 1 as position from strongroom_leaf) placed
  where placed.id = strongroom_leaf.id;
alter table strongroom_leaf enable trigger user;
"""


class Migration(migrations.Migration):
    dependencies = [("strongroom", "0001_initial")]

    operations = [
        migrations.AddField("leaf", "position", models.BigIntegerField(null=True)),
        migrations.RunSQL(PLACE_LEAVES, migrations.RunSQL.noop),
        migrations.AlterField("leaf", "position", models.BigIntegerField(unique=True)),
        migrations.AddConstraint(
            "leaf",
            models.CheckConstraint(condition=models.Q(("position__gte", 0)), name="positions_start_at_0"),
        ),
        migrations.RemoveField("leaf", "chain_hash"),
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
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("level"), models.F("index"), name="full_tile_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root_hash", models.BinaryField(max_length=32)),
                ("right_edge", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
        ),
        append_only("strongroom_fulltile"),
        append_only("strongroom_logcheckpoint"),
    ]
