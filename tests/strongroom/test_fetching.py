"""The owner's own copies of the lists: fetched from where the public fetches them, good and newer, or left alone."""

from datetime import timedelta

import httpx
import pytest
from certificates_stage import Authority
from people import NOW

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
        return httpx.Response(404) if content is None else httpx.Response(200, content=content)

    return getter(httpx.Client(transport=httpx.MockTransport(answer)))


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
