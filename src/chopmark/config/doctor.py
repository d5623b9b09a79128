"""`chopmark doctor`: what an installation needs, each with its remedy if it is not so; nothing is changed."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from chopmark.config import grants, strongroom_plan
from chopmark.config.accounts import serving_account
from chopmark.config.belongings import astray
from chopmark.config.binaries import find_binaries
from chopmark.config.children import CHILDREN
from chopmark.config.database import Plan, misgranted, tables_of, tables_without_a_row
from chopmark.config.faults import Fault
from chopmark.config.home import Home, is_free, open_home
from chopmark.config.installing import superuser
from chopmark.config.servers import PostgreSQL

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; without a remedy it is as it must be."""

    name: str
    found: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy


def examine(path: Path) -> Iterator[Finding]:
    """Everything, in the order in which it is needed: what cannot be looked at without an earlier thing is left out."""
    yield _python()
    try:
        home = open_home(path)
        yield Finding(name="home", found=str(home.path))
        yield _programs(home)
        yield from _accounts(home)
        clusters = home.databases()
    except Fault as fault:
        yield Finding(name="home", found=fault.what, remedy=fault.remedy or "see above")
        return
    for name, cluster, plan in (
        ("authority", clusters[0], grants.PLAN),
        ("owner", clusters[1], strongroom_plan.PLAN),
    ):
        yield from _cluster(name, cluster, plan)
    yield from _processes(home)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    is_new_enough = sys.version_info >= OLDEST_PYTHON
    return Finding(name="python", found=found, remedy="" if is_new_enough else "use Python 3.11 or later")


def _programs(home: Home) -> Finding:
    wanted = home.config["postgresql"]
    binaries = find_binaries(wanted["binaries"])
    account = serving_account(wanted["account"])
    return Finding(
        name="postgresql", found=f"{binaries.version()} in {binaries.folder}, run as {account.name}"
    )


def _accounts(home: Home) -> Iterator[Finding]:
    """Whether each file is its own account's, where there are accounts."""
    if not home.accounts:
        return
    strange = list(astray(home))
    if strange:
        remedy = "find out who changed them; docs/howto/accounts.md says whose each is"
        yield Finding(
            name="accounts", found=f"not as the data says: {', '.join(strange[:10])}", remedy=remedy
        )
    else:
        yield Finding(name="accounts", found=f"each file is its own of {len(home.accounts)} accounts'")


def _cluster(name: str, cluster: PostgreSQL, plan: Plan) -> Iterator[Finding]:
    if not cluster.is_ready():
        remedy = "`chopmark up` starts it, or says what is in the way"
        yield Finding(name=f"{name} cluster", found="does not answer", remedy=remedy)
        return
    yield Finding(name=f"{name} cluster", found=f"answers: {cluster.about}")
    try:
        with superuser(cluster, plan.database) as connection:
            yield from _database(name, connection, plan)
            if name == "authority":
                yield from _witnesses(connection)
    except psycopg.OperationalError:
        yield Finding(
            name=f"{name} database", found="is not there", remedy="`chopmark up`, or `chopmark db apply`"
        )


def _database(name: str, connection: psycopg.Connection, plan: Plan) -> Iterator[Finding]:
    tables = tables_of(connection)
    unmentioned = tables_without_a_row(plan, tables)
    if unmentioned:
        remedy = "give each a row in the grants, if only with nothing"
        yield Finding(
            name=f"{name} grants", found=f"no row for {', '.join(sorted(unmentioned))}", remedy=remedy
        )
    wrong = misgranted(connection, plan, tables)
    if wrong:
        yield Finding(
            name=f"{name} grants", found=f"differ on {', '.join(wrong)}", remedy="`chopmark db apply`"
        )
    if not (unmentioned or wrong):
        yield Finding(name=f"{name} grants", found=f"{len(tables)} tables as the data says")


def _witnesses(connection: psycopg.Connection) -> Iterator[Finding]:
    """A witness that would not go on with our log has seen another one, or lost its memory: nothing else explains it."""
    there = connection.execute("select to_regclass('transparency_witnessacknowledgement')").fetchone()
    if there is None or there[0] is None:
        return
    refused = connection.execute(
        "select id, witness, after_size, code from transparency_witnessalert"
        " where id not in (select alert_id from transparency_witnessacknowledgement) order by id"
    )
    for number, witness, after_size, code in refused.fetchall():
        yield Finding(
            name="witness",
            found=f"{witness.split('+')[0]} would not go on after size {after_size} ({code})",
            remedy='read docs/witness.md, "When a witness refuses", before anything else is done to the log; then'
            f" `chopmark witness acknowledge {number}`",
        )


def _processes(home: Home) -> Iterator[Finding]:
    for child in CHILDREN:
        if child.is_ready(home):
            yield Finding(name=child.name, found="ready")
        else:
            remedy = f"`chopmark up`; if it runs, read the end of {home.path / 'logs' / child.name}.log"
            yield Finding(name=child.name, found=_why(home, child.address), remedy=remedy)


def _why(home: Home, address: str) -> str:
    if address and not is_free(home.port(address)):
        return f"something listens on port {home.port(address)}, and is not ready"
    return "does not run"


Say = Callable[[str], None]


def print_findings(findings: list[Finding], say: Say) -> None:
    """One line each, and a remedy under each fault."""
    for finding in findings:
        say(f"{'ok   ' if finding.is_well else 'FAULT'}  {finding.name:<20} {finding.found}")
        if finding.remedy:
            say(f"{'':7}{'':<20} remedy: {finding.remedy}")
