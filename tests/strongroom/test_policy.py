import shutil
import tomllib
from copy import deepcopy

import pytest
from people import NOW
from services_stage import POLICY

from chopmark import software
from chopmark.strongroom import purposes
from chopmark.strongroom.actors import OWNER
from chopmark.strongroom.models import Leaf, LeafPayload
from chopmark.strongroom.options import USUAL_POLICY
from chopmark.strongroom.policy.reading import read, read_file
from chopmark.strongroom.policy.sheet import PolicyMistakes
from chopmark.strongroom.policy.templates import USUAL_LETTERS
from chopmark.strongroom.services.starting import note_policy, note_start

USUAL = tomllib.loads(USUAL_POLICY.read_text())


def mistakes(change) -> tuple[str, ...]:
    data = deepcopy(USUAL)
    change(data)
    with pytest.raises(PolicyMistakes) as found:
        read(data, file="purposes.toml", digest=bytes(32))
    assert all(line.startswith("purposes.toml: ") for line in str(found.value).splitlines())
    return found.value.mistakes


def set_(path, value):
    def change(data):
        *way, last = path.split(".")
        for name in way:
            data = data.setdefault(name, {})
        data[last] = value

    return change


def drop(path):
    def change(data):
        *way, last = path.split(".")
        for name in way:
            data = data[name]
        del data[last]

    return change


def test_it_works():
    policy = read_file(USUAL_POLICY)
    assert policy.version == "2026-11"
    assert policy.purposes["lawful_request"].two_persons
    assert policy.purposes["lawful_request"].delay.told_after.days == 30
    assert len(policy.digest) == 32


WRONG = [
    (set_("requests.answer_within_days", 41), "requests.answer_within_days"),
    (set_("requests.warn_days_left", 40), "requests.warn_days_left"),
    (set_("requests.access_fee_at_most_cents", -1), "requests.access_fee_at_most_cents"),
    (set_("requests.ground.identity.of", ["deletion"]), "requests.ground.identity.of"),
    (drop("requests.ground.identity.zh"), "requests.ground.identity.zh"),
    (drop("requests.ground.identity.section"), "requests.ground.identity.section"),
    (set_("purpose.certificate.fields", ["shoe_size"]), "purpose.certificate.fields"),
    (set_("purpose.certificate.fields", []), "purpose.certificate.fields"),
    (set_("purpose.certificate.callers", ["street"]), "purpose.certificate.callers"),
    (set_("purpose.certificate.kinds", ["rumour"]), "purpose.certificate.kinds"),
    (set_("purpose.certificate.per_hour", 0), "purpose.certificate.per_hour"),
    (set_("purpose.certificate.per_hour", True), "purpose.certificate.per_hour"),
    (set_("purpose.certificate.two_person", True), "purpose.certificate.two_person"),
    (set_("purpose.certificate.two_persons", True), "purpose.certificate.callers"),
    (set_("purpose.renewal.only_compared", True), "purpose.renewal.kinds"),
    (set_("purpose.enquiry.callers", ["authority"]), "purpose.enquiry.callers"),
    (set_("purpose.enquiry.fields", ["hkid", "hkid:masked"]), "purpose.enquiry.fields"),
    (set_("purpose.lawful_request.told_after_days", 91), "purpose.lawful_request.told_after_days"),
    (drop("purpose.lawful_request.told_later_zh"), "purpose.lawful_request.told_later_zh"),
    (drop("purpose.certificate.zh"), "purpose.certificate.zh"),
    (set_("case.purposes", ["curiosity"]), "case.purposes"),
    (set_("case.purposes", ["renewal"]), "case.purposes"),
    (drop("limits.openings_in_an_hour"), "limits.openings_in_an_hour"),
    (drop("leave.officer"), "leave.officer"),
    (set_("pattern.at_night.counts", "sheep"), "pattern.at_night.counts"),
    (set_("pattern.guessing_cases.stop_at", 1), "pattern.guessing_cases.alert_at"),
    (set_("retention.hold_reasons", "audit"), "retention.hold_reasons"),
    (drop("breaches"), "breaches"),
    (drop("breaches.preliminary_within_hours"), "breaches.preliminary_within_hours"),
    (set_("breaches.first_report_within_minutes", 0), "breaches.first_report_within_minutes"),
    (set_("breaches.interim_every_months", "3"), "breaches.interim_every_months"),
    (set_("breaches.post_incident_within_days", 10**6), "breaches.post_incident_within_days"),
    (set_("breaches.tell_people_within_hours", False), "breaches.tell_people_within_hours"),
    (set_("breaches.tell_everybody_within_hours", 1), "breaches.tell_everybody_within_hours"),
    (set_("policy.from", "soon"), "policy.from"),
    (set_("weather", {}), "weather"),
    (set_("notice.certificate_ready.channels", ["sms"]), "notice.certificate_ready.channels"),
    (set_("notice.certificate_ready.parameters", ["shoe_size"]), "notice.certificate_ready.parameters"),
    (set_("notice.certificate_ready.parameters", ["application"]), "notice.certificate_ready.texts"),
    (
        set_("notice.certificate_revoked.parameters", ["revoked_on", "serial_number", "not_after"]),
        "notice.certificate_revoked.parameters",
    ),
    (set_("notice.certificate_ready.purpose", "certificate"), "notice.certificate_ready.purpose"),
    (drop("notice.certificate_ready.zh"), "notice.certificate_ready.zh"),
    (set_("purpose.notice.fields", ["email"]), "notice.certificate_ready.channels"),
    (set_("purpose.notice.callers", ["desk"]), "purpose.notice.only_delivered"),
    (set_("purpose.notice.marketing", True), "purpose.notice.marketing"),
    (set_("purpose.notice.kinds", ["application", "grant", "notices"]), "purpose.notice.kinds"),
    (set_("purpose.certificate.kinds", ["application", "notices"]), "purpose.certificate.kinds"),
    (set_("notice.certificate_lost", {}), "notice.certificate_lost.texts"),
]


