"""The thief: he has every account of the operator's and the authority's superuser, not the owner's account.

What he gets is said exactly, and what the strongroom's own log shows of it, read by a stranger with the owner's public key.
Here: what he can read, what he gets in bulk, what old things are worth to him. The rest is in `test_thief_at_once.py`.
"""

import os
import sys
import tomllib
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.config.accounts import Part
from chopmark.config.belongings import astray
from chopmark.config.check.browser import Browser
from chopmark.config.check.invented import a_person
from chopmark.config.roles import STRONGROOM_DATABASE
from thief.accounts import THIEFS
from thief.crew import refusals, shown
from thief.house import POLICY, hand_to_owner
from thief.scene import FIELDS, everything, is_public, masked, opening, owners

LIVE = ("bo", "chi")  # whose cases are open

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be somebody else"
)


# --- the walls: whose process, file and socket each is ---


def test_each_part_runs_under_its_own_account_and_its_files_are_as_the_data_says(house):
    for part in Part:
        assert house.processes(part), f"nothing runs as {part}"
    assert list(astray(house.home)) == []


def test_no_account_is_told_what_roots_shell_knows(house):
    for part in Part:
        told = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in house.processes(part))
        assert b"PATH=" in told
        assert b"ROOTS_OWN" not in told


def test_of_the_owners_files_he_reads_what_is_public_and_changes_none(house, crew):
    paths = [str(path) for path in everything(house)]
    read = {path for part in THIEFS for path in crew.does(part, "reads", paths=paths)}
    changed = {path for part in THIEFS for path in crew.does(part, "writes", paths=paths)}
    # He does read what is the operator's: the way works.
    assert str(house.home.path / "secrets" / "token.passphrase") in read
    assert any(
        path.startswith(str(house.home.clusters_place / "authority" / "cluster" / "data")) for path in read
    )
    hers = {str(path) for path in everything(house) if path.exists() and owners(house, path)}
    assert len(hers) > 1000, "the owner's cluster is among what was tried"
    assert {path for path in read & hers if not is_public(house, Path(path))} == set()
    assert changed & hers == {str(house.home.strongroom_socket)}
    roots = {str(house.home.path / name) for name in ("demo", "check", "logs")}
    assert {path for path in read if any(path.startswith(folder) for folder in roots)} == set()


def test_he_cannot_look_into_the_owners_processes(house, crew):
    hers = house.processes(Part.OWNER)
    assert len(hers) > 4, "the strongroom and the owner's PostgreSQL"
    for part in THIEFS:
        assert {pid: taken for pid, taken in crew.does(part, "processes", pids=hers).items() if taken} == {}
    # A process of his own he can take apart: the ways work.
    (taken,) = crew.does(Part.WEB, "own_child").values()
    assert set(taken) == {"environment", "memory", "open files", "root", "debugger", "signal"}


def test_one_socket_of_hers_lets_one_account_in(house, crew):
    door = house.home.strongroom_socket
    hers = [path for path in everything(house) if path.is_socket() and owners(house, path)]
    assert {door, house.home.sockets_place / "owner.pg" / ".s.PGSQL.5432"} <= set(hers)
    reached = {part: crew.does(part, "sockets", paths=list(map(str, hers))) for part in THIEFS}
    assert reached == {part: [str(door)] if part is Part.WORKER else [] for part in THIEFS}


def test_her_database_is_out_of_reach_of_every_role_and_of_the_superuser(house, crew):
    secrets = house.home.path / "secrets"
    roles = {path.stem: path.read_text() for path in secrets.glob("*.password")}
    owner = house.home.clusters()[1]
    # Even with every password of the house told to him, hers and the superuser's among them.
    dsns = [
        owner.dsn(database=database, role=role.removeprefix("postgres-"), password=password)
        for role, password in {**roles, "postgres": owner.password}.items()
        for database in (STRONGROOM_DATABASE, "postgres")
    ]
    for part in THIEFS:
        for said in crew.does(part, "connects", dsns=dsns):
            assert "Permission denied" in said
    assert crew.does(Part.POSTGRESQL, "connects", dsns=[house.superuser]) == ["in"]


