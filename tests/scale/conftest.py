"""The layout, built once for the story; the figures, said at the end."""

import pytest
from hosts import NotAlone, require_alone
from layout import built

from outcome import told

FIGURES = []
LAST_WORDS = 30
STATE = (
    "select task_name, status, worker_id, count(*) from procrastinate_jobs group by 1, 2, 3",
    "select id, now() - last_heartbeat from procrastinate_workers",
    "select count(*) from issuance_intendedchunk",
    "select name, attempts, count(*) from kernel_handover where handled_at is null group by 1, 2",
    "select application_name, state, wait_event, count(*) from pg_stat_activity group by 1, 2, 3",
)


def pytest_sessionstart(session):
    try:
        require_alone()
    except NotAlone:
        pytest.exit("these tests build machines out of namespaces: run them by `./dev scale`", returncode=2)


def pytest_terminal_summary(terminalreporter):
    for line in FIGURES:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def layout(request):
    with built() as layout:
        yield layout
        if request.session.testsfailed:
            # The disks are forgotten with us.
            FIGURES.extend(line for one in layout.processes for line in last_words(one))
            FIGURES.extend(state())


def last_words(one):
    words = one.log.read_text(errors="replace").splitlines() if one.log.exists() else []
    return [f"-- {one.host.name}", *(word[:300] for word in words[-LAST_WORDS:])]


def state():
    """How far the campaign is, in rows."""
    return [line for sql in STATE for line in (f"-- {sql}", *map(str, told(sql)))]


@pytest.fixture
def note():
    """Say a figure at the end of the run."""
    return FIGURES.append
