"""The thief, second part: races, cuts between log and answer, poses, guesses; then all his loot is searched."""

import os
import subprocess
import sys
import time
from base64 import b32encode
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chopmark.config.accounts import Part
from chopmark.config.check.browser import Browser
from chopmark.config.check.people import Device
from faults.stage import eventually
from patience import SETTLED_WITHIN
from thief.crew import refusals, shown
from thief.house import chooses
from thief.loot import as_written, great, in_every_form, told_and_kept
from thief.scene import kill_at_an_opening, opening, wait_for_openings

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be somebody else"
)


# --- races ---


def test_no_release_follows_a_withdrawal(house, crew, owners_log, found):
    before, asha = owners_log.size(), house.people["asha"]
    body = {
        "record": found["asha"].record,
        "service": "reminders",
        "purpose": "reminders",
        "channel": "email",
    }
    asking = crew.begins_asking("release", {**body, "actor": "race"}, threads=2)
    wait_for_openings(house, "race-%")
    shut: list[tuple[float, float]] = []
    asha.reads_history()
    for _ in range(3):
        time.sleep(0.6)
        chooses(asha, "withdraw")
        withdrawn = time.monotonic()
        time.sleep(0.6)
        shut.append((withdrawn, time.monotonic()))
        chooses(asha, "allow")
    answers = crew.stops_asking(asking)
    assert {one["status"] for one in answers} <= {200, 403}, "nobody's asking makes another's fail"
    given = [one for one in answers if one["status"] == 200]
    assert len(given) > 5
    late = [one for one in given for since, until in shut if since <= one["began"] and one["ended"] <= until]
    assert late == []
    assert [one for one in answers for since, until in shut if since <= one["began"] <= until], (
        "he did ask then"
    )
    # The log's own order says the same, whatever the clocks say.
    entries, is_allowed = owners_log.since(before), True
    for entry in entries:
        is_allowed = {"choice:given": True, "choice:withdrawn": False}.get(entry.tag, is_allowed)
        assert is_allowed or entry.tag != "contact:released" or entry.refused, entry
    leaves = {entry.actor for entry in entries if entry.tag == "contact:released" and not entry.refused}
    assert {f"caller:{one['actor']}" for one in given} == leaves


def test_no_opening_follows_the_end_of_a_case(house, crew, owners_log, found):
    """What Chi takes back at the portal ends when the operator's own worker says so to the strongroom, and not before."""
    before, chi = owners_log.size(), house.people["chi"]
    asking = crew.begins_asking("open", opening(found["chi"], "certificate", "name", actor="chi"), threads=2)
    wait_for_openings(house, "chi-%")
    page = chi.browser.get(f"{chi.web}/portal/applications/{chi.reference}/")
    chi.browser.submit(page, form="/withdraw")

    def closed_at() -> int | None:
        ends = [entry for entry in owners_log.since(before) if entry.tag == "case:closed"]
        return next((one.index for one in ends if one.payload["case"] == found["chi"].case), None)

    closed = eventually(closed_at, SETTLED_WITHIN)
    time.sleep(0.5)
    answers, entries = crew.stops_asking(asking), owners_log.since(before)
    opened = [entry for entry in entries if entry.tag == "record:opened" and not entry.refused]
    assert opened
    assert max(entry.index for entry in opened) < closed
    given = {f"caller:{one['actor']}" for one in answers if one["status"] == 200}
    assert given == {entry.actor for entry in opened}
    assert answers[-1]["refused"] == "case_closed"


# --- cut off between the log and the answer ---


def test_who_hangs_up_before_the_answer_has_opened_all_the_same(house, crew, owners_log, found):
    before = owners_log.size()
    one = {"verb": "open", "body": opening(found["bo"], "certificate", "name", actor="gone")}
    times = crew.does(Part.WORKER, "hangs_up", socket=str(house.home.strongroom_socket), one=one, times=10)

    def written() -> list[str] | None:
        actors = [entry.actor for entry in owners_log.since(before) if entry.tag == "record:opened"]
        return actors if len(actors) == times else None

    assert sorted(eventually(written, SETTLED_WITHIN)) == sorted(
        f"caller:gone-{number}" for number in range(times)
    )


