from django.db import migrations

# Lists are signed octets that hardly get shorter: PostgreSQL would try for a second each, and could not read a part alone.
PLAIN = """
alter table publication_crlintent alter column tbs_cert_list set storage {storage};
alter table publication_crl alter column crl_der set storage {storage};
"""


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_initial")]

    operations = [
        migrations.RunSQL(PLAIN.format(storage="external"), PLAIN.format(storage="extended")),
    ]
