"""The owner's own copies of the lists: fetched from where the public fetches them, good and newer, or left alone."""

import errno
import os
from datetime import timedelta

import httpx
import pytest
from certificates_stage import Authority
from people import NOW

from chopmark.publiclog import durable
from chopmark.strongroom import fetching
from chopmark.strongroom.certificates import Trust, require_good
from chopmark.strongroom.fetching import fetch_all, getter
from chopmark.strongroom.options import KeyFiles
from chopmark.strongroom.policy.errors import CertificateRevoked

PLACE = "http://ca.example/1.crl"


@pytest.fixture
def authority():
    return Authority.make(NOW)


@pytest.fixture
def files(tmp_path, authority):
    files = KeyFiles(tmp_path)
    for folder in (files.issuers, files.revocation_lists):
        folder.mkdir(parents=True)
    (files.issuers / "1.crt").write_bytes(authority.certificate_der)
    return files


def serve(answers):
    """A web server with these files, and nothing else."""

    def answer(request):
        content = answers.get(str(request.url))
        if content is None:
            return httpx.Response(404)
        return httpx.Response(200, stream=httpx.ByteStream(content))

    return getter(httpx.Client(transport=httpx.MockTransport(answer)), seconds=lambda: 0.0)


def fetched(files, content, now=NOW):
    """Whether it was kept."""
    return fetch_all([PLACE], files=files, get=serve({PLACE: content}), now=now) == []


def kept(files):
    return Trust.read(files).lists


def test_a_list_that_was_fetched_decides(files, authority):
    hers = authority.issue()
    assert fetched(files, authority.crl(revoked=[hers.serial]))
    with pytest.raises(CertificateRevoked):
        require_good(hers.certificate_der, trust=Trust.read(files), now=NOW)


def test_a_newer_one_takes_its_place(files, authority):
    newer = authority.crl(number=2)
    assert fetched(files, authority.crl(number=1))
    assert fetched(files, newer)
    assert kept(files) == (newer,)


def test_an_older_one_does_not(files, authority):
    """Whoever holds the web server can put back yesterday's list; it would hide today's revocations from the owner."""
    newer = authority.crl(number=2)
    assert fetched(files, newer)
    assert not fetched(files, authority.crl(number=1))
    assert kept(files) == (newer,)


@pytest.mark.parametrize("what", ["stranger", "html", "nothing", "lapsed"])
def test_what_is_no_current_list_of_ours_is_not_kept(files, authority, what):
    first = authority.crl()
    assert fetched(files, first)
    content = {
        "stranger": Authority.make(NOW).crl(number=9),
        "html": b"<html>moved</html>",
        "nothing": None,
        "lapsed": authority.crl(number=9, now=NOW - timedelta(days=9)),
    }[what]
    assert not fetched(files, content)
    assert kept(files) == (first,)


def test_one_that_has_no_end_is_cut_off(files, authority, monkeypatch):
    monkeypatch.setattr(fetching, "LONGEST", 100)
    assert not fetched(files, authority.crl())
    assert kept(files) == ()


def test_one_address_that_fails_keeps_no_other_waiting(files, authority):
    crl, gone = authority.crl(), "http://ca.example/gone.crl"
    assert fetch_all([gone, PLACE], files=files, get=serve({PLACE: crl}), now=NOW) == [gone]
    assert kept(files) == (crl,)


def test_neither_does_an_address_that_is_none(files, authority):
    crl, address = authority.crl(), "http://ca.example:crl/1.crl"
    assert fetch_all([address, PLACE], files=files, get=serve({PLACE: crl}), now=NOW) == [address]
    assert kept(files) == (crl,)


def test_neither_does_one_whose_list_cannot_be_written(files, authority, monkeypatch):
    first, second = "http://ca.example/first.crl", PLACE
    write, tries = durable.write, []

    def full_at_first(folder, given):
        tries.append(folder)
        if len(tries) == 1:
            raise OSError(errno.ENOSPC, "no space left")
        write(folder, given)

    monkeypatch.setattr(durable, "write", full_at_first)
    crl = authority.crl()
    get = serve({first: crl, second: crl})
    assert fetch_all([first, second], files=files, get=get, now=NOW) == [first]
    assert kept(files) == (crl,)


def test_the_folder_is_made_for_this_account_alone(files, authority):
    files.revocation_lists.rmdir()
    usual = os.umask(0o177)  # as at the desk
    try:
        assert fetched(files, authority.crl())
    finally:
        os.umask(usual)
    assert files.revocation_lists.stat().st_mode & 0o777 == 0o700


class Drip(httpx.SyncByteStream):
    """One octet, and after half a minute the next: never so long that a single read is given up."""

    def __init__(self, octets):
        self.octets, self.sent = octets, 0

    def __iter__(self):
        for octet in self.octets:
            self.sent += 1
            yield bytes([octet])

    def seconds(self):
        return 29.0 * self.sent


def test_one_that_drips_is_left_and_the_next_is_asked(files, authority):
    crl = authority.crl()
    drip = Drip(crl)

    def answer(request):
        is_slow = request.url.path == "/slow.crl"
        return httpx.Response(200, stream=drip if is_slow else httpx.ByteStream(crl))

    get = getter(httpx.Client(transport=httpx.MockTransport(answer)), seconds=drip.seconds)
    slow = "http://ca.example/slow.crl"
    assert fetch_all([slow, PLACE], files=files, get=get, now=NOW) == [slow]
    assert drip.sent < len(crl)
    assert kept(files) == (crl,)


def test_a_file_that_is_being_written_is_not_read(files, authority):
    crl = authority.crl()
    assert fetched(files, crl)
    (files.revocation_lists / ".0011223344556677.crl.5f5f5f5f").write_bytes(crl[:20])
    assert kept(files) == (crl,)
