"""Tables whose rows are added and read, never changed: the owner's database itself refuses the rest."""

from django.db import migrations

_FUNCTION = """
create or replace function strongroom_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """A migration step after which `table` refuses UPDATE, DELETE and TRUNCATE, from its owner too."""
    return migrations.RunSQL(
        sql=_FUNCTION
        + f"""
create trigger {table}_rows_stay before update or delete on {table}
  for each row execute function strongroom_append_only();
create trigger {table}_stays before truncate on {table}
  for each statement execute function strongroom_append_only();
""",
        reverse_sql=f"drop trigger {table}_rows_stay on {table}; drop trigger {table}_stays on {table};",
    )
