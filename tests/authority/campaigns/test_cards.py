"""A card bureau's request file becomes certificates, and they come back to it in a response file."""

import base64
import hashlib
from functools import partial
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.db.utils import ProgrammingError

from authority.campaigns.card_stage import read_response, requests
from campaign_stage import GRANT
from chopmark.authority.campaigns import card_planning, cards, foretelling, selectors
from chopmark.authority.campaigns.card_files import Asked
from chopmark.authority.campaigns.errors import CardBatchRepeated
from chopmark.authority.campaigns.models import (
    Campaign,
    CardAcknowledgement,
    CardBatch,
    CardRequests,
    CardResponse,
)
from chopmark.authority.campaigns.planning import Wanted
from chopmark.authority.issuance.models import Certificate
from chopmark.config.campaigns import REMEDIES
from world import NOON, a_key, at, leaves, spki_der


def spki_of(line: list[str]) -> bytes:
    certificate = x509.load_der_x509_certificate(base64.b64decode(line[2]))
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_it_works(bureau):
    campaign = bureau.done(requests([bureau.chip(f"R{number}") for number in (3, 1, 2)]))

    said, octets = bureau.response(campaign)

    head, lines = read_response(octets)
    assert (head["bureau"], head["batch"], head["campaign"]) == ("CARDCO", "2026-0001", campaign.reference)
    assert [line[:2] for line in lines] == [["R3", "issued"], ["R1", "issued"], ["R2", "issued"]]
    assert [spki_of(line) for line in lines] == [bureau.keys[line[0]] for line in lines]
    assert said["sha256"] == hashlib.sha256(octets).hexdigest() == CardResponse.objects.get().sha256.hex()
    assert [leaf["public"] for leaf in leaves() if leaf["tag"] == "cards:answered"] == [
        {"response_sha256": said["sha256"], "issued": 3, "failed": 0}
    ]


def test_a_response_is_the_same_whenever_it_is_asked_for(bureau):
    campaign = bureau.done(requests([bureau.chip("R1"), bureau.chip("R2")]))
    _, first = bureau.response(campaign)
    _, second = bureau.response(campaign, name="again")
    assert first == second
    assert CardResponse.objects.count() == 1
    assert [file.name for file in bureau.folder.iterdir() if file.name.startswith(".")] == []


def test_nobody_else_on_the_machine_reads_a_response(bureau):
    campaign = bureau.done(requests([bureau.chip("R1")]))
    bureau.response(campaign)
    assert (bureau.folder / "response").stat().st_mode & 0o777 == 0o600