def test_no_answer_is_without_its_leaf_when_the_strongroom_is_killed(house, crew, owners_log, found):
    """Killed as soon as an opening is committed, while others are on their way: some are in the log and were never seen."""
    before, unseen, seen = owners_log.size(), set(), set()
    rounds = 0
    while rounds < 3 or (not unseen and rounds < 12):
        rounds += 1
        body = opening(found["bo"], "certificate", "name", actor=f"kill-{rounds}")
        asking = crew.begins_asking("open", body, threads=6)
        kill_at_an_opening(house, f"kill-{rounds}-%")
        house.wait_until_ready()
        answers = crew.stops_asking(asking)
        given = {f"caller:{one['actor']}" for one in answers if one["status"] == 200}
        leaves = {
            entry.actor
            for entry in owners_log.since(before)
            if entry.tag == "record:opened"
            and not entry.refused
            and entry.actor.startswith(f"caller:kill-{rounds}-")
        }
        assert given <= leaves
        seen |= given
        unseen |= leaves - given
    assert seen
    assert unseen, "no kill fell between a leaf and its answer"


# --- posing as somebody, and writing himself leave ---


def test_to_say_that_he_is_an_officer_makes_him_none(house, crew, owners_log, found):
    before = owners_log.size()
    poses = {"role": "owner", "officer": "88001", "kind": "officer", "caller": "desk"}
    bodies = [
        opening(found["bo"], purpose, field, actor=actor, **poses)
        for purpose, field in (
            ("identity_check", "birth_date"),
            ("enquiry", "phone:masked"),
            ("correction", "hkid"),
        )
        for actor in ("20417", "officer:20417", "owner:88001")
    ]
    answers = crew.asks(*bodies)
    headers = {"X-Actor": "officer:20417", "X-Forwarded-User": "88001", "Remote-User": "20417"}
    answers += crew.does(
        Part.WORKER,
        "asks",
        socket=str(house.home.strongroom_socket),
        asked=[{"verb": "open", "body": bodies[0], "headers": headers}],
    )
    assert set(refusals(answers)) == {"purpose_not_for_caller", "purpose_not_of_case"}
    assert shown(answers) == []
    entries = owners_log.since(before)
    assert len(entries) == len(answers)
    assert all(entry.refused and entry.actor.startswith("caller:") for entry in entries)
    # The machine's verbs are not at the desk's address.
    for verb in ("open", "find", "release"):
        answer = httpx.post(f"{house.home.address('desk')}/{verb}", json=bodies[0])
        assert answer.status_code in (403, 404)
        crew.heard.append(answer.text)


def test_what_lets_an_officer_in_at_the_counter_lets_nobody_in_at_the_desk(house, crew, owners_log, found):
    before, desk = owners_log.size(), house.home.address("desk")
    # 1. Every session of the counter and the portal, as the web process has them.
    (rows,) = crew.sql("select session_key from django_session")
    assert rows
    visit = f"/officer/check?case={found['bo'].case}&application={found['bo'].reference}&nonce={'0' * 32}"
    for (key,) in rows:
        cookies = {"desk_session": key, "sessionid": key}
        for path in (visit, "/owner/", "/owner/openings", "/history/choices"):
            answer = httpx.get(desk + path, cookies=cookies)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith(("/officer/sign-in", "/history"))
    # 2. The password that an officer typed at the counter, and her device's secret out of the authority's database.
    credentials = house.credentials
    (((secret,),),) = crew.sql(
        "select key from otp_totp_totpdevice device join participants_login login on login.id = device.user_id"
        " where login.number = '20417'"
    )
    code = Device(b32encode(bytes.fromhex(secret)).decode()).code()
    with Browser() as browser:
        page = browser.get(desk + visit)
        tried = {"number": "20417", "password": credentials.password("20417"), "code": code}
        crew.heard.append(browser.submit(page, tried, expect=422).response.text)
    entries = owners_log.since(before)
    assert [(entry.tag, entry.refused, entry.actor) for entry in entries] == [
        ("officer:signed_in", "officer_sign_in_refused", "officer:20417")
    ]