@pytest.mark.parametrize(("change", "key"), WRONG, ids=[key for _, key in WRONG])
def test_a_mistake_is_named_by_its_dotted_key(change, key):
    assert any(mistake.startswith(f"{key}: ") for mistake in mistakes(change))


WITH_SERVICES = tomllib.loads(POLICY)
TEXTS = [
    f"{name}_{language}" for name in ("data", "marketing", "opt_out", "given_to") for language in ("en", "zh")
]


@pytest.mark.parametrize("text", [*TEXTS, "transfer"])
def test_a_service_without_a_text_of_part_6a_is_no_service(text):
    data = deepcopy(WITH_SERVICES)
    del data["service"]["partners"][text]
    with pytest.raises(PolicyMistakes) as found:
        read(data, file="purposes.toml", digest=bytes(32))
    assert any(line.startswith(f"service.partners.{text}: is missing") for line in found.value.mistakes)


def test_a_service_that_hands_nothing_on_names_nobody_to_whom():
    data = deepcopy(WITH_SERVICES)
    data["service"]["partners"]["transfer"] = "none"
    with pytest.raises(PolicyMistakes, match=r"service\.partners\.given_to_en: is not a key"):
        read(data, file="purposes.toml", digest=bytes(32))


def test_what_a_service_says_to_somebody_is_marketing():
    data = deepcopy(WITH_SERVICES)
    del data["purpose"]["offers"]["marketing"]
    with pytest.raises(PolicyMistakes, match=r"service\.club\.purposes: offers is not marked"):
        read(data, file="purposes.toml", digest=bytes(32))


def test_a_policy_that_says_nothing_of_requests_keeps_to_the_law():
    data = deepcopy(USUAL)
    del data["requests"]
    requests = read(data, file="purposes.toml", digest=bytes(32)).requests
    assert (requests.answer_within.days, requests.most_fee_minor, requests.grounds) == (40, 0, {})


def test_every_mistake_is_named_at_once():
    def change(data):
        set_("purpose.certificate.per_day", -1)(data)
        set_("night.from_hour", 24)(data)
        drop("grant.most_records")(data)

    assert {mistake.partition(": ")[0] for mistake in mistakes(change)} == {
        "purpose.certificate.per_day",
        "night.from_hour",
        "grant.most_records",
    }


