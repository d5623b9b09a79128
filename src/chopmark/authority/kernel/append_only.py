"""Tables whose rows are added and read, never changed: the database itself refuses the rest."""

from django.db import migrations

FUNCTION = """
create or replace function chopmark_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """A migration step after which `table` refuses UPDATE, DELETE and TRUNCATE, from its owner too."""
    return migrations.RunSQL(
        sql=FUNCTION
        + f"""
create trigger {table}_rows_stay before update or delete on {table}
  for each row execute function chopmark_append_only();
create trigger {table}_stays before truncate on {table}
  for each statement execute function chopmark_append_only();
""",
        reverse_sql=f"drop trigger {table}_rows_stay on {table}; drop trigger {table}_stays on {table};",
    )


def notifies(table: str, channel: str) -> migrations.RunSQL:
    """A migration step after which each INSERT into `table` wakes the listeners of `channel` when it commits."""
    return migrations.RunSQL(
        sql=f"""
create or replace function chopmark_notify_{channel}() returns trigger language plpgsql as $$
begin
  perform pg_notify('{channel}', '');
  return null;
end $$;
create trigger {table}_notifies after insert on {table}
  for each statement execute function chopmark_notify_{channel}();
""",
        reverse_sql=f"drop trigger {table}_notifies on {table};",
    )