def test_a_response_that_cannot_be_finished_leaves_no_file(bureau, monkeypatch):
    campaign = bureau.done(requests([bureau.chip("R1")]))
    with monkeypatch.context() as broken:
        broken.setattr(cards, "record_response", lambda **_: 1 // 0)
        bureau.response(campaign, ok=False)
    assert [file.name for file in bureau.folder.iterdir() if "response" in file.name] == []
    assert not CardResponse.objects.exists()
    assert "no folder" in bureau.response(campaign, name="nowhere/response", ok=False)


def test_a_response_takes_no_other_files_place(bureau):
    campaign = bureau.done(requests([bureau.chip("R1")]))
    (bureau.folder / "response").write_bytes(b"of another batch")
    assert "is another file" in bureau.response(campaign, ok=False)
    assert (bureau.folder / "response").read_bytes() == b"of another batch"
    assert not CardResponse.objects.exists()
    _, octets = bureau.response(campaign, name="mine")
    assert bureau.response(campaign, name="mine")[1] == octets


def test_what_a_killed_one_left_beside_it_is_cleared_away(bureau):
    campaign = bureau.done(requests([bureau.chip("R1")]))
    left = bureau.folder / ".response.draft-abc"
    left.mkdir()
    (left / "draft").write_bytes(b"names")
    bureau.response(campaign)
    assert not left.exists()


def test_a_request_that_failed_says_why_in_its_place(bureau):
    unknown = uuid4()
    lines = [bureau.chip("R1"), bureau.chip("R2", unknown), bureau.chip("R3")]
    _, octets = bureau.response(bureau.done(requests(lines)))
    head, answered = read_response(octets)
    assert (head["issued"], head["failed"]) == ("2", "1")
    assert answered[1] == ["R2", "failed", "record_unknown"]


def test_a_certificate_that_was_revoked_meanwhile_is_no_success(bureau):
    campaign = bureau.done(requests([bureau.chip("R1"), bureau.chip("R2")]))
    _, before = bureau.response(campaign)
    bureau.revokes(Certificate.objects.order_by("id").first())
    _, after = bureau.response(campaign, name="after")
    assert [line[1:2] for line in read_response(before)[1]] == [["issued"], ["issued"]]
    assert read_response(after)[1][0] == ["R1", "failed", "revoked"]
    assert CardResponse.objects.count() == 2


def test_there_is_no_response_before_the_campaign_is_finished(bureau):
    campaign = bureau.begins(requests([bureau.chip("R1")]))
    assert "cards_not_ready" in bureau.response(campaign, ok=False)
    assert not (bureau.folder / "response").exists()


def test_a_campaign_of_no_bureau_has_no_response(bureau, certified):
    assert "cards_not_requested" in bureau.response(certified, ok=False)


def test_a_batch_whose_holders_could_not_answer_is_not_planned(bureau, monkeypatch):
    """Its type leaves acceptance to the holder's own word, and two of these have no login to give it with."""
    monkeypatch.setattr(foretelling.holders, "with_login", lambda records: len(records) - 2)
    said = bureau.plans(requests([bureau.chip("R1"), bureau.chip("R2"), bureau.chip("R3")]), ok=False)
    assert "holders_cannot_answer (count 2)" in said
    assert not Campaign.objects.exists() and not CardBatch.objects.exists()


def test_a_batch_is_planned_once(bureau):
    bureau.plans(requests([bureau.chip("R1")]))
    assert "card_batch_repeated" in bureau.plans(requests([bureau.chip("R2")]), ok=False)
    assert "campaign" in bureau.plans(requests([bureau.chip("R3")], batch="2026-0002"))
    assert "campaign" in bureau.plans(requests([bureau.chip("R4")], bureau="OTHERCO"))


def test_two_plans_of_a_batch_at_once_are_one(bureau, drive):
    """What the dry run of the second did not see yet, the database refuses."""
    wanted = Wanted(
        type_code="personal", input=Campaign.Input.CARDS, grant_id=GRANT, purpose="p", agreement="terms 1"
    )
    operator = drive.operators()[0]
    planned = [
        card_planning.dry_run(
            wanted, "CARDCO", "1", [(7, Asked("R1", drive.person(), spki_der(a_key())))], now=NOON
        )
        for _ in range(2)
    ]
    with at("operator"):
        cards.write_cards(wanted=wanted, planned=planned[0], actor=operator, now=NOON)
    with pytest.raises(CardBatchRepeated), at("operator"):
        cards.write_cards(wanted=wanted, planned=planned[1], actor=operator, now=NOON)
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"count": 3}, "card_count_wrong"),
        ({"count": "02"}, "card_header_malformed"),
        ({"sha256": "0" * 64}, "card_file_altered"),
        ({"sha256": "0"}, "card_header_malformed"),
        ({"bureau": "Card Co"}, "card_header_malformed"),
        ({"batch": "1\nbatch: 2"}, "card_header_malformed"),
    ],
)
def test_a_file_that_is_not_as_its_header_says_is_refused(bureau, changes, code):
    assert code in bureau.plans(requests([bureau.chip("R1"), bureau.chip("R2")], **changes), ok=False)
    assert not Campaign.objects.exists()


def test_a_file_that_was_cut_off_is_refused(bureau):
    octets = requests([bureau.chip("R1"), bureau.chip("R2")])
    assert "card_file_altered" in bureau.plans(octets[:-30], ok=False)
    assert "card_header_malformed" in bureau.plans(octets[:40], ok=False)
    assert "card_header_malformed" in bureau.plans(b"", ok=False)


