"""What every connection to PostgreSQL is told of an end that is gone; tests/scale pulls the cable."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from chopmark.config import connections
from chopmark.config.children import authority_environment, strongroom_environment
from chopmark.config.database import make_roles
from chopmark.config.grants import PLAN
from chopmark.config.home import open_home
from chopmark.config.servers import Server


@pytest.fixture
def shown(cluster):
    """What a session that is told these parameters says of a setting."""

    def shown(name, **told):
        with psycopg.connect(cluster.dsn(), **connections.parameters(**told)) as session:
            return session.execute("select current_setting(%s)", [name]).fetchone()[0]

    return shown


def test_it_works(shown):
    assert shown("client_connection_check_interval") == "5s"


def test_a_role_is_taken_on_beside(shown, cluster):
    with psycopg.connect(cluster.dsn(), autocommit=True) as superuser:
        make_roles(superuser, PLAN, {})
    assert shown("role", role=PLAN.owner) == PLAN.owner
    assert shown("client_connection_check_interval", role=PLAN.owner) == "5s"


def settings_of(home, process):
    """The database of a process, as its own settings have it."""
    asked = (
        "import json; from chopmark.config.settings import DATABASES as d; print(json.dumps(d['default']))"
    )
    environment = os.environ | authority_environment(open_home(home), process)
    said = subprocess.run([sys.executable, "-c", asked], env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(said.stdout)


@pytest.mark.parametrize("process", ["web", "signer", "migrate"])
def test_every_process_of_the_authority_is_told(home, process):
    role = PLAN.owner if process == "migrate" else None
    wanted, told = connections.parameters(role=role), settings_of(home, process)["OPTIONS"]
    assert {name: told.get(name) for name in wanted} == wanted


def test_a_worker_keeps_its_connections_and_web_has_a_pool(home):
    """A pool and connections that are kept exclude each other in Django."""
    assert settings_of(home, "worker")["CONN_MAX_AGE"] is None
    web = settings_of(home, "web")
    assert (web["CONN_MAX_AGE"], "pool" in web["OPTIONS"]) == (0, True)


@pytest.mark.parametrize("process", ["desk", "migrate", "audit"])
def test_so_is_every_process_of_the_owner(home, process):
    told = conninfo_to_dict(strongroom_environment(open_home(home), process)["STRONGROOM_DATABASE"])
    assert told.items() >= {name: str(value) for name, value in connections.OURS.items()}.items()
    assert all(f"-c {name}={value}" in told["options"] for name, value in connections.THEIRS.items())


def test_of_several_servers_the_one_that_takes_writes_is_meant():
    server = Server(host="db1,db2", port=5432, superuser="postgres", password="x")
    told = conninfo_to_dict(server.dsn())
    assert (told["host"], told["target_session_attrs"]) == ("db1,db2", "primary")
