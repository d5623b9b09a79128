from importlib import import_module

from django.db import migrations, models
from django.db.models.functions import Now

NOTE = import_module("chopmark.authority.validation.migrations.0002_status_change").NOTE

# The trigger writes as the owner of the table, so that no role may write there by itself: one row that names every id of
# every table would have each responder read everything, each round.
NOTE_AS_OWNER = """
create or replace function chopmark_note_status_change() returns trigger language plpgsql
  security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into public.validation_statuschange (xid, source, first_id, last_id)
    select pg_current_xact_id()::text::bigint, tg_argv[0], min(id), max(id) from added having count(*) > 0;
  return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("validation", "0003_suspension")]

    operations = [
        migrations.RunSQL(NOTE_AS_OWNER, NOTE),
        migrations.AddField(
            model_name="statuschange",
            name="noted_at",
            field=models.DateTimeField(db_default=Now()),
        ),
    ]
