from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only

SOURCES = {
    "issuance_certificate": "certificate",
    "custody_cacertificate": "authority",
    "revocation_revocation": "revocation",
}

NOTE = """
create or replace function chopmark_note_status_change() returns trigger language plpgsql as $$
begin
  insert into validation_statuschange (xid, source, first_id, last_id)
    select pg_current_xact_id()::text::bigint, tg_argv[0], min(id), max(id) from added having count(*) > 0;
  return null;
end $$;
"""


def noted(table: str, source: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=f"""
create trigger {table}_is_status after insert on {table}
  referencing new table as added for each statement execute function chopmark_note_status_change('{source}');
""",
        reverse_sql=f"drop trigger {table}_is_status on {table};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0001_initial"),
        ("issuance", "0001_initial"),
        ("custody", "0001_initial"),
        ("revocation", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("xid", models.BigIntegerField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("certificate", "Certificate"),
                            ("authority", "Authority"),
                            ("revocation", "Revocation"),
                        ],
                        max_length=16,
                    ),
                ),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
            ],
            options={"indexes": [models.Index(models.F("xid"), name="status_change_by_xid")]},
        ),
        append_only("validation_statuschange"),
        migrations.RunSQL(NOTE, "drop function chopmark_note_status_change()"),
        *(noted(table, source) for table, source in SOURCES.items()),
    ]