def test_rows_that_the_superuser_writes_are_no_leave(crew, owners_log, found):
    before, columns = (
        owners_log.size(),
        "login_id, type_code, state, outlet, key_source, agreement, record_id, age_band",
    )
    rest = "subject_name, subject_email, facts, begun_at, submitted_at"
    minted = replace(found["bo"], reference="AP269999999")
    wrote = crew.sql(
        # An application of his own, approved, over Bo's case; an officer who is everything; and the approvals.
        f"insert into applications_application (reference, case_id, nonce, receipt, csr, {columns}, {rest})"
        f" select '{minted.reference}', case_id, '\\x00', receipt, null, login_id, type_code, 'approved', outlet,"
        f" 'authority', agreement, record_id, age_band, {rest} from applications_application"
        f" where reference = '{found['bo'].reference}'",
        "update participants_roleassignment set role = 'intake_officer'",
        "update applications_application set case_id = record_id where state = 'issued'",
    )
    assert wrote[0] == [], wrote
    answers = crew.asks(
        opening(minted, "certificate", "name"),
        opening(minted, "identity_check", "hkid"),
        opening(replace(found["asha"], case=found["asha"].record), "certificate", "name"),
    )
    assert refusals(answers) == ["application_not_of_case", "application_not_of_case", "case_unknown"]
    assert [entry.refused for entry in owners_log.since(before) if entry.refused] == refusals(answers)


# --- whoever guesses is told of, slowed, and stopped ---


def test_guessing_is_told_to_the_owner_then_slowed_then_stopped(house, crew, owners_log, found):
    before = owners_log.size()
    guesses: list[dict[str, Any]] = []
    verbs = ("open", "close", "confirm", "release", "find")
    use = {"service": "reminders", "channel": "email", "fields": ["name"], "purpose": "reminders"}
    end = time.monotonic() + 60
    while "asker_stopped" not in refusals(guesses):
        assert time.monotonic() < end
        number = str(uuid4())
        known = {"actor": f"guess-{len(guesses)}", "application": found["bo"].reference}
        body = {"case": number, "record": number, **use, **known}
        guesses += crew.asks(*({**body, "verb": verb} for verb in verbs))
    told = refusals(guesses)
    assert told.index("asker_slowed") < told.index("asker_stopped")
    # Stopped is stopped: what was lawful a moment ago too, until one of the owner's officers lifts it.
    assert refusals(crew.asks(opening(found["bo"], "certificate", "name"))) == ["asker_stopped"]
    entries = owners_log.since(before)
    assert Counter(entry.refused for entry in entries if entry.refused) == Counter([*told, "asker_stopped"])
    raised = [entry.tag for entry in entries if entry.tag in ("alert:raised", "asker:suspended")]
    assert raised[-1] == "asker:suspended"
    assert [entry.payload["asker"] for entry in entries if entry.tag == "asker:suspended"] == ["authority"]


# --- all that he has, searched; and what he hides ---


def test_nowhere_in_his_loot_is_anything_that_no_certificate_prints(house, crew):
    (search, names), printed, places = in_every_form(house), set(), 0
    for place, octets in told_and_kept(house, crew):
        assert search.secrets_in(octets) == set(), place
        assert not any(name in octets for name in names), place
        printed |= search.printed_in(octets)
        places += 1
    assert places > 100
    # Names of those who came home stand there, as their certificates print them: what is there, the search finds.
    assert {"name", "email"} <= printed


def test_nor_in_the_authoritys_cluster_and_the_memory_of_its_processes(house, crew):
    needles, asha = as_written(house), house.people["asha"].particulars.name.encode()
    where = set()
    for place, octets in great(house, crew):
        assert not [needle for needle in needles if needle in octets], place
        where |= {place} if asha in octets else set()
    assert any("/pg_wal/" in place for place in where), "what is there, the search finds"


def test_what_he_hides_in_the_authoritys_log_the_audit_names_and_hers_still_says(house, crew, owners_log):
    before = owners_log.read(at_the_desk=True)
    crew.sql(
        "set session_replication_role = replica",
        "delete from audit_leaf where id in (select id from audit_leaf order by id desc offset 3 limit 5)",
        "update applications_application set record_id = null, case_id = null, receipt = ''",
    )
    audit = [house.python, "-m", "chopmark.config", "audit", "--home", str(house.home.path)]
    environment = {**os.environ, **house.environment()}
    done = subprocess.run(audit, env=environment, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "leaf" in done.stdout
    assert owners_log.read(at_the_desk=True)[: len(before)] == before