def test_a_superuser_reaches_no_further_than_his_account(house, crew):
    passphrase = house.home.path / "secrets" / "strongroom.passphrase"
    data, own = house.home.clusters()[1].data, house.home.clusters()[0].data
    hers = (passphrase, data / "postgresql.conf", house.home.path / "owner" / "strongroom" / "kek.sealed")
    tried = [
        *(f"select pg_read_file('{path}')" for path in (own / "postgresql.conf", *hers)),
        *(f"create temp table t{n} (line text)" for n in range(4)),
        *(f"copy t{n} from program 'cat {path}'" for n, path in enumerate((own / "PG_VERSION", *hers))),
        f"copy t0 from '{passphrase}'",
        f"select lo_import('{passphrase}')",
    ]
    said = crew.sql(*tried)
    assert "shared_buffers" in said[0][0][0], "he does read his own"
    assert said[8] == []
    for answer in (*said[1:4], *said[9:14]):
        assert isinstance(answer, str), answer
        assert "ermission denied" in answer or "failed" in answer
    # A foreign server in her name, if this PostgreSQL has the extension: the socket is not for his account.
    host = house.home.sockets_place / "owner.pg"
    asked = f"select * from dblink('host={host} dbname=strongroom user=strongroom', 'select 1') as t (a int)"
    made, linked = crew.sql("create extension if not exists dblink", asked)
    assert isinstance(linked, str), (made, linked)


# --- bulk ---


def test_every_field_for_every_purpose_of_every_case_gives_what_a_certificate_prints_of_those_who_wait(
    house, crew, owners_log, found
):
    before = owners_log.size()
    asked = [
        opening(found[name], purpose, one, actor=f"bulk-{number}-{name}")
        for name in found
        for number, purpose in enumerate(tomllib.loads(POLICY)["purpose"])
        for one in FIELDS
    ]
    answers = crew.asks(*asked)
    got = {
        (body["case"], body["purpose"], field): value
        for body, answer in zip(asked, answers, strict=True)
        if answer["status"] == 200
        for field, value in answer["fields"].items()
    }
    people = {found[name].case: house.people[name].particulars for name in LIVE}
    # No mask and no trick: with a live case the operator reads what the certificate will print, and each is written down.
    assert got == {
        (case, "certificate", field): value
        for case, one in people.items()
        for field, value in {"name": one.name, "email": one.email, "email:masked": masked(one.email)}.items()
    }
    entries = [entry for entry in owners_log.since(before) if entry.tag == "record:opened"]
    assert len(entries) == len(asked), "an opening or a refusal for each asking"
    opened = [entry.payload for entry in entries if not entry.refused]
    assert {(one["case"], one["purpose"], field) for one in opened for field in one["fields"]} == set(got)
    refused = Counter(answer["refused"] for answer in answers if answer["status"] != 200)
    assert Counter(entry.refused for entry in entries if entry.refused) == refused
    # He took another name for each; by the door he was counted all the same.
    alerts = [entry.payload for entry in owners_log.since(before) if entry.tag == "alert:raised"]
    assert ("refused_at_one_door", "authority") in {(one["pattern"], one["asker"]) for one in alerts}


def test_record_numbers_are_no_leave(house, crew, owners_log, found):
    before, records = owners_log.size(), [one.record for one in found.values()]
    use = {"service": "reminders", "purpose": "reminders", "channel": "email"}
    grant = str(uuid4())
    released = crew.asks(*({"record": one, **use, "actor": "worker"} for one in records), verb="release")
    tried = [
        {"verb": "open-batch", "grant": grant, "purpose": "renewal", "fields": ["name"], "records": records},
        {"verb": "open-case-by-grant", "record": found["asha"].record, "grant": grant},
        {"verb": "open-case-by-grant", "record": found["bo"].record, "grant": grant},
        *({"verb": "release", **use, "record": one, "channel": "phone"} for one in records),
        *({"verb": "release", **use, "record": one, "purpose": "renewal"} for one in records),
        *({"verb": "find", "case": one.case, "purpose": "certificate"} for one in found.values()),
    ]
    refused = crew.asks(*({**body, "actor": f"numbers-{n}"} for n, body in enumerate(tried)))
    # Asha allowed just this, at the owner's desk; it is what she reads there afterwards.
    asha = house.people["asha"].particulars
    assert [one.get("fields") for one in released if one["status"] == 200] == [{"email": asha.email}]
    assert shown(refused) == []
    entries = owners_log.since(before)
    given = [entry.payload for entry in entries if entry.tag == "contact:released" and not entry.refused]
    assert [(one["record"], one["fields"]) for one in given] == [(found["asha"].record, ["email"])]
    assert len([entry for entry in entries if entry.refused]) == len(records) - 1 + len(refused)
    assert "The operator’s system (worker)" in house.people["asha"].reads_history().text


# --- replays, and cases of others ---


