"""A notice is sent at least once, under a name by which doubles are told; one that cannot be sent is given up and told."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation
from notices_stage import SOON, asha_came_home, certificate_is_made, deliver, mail, round_
from people import ASHA, ESHA, LATER

from chopmark.strongroom.__main__ import cli
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.desk import history
from chopmark.strongroom.journal import BareFormatter
from chopmark.strongroom.models import LeafPayload, Opening, Record
from chopmark.strongroom.notices import posting, sending
from chopmark.strongroom.notices.models import Sending
from chopmark.strongroom.notices.sending import FIRST_WAIT, MOST_TRIES
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.models import Alert
from chopmark.strongroom.services import cases

pytestmark = pytest.mark.usefixtures("strongroom")
LATE = timedelta(days=30)


@pytest.fixture(autouse=True)
def post(settings):
    with mail(settings) as has:
        has.clear()
        yield has


@pytest.fixture
def holder():
    asha = asha_came_home()
    certificate_is_made(asha)
    deliver(asha)
    return asha


def test_it_works(holder, post):
    assert round_() == 1
    assert [message.to for message in post] == [[ASHA.email]]
    assert Sending.objects.get().state == "sent"


def test_it_failed(holder, post, settings, caplog):
    with mail(settings, accepts=False, answers=False):
        assert round_() == 0
    assert not post
    # Not before its time; then it goes.
    with mail(settings):
        assert round_(SOON + FIRST_WAIT - timedelta(seconds=1)) == 0
        assert round_(SOON + FIRST_WAIT) == 1
    assert len(post) == 1
    (line,) = [BareFormatter().format(record) for record in caplog.records]
    assert "ConnectionResetError" in line
    assert ASHA.email not in line


def test_it_failed_but_happened(holder, post, settings):
    with mail(settings, answers=False):
        assert round_() == 0
    with mail(settings):
        assert round_(SOON + FIRST_WAIT) == 1
    first, second = post
    # Whoever gets both can tell.
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.body == second.body


def test_it_was_sent_and_nobody_could_write_that_down(holder, post, monkeypatch):
    def cut(**_):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(sending, "note_sent", cut)
        with pytest.raises(ConnectionError):
            round_()
    assert Sending.objects.get().state == "queued"
    assert round_(SOON + FIRST_WAIT) == 1
    assert len({message.extra_headers["Message-ID"] for message in post}) == 1


def test_one_that_fails_holds_up_nobody(holder, post, monkeypatch):
    esha = asha_came_home(
        particulars=replace(ASHA, name="HO Siu Ling", email="ling@mail.example"), reference="AP261100420"
    )
    deliver(esha, reference="N2")

    def fails_for_asha(post_):
        if post_.to == ASHA.email:
            raise OSError
        posting.send_email(post_)

    monkeypatch.setitem(posting.CHANNELS, "email", fails_for_asha)
    assert round_() == 1
    assert [message.to for message in post] == [["ling@mail.example"]]


def test_after_so_many_tries_it_is_given_up_and_the_owner_told_once(holder, post, settings):
    deliver(holder, reference="N2")
    now = SOON
    with mail(settings, accepts=False, answers=False):
        for _ in range(MOST_TRIES + 1):
            round_(now)
            now += timedelta(days=1, minutes=1)
    states = Sending.objects.values_list("state", "why", "tries")
    assert set(states) == {("given_up", "tries", MOST_TRIES)}
    assert Alert.objects.filter(pattern="notice_given_up").count() == 1
    # Not tried any more, and the authority can ask how it stands.
    with mail(settings):
        assert round_(now + LATE) == 0
    assert deliver(holder, now=now).state == "given_up"


def test_where_the_last_tries_outcome_was_never_written_nobody_says_that_it_was_not_delivered(
    holder, post, settings, monkeypatch
):
    now = SOON
    with mail(settings, accepts=False, answers=False):
        for _ in range(MOST_TRIES - 1):
            round_(now)
            now += timedelta(days=1, minutes=1)

    def cut(**_):
        raise ConnectionError

    with mail(settings), monkeypatch.context() as patch:
        patch.setattr(sending, "note_sent", cut)
        with pytest.raises(ConnectionError):
            round_(now)
    assert len(post) == 1
    with mail(settings):
        assert round_(now + LATE) == 0
    assert len(post) == 1
    assert Sending.objects.values_list("state", "why").get() == ("given_up", "not_known")
    assert Alert.objects.filter(pattern="notice_given_up").count() == 1


ENDS = [
    ("tries", "en", "but it could not be delivered"),
    ("not_known", "en", "but we cannot say whether it was delivered"),
    ("tries", "zh-hant", "但未能送達"),
    ("not_known", "zh-hant", "但本處未能確定是否已送達"),
]


@pytest.mark.parametrize(("why", "language", "says"), ENDS)
def test_her_history_says_which(holder, why, language, says):
    sending.give_up(sending=Sending.objects.get(), why=why, actor=CLOCK, now=SOON)
    opened = Opening.objects.select_related("case", "notice__sending").get(notice__isnull=False)
    with translation.override(language):
        assert says in history.described(opened)["what"]


def test_each_wait_is_longer_up_to_a_day(holder, settings):
    waits, now = [], SOON
    with mail(settings, accepts=False, answers=False):
        for _ in range(MOST_TRIES - 1):
            round_(now)
            due_at = Sending.objects.get().due_at
            waits.append(due_at - now)
            now = due_at
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (FIRST_WAIT, timedelta(days=1))


def test_a_record_that_was_shredded_meanwhile_is_not_written_to(holder, post):
    cases.shred(Record.objects.get(pk=holder.record_id), LATER)
    assert round_() == 0
    assert (Sending.objects.get().why, post) == ("record_shredded", [])


def test_who_has_no_address_of_mail_gets_a_letter(tmp_path, settings, post):
    settings.OUTBOX = tmp_path / "outbox"
    esha = asha_came_home(particulars=ESHA)
    deliver(esha)
    assert round_() == 1
    assert (Sending.objects.get().channel, post) == ("letter", [])
    (letter,) = (tmp_path / "outbox" / "letters").iterdir()
    assert letter.read_text().startswith(ESHA.name)
    assert letter.stat().st_mode & 0o777 == 0o600
    assert letter.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_is_on_the_disk_with_its_name_before_it_counts_as_sent(tmp_path, monkeypatch):
    """A power cut takes away what was not synced: the octets before the name, then the name, and a new folder's own."""
    synced = []
    sync = os.fsync

    def listen(descriptor):
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        names = sorted(each.name for each in place.iterdir()) if place.is_dir() else []
        synced.append((place.name, names))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", listen)
    posting.put(tmp_path / "mail", "N1.eml", b"Subject: a letter")
    assert synced == [(tmp_path.name, ["mail"]), (".N1.eml", []), ("mail", ["N1.eml"])]


