"""No identity card number, birth date or telephone outside the owner's records; names where certificates print them."""

import base64
import json
import os
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random  # noqa: TID251  a crowd must come again by its seed
from typing import Any

import psycopg
import pytest
from psycopg import sql

from chopmark.config.check.invented import a_person
from chopmark.config.home import Home, open_home
from chopmark.config.roles import AUTHORITY_DATABASE, STRONGROOM_DATABASE
from conformance.at_once import Operators, records_of, written
from conformance.crowd import Crowd
from conformance.traces import Search

PEOPLE = 30
# Said with every run; set it to see the same crowd again.
SEED = os.environ.get("CHOPMARK_CROWD_SEED") or secrets.token_hex(4)

# What nobody but the owner, or whoever plays the people, may read: particulars may be there.
APART = ("owner", "secrets", "demo")
# Where the name and the e-mail address that a certificate prints may stand on the operator's side; the receipt is the
# owner's signed word for both.
PRINTED_IN_COLUMNS = {
    "applications_application.receipt",
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
def crowd(home, tmp_path_factory) -> Crowd:
    """Thirty people, each as far as chance takes her: the same seed leads them the same way. Then a campaign for all."""
    sys.stdout.write(f" CHOPMARK_CROWD_SEED={SEED} ")
    crowd = Crowd(home, Random(SEED))
    crowd.come(PEOPLE)
    is_issued_at_once(home, tmp_path_factory.mktemp("population") / "people.csv")
    return crowd


def is_issued_at_once(home: Home, file: Path) -> None:
    """Everybody of whom there is a record gets a card's certificate besides, in one campaign."""
    operators = Operators.of(home)
    operators.come_in()
    lines = written(file, records_of(home))
    operators.issue(file, grant=operators.granted(len(lines)))


@pytest.fixture(scope="module")
def search(home, crowd) -> Search:
    return Search.of(json.loads((home.path / "demo" / "people.json").read_text()))


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


def test_no_page_that_refuses_says_it_again(crowd):
    assert crowd.fates.total() == PEOPLE and len(crowd.answers) >= 40
    for person, page in crowd.answers:
        search = Search.of([asdict(person)])
        assert not search.secrets_in(page) and not search.printed_in(page)


def test_an_owners_leaf_has_no_name(home, search):
    leaves = (octets for place, octets in owners_columns(home) if "leaf" in place)
    assert not [octets for octets in leaves if search.printed_in(octets)]


# --- the search finds what is there: somebody else's particulars, planted, since a write-ahead log forgets nothing ---


@pytest.fixture(scope="module")
def stranger() -> dict[str, Any]:
    """Somebody invented who was never in the walk."""
    return asdict(a_person())


@pytest.mark.parametrize(
    ("column", "form"), [("octets", bytes), ("words", bytes.hex), ("words", bytes.decode)]
)
def test_a_planted_number_is_found_in_a_table(home, stranger, column, form):
    with connected(home, 0, AUTHORITY_DATABASE) as connection:
        connection.execute("create table planted (octets bytea, words text)")
        try:
            insert = sql.SQL("insert into planted ({}) values (%s)").format(sql.Identifier(column))
            connection.execute(insert, [form(b"id " + stranger["hkid"].lower().encode())])
            found = secrets_in(columns(connection), Search.of([stranger]))
        finally:
            connection.execute("drop table planted")
    assert {place for place, _ in found} == {f"planted.{column}"}


def test_planted_particulars_are_found_in_files(home, stranger):
    born = "{2}-{1:02}-{0:02}".format(*stranger["born"])
    planted = {
        "log/tile/planted-0": base64.b64encode(b"0" + stranger["hkid"].encode() + b"!"),
        "log/tile/planted-1": base64.b64encode(b"01" + born.encode() + b"!"),
        "run/planted": f"x{stranger['phone'][:4]} {stranger['phone'][4:]}x".encode(),
        "logs/planted.log": json.dumps({"who": stranger["name"]}).encode(),
    }
    for place, octets in planted.items():
        (home.path / place).write_bytes(octets)
    search = Search.of([stranger])
    try:
        found = {place for place, octets in files_of_home(home) if search.secrets_in(octets)}
        named = printed_in_files(home, search)
    finally:
        for place in planted:
            (home.path / place).unlink()
    assert found == planted.keys() - {"logs/planted.log"}
    assert named == {"logs/planted.log"}


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
            "select part.key, string_agg(part.value, E'\\n')"
            " from {} as whole, jsonb_each_text(to_jsonb(whole)) as part group by part.key"
        ).format(sql.Identifier(schema, table))
        for column, text in connection.execute(query):
            if text is not None:
                decoded = b"\n".join(bytes.fromhex(found) for found in BYTES.findall(text))
                yield f"{table}.{column}", text.encode() + b"\n" + decoded


def files(home: Home) -> Iterator[Place]:
    """The home's, the authority's cluster with its write-ahead log, and what the owner's PostgreSQL says."""
    yield from files_of_home(home)
    yield from read_below(home.clusters_place / "authority", home)
    log = home.clusters()[1].log
    yield str(log), log.read_bytes()


def files_of_home(home: Home) -> Iterator[Place]:
    """What lies below the home but for what is apart, and for an ordinary user's clusters."""
    for root in home.path.iterdir():
        if root.name not in (*APART, "authority"):
            yield from read_below(root, home)


def read_below(root: Path, home: Home) -> Iterator[Place]:
    for path in [root] if root.is_file() else sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            inside = path.is_relative_to(home.path)
            yield str(path.relative_to(home.path) if inside else path), path.read_bytes()


def printed_in_files(home: Home, search: Search) -> set[str]:
    """The files that hold a name without being there to; the cluster's hold the tables, looked at by themselves."""
    return {
        place
        for place, octets in files_of_home(home)
        if not place.startswith(PRINTED_IN_FOLDERS) and search.printed_in(octets)
    }


def secrets_in(places: Iterator[Place], search: Search) -> set[tuple[str, str]]:
    return {(place, fact) for place, octets in places for fact in search.secrets_in(octets)}
