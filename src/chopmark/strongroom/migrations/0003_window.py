import django.db.models.deletion
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
    dependencies = [("strongroom", "0002_policy")]

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
        migrations.AddConstraint(
            "officer",
            models.CheckConstraint(
                condition=models.Q(("role__in", ["counter", "owner"])), name="officer_role_known"
            ),
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "opening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaint",
                        to="strongroom.opening",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="ComplaintAnswer",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="strongroom.complaint",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("in_order", "In Order"),
                            ("not_in_order", "Not In Order"),
                            ("still_looking", "Still Looking"),
                        ],
                        max_length=16,
                    ),
                ),
                ("ciphertext", models.BinaryField(null=True)),
                ("officer", models.CharField(max_length=16)),
                ("answered_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["in_order", "not_in_order", "still_looking"])),
                        name="complaint_outcome_known",
                    ),
                    models.UniqueConstraint(
                        fields=["complaint"],
                        condition=models.Q(("outcome", "still_looking"), _negated=True),
                        name="complaint_settled_once",
                    ),
                ],
            },
        ),
        append_only("strongroom_complaint"),
        append_only("strongroom_complaintanswer"),
        append_only("strongroom_fulltile"),
        append_only("strongroom_logcheckpoint"),
    ]
