"""The law of the whole spine: no path reaches ISSUED without evidence, PAID and two people (rule 24)."""

from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import oracle
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.applications.states import MOVES, ApplicationState
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.ledger import services as ledger
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.models import Decision, Evidence
from chopmark.pki.refusals import Refusal
from unchanged import everything
from world import NOON, at, last_leaf, leaf_count


def revokes(world, application):
    certificate = issuance.certificate_of(application.reference)
    if certificate is not None:
        world.revokes(certificate, now=world.later(NOON))


def approves_her_own(world, application):
    with at("web"):
        verification.approve(reference=application.reference, actor=world.bikram, now=NOON)


def pays(world, application):
    if ledger.invoice_of(application.reference) is not None:
        world.pays(application)


VERBS = {
    "submits": lambda world, application: world.submits(application),
    "submits as a minor": lambda world, application: world.submits(application, age_band="minor"),
    "checks duplicates": lambda world, application: world.checks_duplicates(application),
    "sights": lambda world, application: world.sights(application),
    "pays": pays,
    "asks release": lambda world, application: world.asks_release(application),
    "releases": lambda world, application: world.releases(application),
    "approves her own": approves_her_own,
    "refuses": lambda world, application: world.refuses(application),
    "withdraws": lambda world, application: world.withdraws(application),
    "hears": lambda world, application: world.hears(),
    "signs": lambda world, application: world.signs(),
    "sequences": lambda world, application: world.sequences(),
    "accepts": lambda world, application: world.accepts(application),
    "rejects": lambda world, application: world.rejects(application),
    "revokes": revokes,
}
THE_WAY = ["submits", "checks duplicates", "sights", "pays", "asks release", "releases"]
THE_MACHINES = ["hears", "signs", "sequences", "signs", "sequences", "hears", "hears"]
# Mostly the steps of the way, in any order and any number: a walk of strangers would never get far.
STEP = st.tuples(st.sampled_from([*THE_WAY * 3, *VERBS]), st.integers(0, 1))


@pytest.fixture
def fresh(world, tmp_path, settings):
    """Two applications, folders that no earlier walk wrote to, and a database that forgets the walk afterwards."""
    walks = count()

    def begin():
        for name in ("LOG", "PUBLIC"):
            folder = tmp_path / f"{name.lower()}-{next(walks)}"
            (folder / "crl").mkdir(parents=True)
            setattr(settings, f"CHOPMARK_{name}_DIR", folder)
        return [world.begins(), world.begins()]

    return begin


def walk(world, applications, steps):
    for verb, which in steps:
        before, leaves_before = everything(), leaf_count()
        refusal = refusal_of(VERBS[verb], world, by_reference(applications[which].reference))
        if refusal is None:
            require_lawful(before, everything())
        else:
            assert only_an_errand_was_added(before, everything()), f"{verb} was refused and changed something"
            assert leaf_count() > leaves_before
            assert last_leaf()["refused"] == refusal.code


def refusal_of(verb, *of):
    try:
        verb(*of)
    except Refusal as refusal:
        return refusal
    return None


def only_an_errand_was_added(before, after):
    """A sighting is two acts: going to the desk may succeed, and what comes back be refused."""
    tickets = "verification_sightingticket"
    return {k: v for k, v in before.items() if k != tickets} == {
        k: v for k, v in after.items() if k != tickets
    }


def require_lawful(before, after):
    states = {row["reference"]: row["state"] for row in before["applications_application"]}
    for row in after["applications_application"]:
        was, state = states[row["reference"]], row["state"]
        assert state == was or ApplicationState(state) in MOVES[ApplicationState(was)], f"{was} to {state}"


def require_earned(application):
    """By another road than the services': what the tables say of who got as far as this."""
    reference = application.reference
    evidence = dict(Evidence.objects.filter(application_reference=reference).values_list("kind", "actor_id"))
    needed = {"identity_sighted", "duplicate_check"} | (
        {"guardian_consent"} if application.age_band == "minor" else set()
    )
    assert needed <= evidence.keys()
    assert ledger.is_paid(reference)
    decided = dict(Decision.objects.filter(application_reference=reference).values_list("step", "officer"))
    assert decided["approved"] not in {decided["release_asked"], *evidence.values()}


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=10, max_size=30))
@example(steps=[(verb, 0) for verb in [*THE_WAY, *THE_MACHINES, "accepts", "revokes"]])
@example(steps=[(verb, 0) for verb in [*reversed(THE_WAY), *THE_WAY]])
@example(steps=[(verb, which) for verb in [*THE_WAY, *THE_MACHINES] for which in (0, 1)])
@example(steps=[(verb, 0) for verb in ["submits as a minor", *THE_WAY[1:]]])
def test_no_path_reaches_issued_unearned(world, fresh, steps):
    with transaction.atomic():
        applications = fresh()
        walk(world, applications, steps)
        world.turns()
        for application in Application.objects.filter(state__in=["approved", "issued"]):
            require_earned(application)
        oracle.ask(world.later(NOON))
        transaction.set_rollback(True)


def test_the_way_itself_gets_there(world, fresh):
    """So that the law above is not kept by nobody's ever arriving."""
    one, other = fresh()
    walk(world, [one, other], [(verb, 0) for verb in [*THE_WAY, *THE_MACHINES]])

    assert by_reference(one.reference).state == "issued"
    require_earned(by_reference(one.reference))
    assert by_reference(other.reference).state == "begun"