def test_a_case_that_is_over_or_anothers_gives_nothing(crew, owners_log, found):
    before = owners_log.size()
    asked = {
        "case_closed": [
            opening(found["asha"], "certificate", "name"),
            opening(found["dora"], "certificate", "name"),
            {"verb": "find", "case": found["asha"].case, "purpose": "duplicate_check", "actor": "worker"},
        ],
        "application_not_of_case": [
            opening(replace(found["asha"], case=found["bo"].case), "certificate", "name"),
            opening(replace(found["bo"], reference=found["chi"].reference), "certificate", "name"),
        ],
        "purpose_not_of_case": [opening(found["bo"], "renewal", "name")],
    }
    for refused, bodies in asked.items():
        assert refusals(crew.asks(*bodies)) == [refused] * len(bodies)
    entries = owners_log.since(before)
    # Her own process may write down meanwhile what the clock brings; nothing is opened.
    assert Counter(entry.refused for entry in entries if entry.refused) == {
        code: len(bodies) for code, bodies in asked.items()
    }
    assert not [entry for entry in entries if entry.tag.startswith("record:opened") and not entry.refused]


def test_an_old_form_an_old_receipt_and_an_old_code_give_nothing(house, crew, owners_log, found):
    before = owners_log.size()
    # 1. Asha's own link to the desk, with somebody else's particulars: not even whether they are hers.
    address = house.people["asha"].link  # type: ignore[attr-defined]
    with Browser() as browser:
        page = browser.get(address)
        assert found["asha"].record not in page.response.text
        stranger = asdict(a_person())
        day, month, year = stranger.pop("born")
        born = {"birth_date_day": str(day), "birth_date_month": str(month), "birth_date_year": str(year)}
        refused = browser.submit(page, {**stranger, **born}, expect=409).response.text
        crew.heard += [page.response.text, refused]
    # 2. Her receipt brought back once more: the portal has it already, and shows nobody's page without a session.
    (((receipt,),),) = crew.sql(
        f"select receipt from applications_application where reference='{found['asha'].reference}'"
    )
    again = httpx.post(
        house.home.address("web") + "/desk-return", data={"receipt": receipt}, follow_redirects=True
    )
    assert again.status_code == 409
    crew.heard.append(again.text)
    # 3. The code that Eve was shown first; somebody looked over her shoulder, and knows her number too.
    eve = house.people["eve"]
    with Browser() as browser:
        page = browser.get(f"{eve.desk}/history")
        old = browser.submit(page, {"hkid": eve.particulars.hkid, "code": house.old_code}, expect=422)
        assert eve.access_code != house.old_code
    crew.heard.append(old.response.text.replace(eve.particulars.hkid, ""))  # what he typed himself
    said = Counter((entry.tag, entry.refused) for entry in owners_log.since(before))
    assert said == {
        ("record:submitted", "application_already_recorded"): 1,
        ("subject:signed_in", "subject_sign_in_refused"): 1,
    }


def test_a_certificate_made_with_the_stolen_key_of_the_authority_opens_no_case(
    house, crew, owners_log, found
):
    public, token = house.home.path / "public", house.home.path / "signer" / "token"
    issuers = [pem_to_der(path.read_bytes()) for path in sorted((public / "ca").glob("*.crt"))]
    genuine = x509.load_der_x509_certificate(house.certificate)
    (issuer,) = [one for one in issuers if x509.load_der_x509_certificate(one).subject == genuine.issuer]
    hand_to_owner(house, house.home.path / "owner" / "strongroom" / "issuers" / "issuer.der", issuer)
    for path in (public / "crl").glob("*.crl"):
        hand_to_owner(house, house.home.path / "owner" / "strongroom" / "crls" / path.name, path.read_bytes())
    before = owners_log.size()
    (challenge,) = crew.asks(
        {"record": found["asha"].record, "purpose": "renewal", "actor": "worker"}, verb="challenge"
    )
    forged = crew.does(
        Part.SIGNER,
        "signs_as_the_authority",
        token=str(token),
        passphrase_file=str(house.home.path / "secrets" / "token.passphrase"),
        genuine=house.certificate.hex(),
        issuer=issuer.hex(),
        challenge=challenge["text"],
    )
    body = {"challenge": challenge["challenge"], **forged, "actor": "worker"}
    assert refusals(crew.asks(body, verb="open-case-by-certificate")) == ["certificate_not_of_record"]
    said = [(entry.tag, entry.refused) for entry in owners_log.since(before)]
    assert said == [
        ("challenge:made", None),
        ("case:opened_by_certificate", "certificate_not_of_record"),
    ]


def pem_to_der(octets: bytes) -> bytes:
    if octets.startswith(b"-----"):
        return x509.load_pem_x509_certificate(octets).public_bytes(Encoding.DER)
    return octets