def test_a_bad_line_is_named_by_its_number_and_prints_nothing_of_a_person(bureau):
    record = bureau.drive.person()
    good = bureau.chip("R1", record)
    lines = [
        good,
        "nonsense",
        bureau.chip("R1"),
        bureau.chip("R4", record),
        bureau.chip("R5").replace("R5", "r5"),
        bureau.chip("R6", str(uuid4()).upper()),
        f"R7,{uuid4()},",
        f"R8,{uuid4()},AAAA",
        f"{bureau.chip('R9')},more",
        f"# {bureau.chip('R10')}",
    ]
    said = bureau.plans(requests(lines), ok=False)
    assert [line for line in said.splitlines() if line.startswith("line ")] == [
        f"line 8: {REMEDIES['card_line_malformed']}",
        f"line 9: {REMEDIES['line_repeated']}",
        f"line 10: {REMEDIES['line_repeated']}",
        *(f"line {number}: {REMEDIES['card_line_malformed']}" for number in (11, 12, 13)),
        "line 14: weak_key_malformed",
        f"line 15: {REMEDIES['card_line_malformed']}",
        f"line 16: {REMEDIES['card_line_malformed']}",
    ]
    assert str(record) not in said
    assert not Campaign.objects.exists()


def test_a_dry_run_writes_nothing(bureau):
    said = bureau.plans(requests([bureau.chip("R1")]), "--dry-run")
    assert (said["certificates"], said["keys_to_draw"]) == (1, 0)
    assert not Campaign.objects.exists()


def test_a_plan_says_who_is_told_and_who_must_come(bureau):
    person = bureau.drive.person()
    said = bureau.plans(requests([bureau.chip("R1", person)]), "--dry-run")
    with at("operator"):
        foretold = foretelling.issue_facts("personal", [person], NOON, agreement="terms 1")
    assert foretold["notices"] and foretold.items() <= said.items()


def test_what_operators_approve_is_over_the_requests(bureau):
    """The same lines under other request numbers are another campaign to agree to."""
    record, key = bureau.drive.person(), bureau.chip("R1").split(",")[2]
    plans = [bureau.plans(requests([f"{number},{record},{key}"], batch=number)) for number in ("R1", "R2")]
    assert len({said["digest"] for said in plans}) == 2
    terms = selectors.terms_of(selectors.by_reference(plans[0]["campaign"]))
    line = f"R1,{record},{key}\n".encode()
    assert terms["requests_sha256"] == hashlib.sha256(line).hexdigest()


def test_requests_that_were_swapped_in_the_tables_are_not_answered(bureau):
    campaign = bureau.done(requests([bureau.chip("R1"), bureau.chip("R2")]))
    with connection.cursor() as cursor:
        cursor.execute("alter table campaigns_cardrequests disable trigger user")
        cursor.execute("update campaigns_cardrequests set requests = %s", ["R2\nR1"])
        cursor.execute("alter table campaigns_cardrequests enable trigger user")
    assert "card_requests_changed" in bureau.response(campaign, ok=False)
    assert not (bureau.folder / "response").exists()


def test_a_response_is_acknowledged_once_by_its_digest(bureau):
    campaign = bureau.done(requests([bureau.chip("R1")]))
    said, _ = bureau.response(campaign)
    acknowledge = partial(bureau.types, "acknowledge", campaign.reference, "--digest")
    assert "card_response_unknown" in acknowledge("00" * 32, ok=False)
    assert "hexadecimal" in acknowledge("R1", ok=False)
    assert acknowledge(said["sha256"])["acknowledged"] == said["sha256"]
    assert "cards_acknowledged" in acknowledge(said["sha256"], ok=False)
    assert "cards_acknowledged" in bureau.response(campaign, ok=False)


@pytest.mark.parametrize("verb", ["plan", "response", "acknowledge"])
def test_an_officer_at_a_counter_has_no_say(bureau, tmp_path, verb):
    campaign = bureau.done(requests([bureau.chip("R1")]))
    file = tmp_path / "more"
    file.write_bytes(requests([bureau.chip("R2")], batch="2026-0002"))
    said, _ = bureau.response(campaign)
    words = {
        "plan": (file, "--type", "personal", "--grant", GRANT),
        "response": (campaign.reference, "--out", tmp_path / "out"),
        "acknowledge": (campaign.reference, "--digest", said["sha256"]),
    }
    assert "permission_missing" in bureau.types(verb, *words[verb], who="20588", ok=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("process", ["web", "worker", "signer", "responder"])
@pytest.mark.parametrize("table", [CardBatch, CardRequests, CardResponse, CardAcknowledgement])
def test_no_process_but_the_operators_answers_a_bureau(bureau, process, table):
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        table.objects.bulk_create([table()])
