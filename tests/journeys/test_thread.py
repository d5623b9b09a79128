"""The one thread through everything, over HTTP, in both languages: apply, show a card, release, accept, revoke."""

import pytest
from cryptography import x509

import oracle
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.issuance import selectors as issuance
from journeys.people import Applicant, Officer
from world import NAME, leaves

pytestmark = pytest.mark.usefixtures("no_case_to_close")


@pytest.fixture(params=["en", "zh-hant"])
def lang(request):
    return request.param


@pytest.fixture
def asha(world, lang, wall):
    return Applicant(lang, wall)


@pytest.fixture
def bikram(world, lang, wall):
    return Officer(lang, wall, number="20417").enters()


@pytest.fixture
def chandra(world, lang, wall):
    return Officer(lang, wall, number="20588").enters()


@pytest.fixture
def turns(world, wall):
    """The machines do what waits, and the clock on the wall has gone on."""

    def turn():
        world.turns(now=wall.now)
        wall.now = world.later(wall.now)
        oracle.ask(wall.now)

    return turn


@pytest.fixture
def taken_in(world, asha, bikram, turns):
    """Asha was at the desk, Bikram has seen her card and taken the fee."""
    asha.applies()
    asha.gives_particulars(world)
    world.checks_duplicates(by_reference(asha.reference))
    bikram.sights(world, asha.reference)
    bikram.takes_fee(asha.reference)
    bikram.asks_release(asha.reference)
    turns()
    return asha


@pytest.fixture
def offered(taken_in, chandra, turns):
    """Chandra has released it, and the certificate waits for Asha."""
    chandra.releases(taken_in.reference)
    turns()
    return taken_in


def state(person) -> str:
    return by_reference(person.reference).state


def test_it_works(world, offered, turns):
    asha = offered
    assert NAME in asha.sees(asha.page)
    asha.accepts()
    turns()

    certificate = issuance.certificate_of(asha.reference)
    fetched = asha.fetches(f"{asha.page}certificate")
    assert fetched == bytes(certificate.certificate_der)
    assert asha.fetches(f"/repository/{bytes(certificate.serial_number).hex()}.crt") == fetched
    assert asha.words("In force") in asha.sees("/portal/")

    asha.revokes(certificate)
    turns()
    assert asha.words("Revoked") in asha.sees("/portal/")
    assert state(asha) == "issued"
    parsed = x509.load_der_x509_certificate(fetched)
    point = parsed.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    address = "/" + point.full_name[0].value.split("/", 3)[3]
    crl = x509.load_der_x509_crl(asha.fetches(address))
    assert crl.get_revoked_certificate_by_serial_number(parsed.serial_number)


def test_every_step_is_told_to_her_as_it_comes(world, asha, bikram, chandra, turns):
    asha.applies()
    assert asha.words("Your application has begun") in asha.sees(asha.page)
    asha.gives_particulars(world)
    assert asha.words("Come to the service centre") in asha.sees(asha.page)
    world.checks_duplicates(by_reference(asha.reference))
    bikram.sights(world, asha.reference)
    bikram.takes_fee(asha.reference)
    bikram.asks_release(asha.reference)
    after_intake = asha.sees(asha.page)
    chandra.releases(asha.reference)
    turns()
    offered = asha.sees(asha.page)
    asha.accepts()

    assert len({after_intake, offered, asha.sees(asha.page)}) == 3


def test_what_she_types_at_the_owners_desk_is_on_no_page_before_it_is_in_a_certificate(taken_in):
    assert NAME not in taken_in.sees("/portal/")


def test_a_card_that_differs_goes_no_further(world, asha, bikram):
    asha.applies()
    asha.gives_particulars(world)
    world.checks_duplicates(by_reference(asha.reference))
    bikram.sights(world, asha.reference, matches=False)

    with pytest.raises(AssertionError, match="has no button"):
        bikram.asks_release(asha.reference)
    assert state(asha) == "submitted"


def test_bikram_cannot_release_what_he_took_in(taken_in, bikram):
    page = f"/counter/releases/{taken_in.reference}/"
    bikram.presses(page, f"{page}approve", status=403)

    assert state(taken_in) == "verified"


def test_another_applicant_sees_and_does_nothing(offered, lang, wall):
    esha = Applicant(lang, wall)
    esha.applies()
    esha.sees(offered.page, status=403)
    esha.sees(f"{offered.page}certificate", status=403)
    certificate = issuance.certificate_of(offered.reference)
    esha.sees(
        f"/portal/certificates/{certificate.issuer_id}/{certificate.serial_number.hex()}/revoke", status=403
    )
    assert state(offered) == "issued"


def test_before_she_accepts_the_world_has_no_certificate_of_hers(offered):
    certificate = issuance.certificate_of(offered.reference)
    offered.sees(f"/repository/{bytes(certificate.serial_number).hex()}.crt", status=404)


def test_without_her_password_nothing_is_revoked(offered, turns):
    offered.accepts()
    certificate = issuance.certificate_of(offered.reference)
    offered.revokes(certificate, password="not hers", status=422)

    assert "certificate:revoked_by_subscriber" not in {leaf["tag"] for leaf in leaves()}


def test_she_may_think_better_of_it(world, asha, turns):
    asha.applies()
    asha.gives_particulars(world)
    asha.presses(asha.page, f"{asha.page}withdraw")
    turns()

    assert state(asha) == "withdrawn"
    assert asha.words("You withdrew this application. Nothing more happens with it.") in asha.sees(asha.page)


def test_a_refusal_is_told_in_her_words(world, asha, bikram, turns):
    asha.applies()
    asha.gives_particulars(world)
    bikram.presses(f"/counter/cases/{asha.reference}/refuse", reason="identity_not_shown")
    turns()

    assert asha.words("The identity card was not shown, or is not the original") in asha.sees(asha.page)