def test_without_a_server_a_message_is_a_private_file_once(tmp_path, settings, holder, monkeypatch):
    settings.OUTBOX = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "chopmark.strongroom.notices.posting.FileBackend"
    with monkeypatch.context() as patch:
        patch.setattr(sending, "note_sent", lambda **_: None)
        round_()
    round_(SOON + FIRST_WAIT)
    (file,) = (tmp_path / "outbox" / "mail").iterdir()
    assert file.name == "N1-revoked.eml"
    assert f"To: {ASHA.email}" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


LANGUAGES = [("en", ["has been revoked"], ["已被撤銷"]), ("zh-hant", ["已被撤銷"], ["has been revoked"])]


@pytest.mark.parametrize(
    ("language", "says", "does_not"), [*LANGUAGES, ("", ["has been revoked", "已被撤銷"], [])]
)
def test_it_is_in_the_language_in_which_she_applied_or_in_both(post, language, says, does_not):
    asha = asha_came_home(language=language)
    deliver(asha)
    round_()
    text = post[0].subject + post[0].body
    assert all(word in text for word in says)
    assert not any(word in text for word in does_not)
    assert "{" not in text


def test_every_end_has_its_leaf(holder):
    round_()
    last = LeafPayload.objects.order_by("-leaf_id").first()
    assert last.payload["channel"] == "email"
    assert last.payload["notice"] == Sending.objects.get().pk


def test_the_owner_reads_which_were_given_up(holder):
    cases.shred(Record.objects.get(pk=holder.record_id), LATER)
    round_()
    told = CliRunner().invoke(cli, ["undelivered"])
    assert told.output == "2026-11-12 02:48 N1-revoked certificate_revoked: record_shredded\n"


def options(tmp_path, mail):
    (tmp_path / "config.toml").write_text(f"[owner]\n{mail}")
    return Options.read({"STRONGROOM_HOME": str(tmp_path), "STRONGROOM_DATABASE": "dbname=strongroom"})


def test_without_a_server_of_mail_nothing_leaves_the_machine(tmp_path):
    read = options(tmp_path, "")
    assert (read.mail.host, read.mail.password_file) == ("", None)
    assert read.outbox == tmp_path / "owner" / "outbox"


def test_a_server_of_mail_is_the_owners_and_spoken_to_under_tls(tmp_path):
    read = options(
        tmp_path,
        '[owner.mail]\nhost = "mail.example"\nfrom = "records@mail.example"\npassword_file = "secrets/mail"\n',
    )
    assert (read.mail.host, read.mail.port, read.mail.starttls) == ("mail.example", 587, True)
    assert read.mail.password_file == tmp_path / "secrets" / "mail"
