from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only, notifies

XID = """
create or replace function chopmark_current_xid() returns bigint language sql as
$$ select pg_current_xact_id()::text::bigint $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.RunSQL(XID, "drop function chopmark_current_xid()"),
        migrations.CreateModel(
            name="Payload",
            fields=[
                ("leaf_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField(max_length=32)),
                ("payload", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("xid", models.BigIntegerField(db_default=models.Func(function="chopmark_current_xid"))),
                ("entry", models.BinaryField()),
                ("leaf_hash", models.BinaryField(max_length=32)),
            ],
            options={
                "indexes": [models.Index(models.F("xid"), name="leaf_by_transaction")],
            },
        ),
        append_only("audit_leaf"),
        notifies("audit_leaf", "leaf"),
    ]
