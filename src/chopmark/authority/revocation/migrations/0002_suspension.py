import django.db.models.expressions
from django.db import migrations, models

from chopmark.authority.kernel.append_only import append_only

ENTRY = r"""
create function chopmark_crl_entry(
  serial_number bytea, revoked_at timestamptz, reason integer, invalidity_date timestamptz
) returns bytea language plpgsql immutable parallel safe as $$
declare
  at timestamp := revoked_at at time zone 'UTC';
  entry bytea := set_byte('\x0200'::bytea, 1, length(serial_number)) || serial_number;
  said bytea := '';
begin
  -- A Time (RFC 5280, 5.1.2.4), then the entry extensions: "unspecified" is left out (5.3.1).
  if at < '2050-01-01' then
    entry := entry || '\x170d'::bytea || convert_to(to_char(at, 'YYMMDDHH24MISS"Z"'), 'SQL_ASCII');
  else
    entry := entry || '\x180f'::bytea || convert_to(to_char(at, 'YYYYMMDDHH24MISS"Z"'), 'SQL_ASCII');
  end if;
  if reason <> 0 then
    said := set_byte('\x300a0603551d1504030a0100'::bytea, 11, reason);
  end if;
  if invalidity_date is not null then
    said := said || '\x30180603551d180411180f'::bytea
      || convert_to(to_char(invalidity_date at time zone 'UTC', 'YYYYMMDDHH24MISS"Z"'), 'SQL_ASCII');
  end if;
  if said <> '' then
    entry := entry || set_byte('\x3000'::bytea, 1, length(said)) || said;
  end if;
  return set_byte('\x3000'::bytea, 1, length(entry)) || entry;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("revocation", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(ENTRY, "drop function chopmark_crl_entry"),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("suspended_at", models.DateTimeField()),
                ("released_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.SmallIntegerField()),
                ("serial_number", models.BinaryField(max_length=20)),
                ("suspended_at", models.DateTimeField()),
                (
                    "crl_entry",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("serial_number"),
                            models.F("suspended_at"),
                            models.Value(6),
                            models.Value(None, output_field=models.DateTimeField()),
                            function="chopmark_crl_entry",
                        ),
                        output_field=models.BinaryField(),
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="revocation",
            name="revoked_once",
        ),
        migrations.AddField(
            model_name="revocation",
            name="crl_entry",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("serial_number"),
                    models.F("revoked_at"),
                    models.F("reason"),
                    models.F("invalidity_date"),
                    function="chopmark_crl_entry",
                ),
                output_field=models.BinaryField(),
            ),
        ),
        migrations.AddIndex(
            model_name="revocation",
            index=models.Index(
                models.F("issuer_id"),
                models.Func(
                    models.F("serial_number"),
                    django.db.models.expressions.CombinedExpression(
                        models.Func(
                            models.F("serial_number"), function="length", output_field=models.IntegerField()
                        ),
                        "-",
                        models.Value(1),
                    ),
                    function="get_byte",
                    output_field=models.IntegerField(),
                ),
                models.F("serial_number"),
                include=("revoked_at", "crl_entry"),
                name="revoked_by_partition",
            ),
        ),
        migrations.AddIndex(
            model_name="revocation",
            index=models.Index(models.F("issuer_id"), models.F("revoked_at"), name="revoked_since"),
        ),
        migrations.AddConstraint(
            model_name="revocation",
            constraint=models.UniqueConstraint(
                fields=("issuer_id", "serial_number"),
                include=("revoked_at", "crl_entry"),
                name="revoked_once",
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(models.F("issuer_id"), models.F("released_at"), name="released_since"),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                models.F("issuer_id"),
                models.F("serial_number"),
                models.F("suspended_at"),
                name="released_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_at__gte", models.F("suspended_at"))),
                name="released_not_before_suspended",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                models.F("issuer_id"),
                models.F("serial_number"),
                models.F("suspended_at"),
                name="suspended_once",
            ),
        ),
        migrations.AddIndex(
            model_name="suspension",
            index=models.Index(models.F("issuer_id"), models.F("suspended_at"), name="suspended_since"),
        ),
        append_only("revocation_suspension"),
        append_only("revocation_release"),
    ]
