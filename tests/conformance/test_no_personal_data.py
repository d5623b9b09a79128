"""No identity card number, birth date or telephone outside the owner's records; names where certificates print them."""

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from conformance.traces import Search
from psycopg import sql

from chopmark.config.home import Home, open_home
from chopmark.config.roles import AUTHORITY_DATABASE, STRONGROOM_DATABASE

# What nobody but the owner, or whoever plays the people, may read: particulars may be there.
APART = ("owner", "secrets", "demo")
# Where the name and the e-mail address that a certificate prints may stand on the operator's side.
PRINTED_IN_COLUMNS = {
    "applications_application.subject_email",
    "applications_application.subject_name",
    "issuance_certificate.certificate_der",
    "issuance_certificate.subject",
    "issuance_intendedcertificate.tbs_certificate",
    "keymaking_sealrequest.certificate_der",
}
PRINTED_IN_FOLDERS = ("check", "public/repository")
BYTES = re.compile(r"\\x((?:[0-9a-f]{2})+)")
TABLES = """
    select table_schema, table_name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
"""

Place = tuple[str, bytes]


@pytest.fixture(scope="module")
def home(instance) -> Home:
    return open_home(instance.home)


@pytest.fixture(scope="module")
def search(home) -> Search:
    return Search.of(home.path / "demo" / "people.json")


def test_it_is_not_in_the_authoritys_tables(home, search):
    assert secrets_in(authoritys_columns(home), search) == set()


def test_it_is_not_in_the_owners_tables_either_since_they_are_sealed(home, search):
    assert secrets_in(owners_columns(home), search) == set()


def test_it_is_in_no_file_of_the_operators(home, search):
    assert secrets_in(files(home), search) == set()


def test_names_stand_only_where_a_certificate_prints_them(home, search):
    found = {place for place, octets in authoritys_columns(home) if search.printed_in(octets)}
    assert "issuance_certificate.certificate_der" in found
    assert found <= PRINTED_IN_COLUMNS
    assert printed_in_files(home, search) == set()


def test_an_owners_leaf_has_no_name(home, search):
    leaves = (octets for place, octets in owners_columns(home) if "leaf" in place)
    assert not [octets for octets in leaves if search.printed_in(octets)]


@pytest.mark.parametrize("form", [bytes, bytes.hex, lambda octets: b"." + octets.lower()], ids=["as it is", "hex", "lower"])
def test_a_planted_number_is_found_in_a_table(home, search, form: Callable[[bytes], bytes | str]):
    planted = form(a_number(home))
    with connected(home, 0, AUTHORITY_DATABASE) as connection:
        connection.execute("create table planted (octets bytea, words text)")
        try:
            column = "octets" if isinstance(planted, bytes) else "words"
            connection.execute(
                sql.SQL("insert into planted ({}) values (%s)").format(sql.Identifier(column)), [planted]
            )
            found = secrets_in(columns(connection), search)
        finally:
            connection.execute("drop table planted")
    assert {place for place, _ in found} == {f"planted.{column}"}


def test_a_planted_number_is_found_in_a_file(home, search):
    import base64

    planted = home.path / "log" / "tile" / f"planted-{secrets.token_hex(4)}"
    for shift in range(3):
        planted.write_bytes(base64.b64encode(secrets.token_bytes(shift) + a_number(home) + b"!"))
        try:
            found = secrets_in(files(home), search)
        finally:
            planted.unlink()
        assert {place for place, _ in found} == {str(planted.relative_to(home.path))}


def test_a_planted_name_is_found(home, search):
    import json

    name = json.loads((home.path / "demo" / "people.json").read_text())[0]["name"]
    planted = home.path / "logs" / "planted.log"
    planted.write_text(json.dumps({"who": name}))
    try:
        assert printed_in_files(home, search) == {"logs/planted.log"}
    finally:
        planted.unlink()


# --- where it is looked for ---


def authoritys_columns(home: Home) -> Iterator[Place]:
    with connected(home, 0, AUTHORITY_DATABASE) as connection:
        yield from columns(connection)


def owners_columns(home: Home) -> Iterator[Place]:
    with connected(home, 1, STRONGROOM_DATABASE) as connection:
        yield from columns(connection)


def connected(home: Home, cluster: int, database: str) -> psycopg.Connection:
    return psycopg.connect(home.clusters()[cluster].dsn(database=database), autocommit=True)


def columns(connection: psycopg.Connection) -> Iterator[Place]:
    """Every value of every row, as text and, where it is bytes, as those; a column's values in one piece."""
    for schema, table in connection.execute(TABLES).fetchall():
        query = sql.SQL(
            "select key, string_agg(value, E'\\n') from {} as whole, jsonb_each_text(to_jsonb(whole)) group by key"
        ).format(sql.Identifier(schema, table))
        for column, text in connection.execute(query):
            if text is not None:
                decoded = b"\n".join(bytes.fromhex(found) for found in BYTES.findall(text))
                yield f"{table}.{column}", text.encode() + b"\n" + decoded


def files(home: Home) -> Iterator[Place]:
    """What lies below the home but for what is apart, the authority's cluster with its write-ahead log, and both server logs."""
    roots = [path for path in home.path.iterdir() if path.name not in APART]
    if home.clusters_place != home.path:
        roots.append(home.clusters_place / "authority")
    roots.append(home.clusters()[1].log)
    for root in roots:
        for path in [root] if root.is_file() else root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield name_of(path, home), path.read_bytes()


def name_of(path: Path, home: Home) -> str:
    return str(path.relative_to(home.path)) if path.is_relative_to(home.path) else str(path)


def printed_in_files(home: Home, search: Search) -> set[str]:
    """The files that hold a name without being there to; the cluster's hold the tables, which are looked at by themselves."""
    cluster = name_of(home.clusters()[0].folder, home)
    return {
        place
        for place, octets in files(home)
        if not place.startswith((*PRINTED_IN_FOLDERS, cluster)) and search.printed_in(octets)
    }


def secrets_in(places: Iterator[Place], search: Search) -> set[tuple[str, str]]:
    return {(place, fact) for place, octets in places for fact in search.secrets_in(octets)}


def a_number(home: Home) -> bytes:
    import json

    person = json.loads((home.path / "demo" / "people.json").read_text())[-1]
    return str(person["hkid"]).encode()