def test_a_file_that_is_no_toml_is_one_mistake(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("purpose = [")
    with pytest.raises(PolicyMistakes, match=r"^mine\.toml: cannot be read"):
        read_file(file)


def test_a_policy_is_not_gone_by_before_its_day():
    data = deepcopy(USUAL)
    set_("policy.from", NOW.date().replace(year=9000))(data)
    with pytest.raises(PolicyMistakes, match="9000"):
        purposes.require_in_force(read(data, file="x", digest=bytes(32)))


def test_the_owner_changes_it_without_touching_code(monkeypatch, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(USUAL_POLICY.read_text().replace('version = "2026-11"', 'version = "mine"'))
    monkeypatch.setenv("STRONGROOM_POLICY", str(mine))
    purposes.terms.cache_clear()
    try:
        assert purposes.terms().version == "mine"
    finally:
        purposes.terms.cache_clear()


def test_a_change_of_the_policy_that_is_loaded_leaves_a_leaf_with_its_digest(strongroom):
    policy = read_file(USUAL_POLICY)
    other = read(USUAL, file="x", digest=b"\x01" * 32)
    assert [note_policy(policy=each, actor=OWNER, now=NOW) for each in (policy, policy, other)] == [
        True,
        False,
        True,
    ]
    assert Leaf.objects.count() == 2
    assert LeafPayload.objects.latest("leaf_id").payload["digest"] == "01" * 32


def test_the_software_that_starts_leaves_a_leaf_each_time(strongroom):
    for _ in range(2):
        note_start(software=software.running(), actor=OWNER, now=NOW)
    told = [payload.payload for payload in LeafPayload.objects.all()]
    assert [len(each["code"]) for each in told] == [64, 64]


@pytest.fixture
def own(tmp_path):
    """The owner's copy of the policy, with her own letters beside it."""
    policy = tmp_path / "policy.toml"
    policy.write_text(USUAL_POLICY.read_text() + '\n[notices]\nfolder = "letters"\n')
    shutil.copytree(USUAL_LETTERS, tmp_path / "letters")
    return policy


def test_the_owners_own_letters_lie_beside_her_policy_and_are_in_its_digest(own):
    before = read_file(own)
    letter = own.parent / "letters" / "certificate_ready.en.txt"
    letter.write_text(letter.read_text() + "\nGoodbye.\n")
    after = read_file(own)
    assert after.templates["certificate_ready"].texts["en"].body.endswith("Goodbye.\n")
    assert before.digest != after.digest


LETTERS = [
    (lambda letter: letter.unlink(), "certificate_ready.zh-hant.txt is missing"),
    (lambda letter: letter.write_text("no body"), "needs a subject line"),
    (lambda letter: letter.write_text("S\n\n{name}\n"), "names name, which is no parameter of it"),
    (lambda letter: letter.write_text("S\n\n{application.pk}\n"), "no bare name"),
    (lambda letter: letter.write_text("S\n\n{application!r:>10}\n"), "no bare name"),
    (lambda letter: letter.write_text("S\n\n{application\n"), "cannot be read"),
    (lambda letter: letter.with_name("spam.en.txt").write_text("S\n\nB\n"), "spam.en.txt belongs to no"),
]


@pytest.mark.parametrize(("change", "says"), LETTERS, ids=[says for _, says in LETTERS])
def test_a_letter_that_cannot_be_sent_stops_the_start(own, change, says):
    change(own.parent / "letters" / "certificate_ready.zh-hant.txt")
    with pytest.raises(PolicyMistakes, match=says):
        read_file(own)


def test_a_folder_that_is_not_there_has_no_letters(own):
    shutil.rmtree(own.parent / "letters")
    with pytest.raises(PolicyMistakes, match=r"certificate_ready\.en\.txt is missing"):
        read_file(own)


def test_a_policy_without_notices_is_one():
    data = deepcopy(USUAL)
    del data["notice"]
    assert read(data, file="purposes.toml", digest=bytes(32)).templates == {}
