"""A home whose passphrase is in its holders' hands: it starts sealed, and three of five open it."""

import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from django.test import Client
from people import NOW

from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import machine, main, owner_door
from chopmark.strongroom.actors import OWNER
from chopmark.strongroom.errors import (
    PassphraseWrong,
    ShareMalformed,
    ShareNotOfSet,
    ShareRepeated,
    SharesDoNotFit,
    StrongroomSealed,
)
from chopmark.strongroom.keys import ceremony, shares, unsealing
from chopmark.strongroom.keys import commands as share_commands
from chopmark.strongroom.keys.keyring import open_keyring
from chopmark.strongroom.models import Leaf, LeafPayload
from chopmark.strongroom.options import Options
from chopmark.strongroom.services import starting

PASSPHRASE = "open sesame"


@pytest.fixture
def environment(tmp_path):
    ceremony.prepare(tmp_path, PASSPHRASE)
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE)
    return {
        "STRONGROOM_HOME": str(tmp_path),
        "STRONGROOM_PASSPHRASE_FILE": str(passphrase),
        "STRONGROOM_DATABASE": "dbname=strongroom",
    }


@pytest.fixture
def options(environment, monkeypatch):
    """The process starts anew, knowing nothing."""
    read = Options.read(environment)
    monkeypatch.setattr(unsealing, "held", unsealing.Unsealing())
    monkeypatch.setattr(Options, "read", lambda: read)
    return read


@pytest.fixture
def five(options):
    made = shares.make(PASSPHRASE, needed=3, of=5)
    options.keys.share_set.touch(mode=0o600)
    options.keys.share_set.write_bytes(made[0].set.encode())
    return made


def give(share, options):
    return starting.unseal(share=share, options=options, actor=OWNER, now=NOW)


def ask(application, method="GET", path="/readyz", sent=b""):
    told = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(sent))}
    body = application(
        environ | {"wsgi.input": io.BytesIO(sent)}, lambda status, headers: told.append(status)
    )
    return int(told[0][:3]), json.loads(b"".join(body))


def test_it_works(strongroom, options, five):
    assert unsealing.state(options) == "sealed, 0 of 3 shares"
    with pytest.raises(StrongroomSealed):
        open_keyring(options, NOW)

    assert give(five[4], options) == {"given": 1, "open": False}
    assert unsealing.state(options) == "sealed, 1 of 3 shares"
    give(five[0], options)
    assert give(five[2], options) == {"given": 3, "open": True}
    assert unsealing.state(options) == ""
    open_keyring(options, NOW)

    assert [row.payload["share"] for row in LeafPayload.objects.order_by("leaf_id")] == [5, 1, 3]
    assert all(b'"strongroom:unsealed"' in bytes(leaf.entry) for leaf in Leaf.objects.all())


def test_every_door_is_shut_meanwhile(strongroom, options, five, monkeypatch):
    monkeypatch.setattr(machine, "close_old_connections", lambda: None)
    give(five[0], options)
    visitor = Client()
    assert visitor.get("/healthz").content == b"ok\n"
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: sealed, 1 of 3 shares\n")
    for page in ("/", "/apply", "/officer/sign-in", "/no-such-page"):
        assert visitor.get(page).status_code == 503
    for verb in (*machine.VERBS, "/no-such-verb"):
        assert ask(machine.application, "POST", verb, b"{}") == (503, {"refused": "strongroom_sealed"})
    assert ask(machine.application, path="/healthz")[0] == 200
    assert ask(machine.application)[0] == 503


def test_a_share_given_twice_counts_once(strongroom, options, five):
    give(five[0], options)
    with pytest.raises(ShareRepeated):
        give(five[0], options)
    assert unsealing.state(options) == "sealed, 1 of 3 shares"


def test_another_sets_share_is_refused(strongroom, options, five):
    with pytest.raises(ShareNotOfSet):
        give(shares.make(PASSPHRASE, needed=3, of=5)[0], options)
    with pytest.raises(ShareNotOfSet):
        give(replace(five[0], number=6), options)
    assert unsealing.state(options) == "sealed, 0 of 3 shares"


def test_a_wrong_share_is_found_with_the_last_and_all_are_given_again(strongroom, options, five):
    give(replace(five[0], value=bytes(len(five[0].value))), options)
    give(five[1], options)
    with pytest.raises(SharesDoNotFit) as refused:
        give(five[2], options)
    assert refused.value.details == {}  # which one it was is not known, and not said
    assert unsealing.state(options) == "sealed, 0 of 3 shares"
    for share in five[2:]:
        give(share, options)
    assert unsealing.state(options) == ""


def test_a_refused_share_leaves_its_leaf(strongroom, options, five):
    give(five[0], options)
    with pytest.raises(ShareRepeated):
        give(five[0], options)
    assert b'"share_repeated"' in bytes(Leaf.objects.order_by("id").last().entry)


def test_a_home_without_shares_goes_on_from_its_file(strongroom, options):
    assert unsealing.state(options) == ""
    open_keyring(options, NOW)
    assert len(main._listeners(options)) == 2


def test_the_passphrases_file_opens_no_home_with_shares(options, five):
    assert options.passphrase_file.exists()
    with pytest.raises(StrongroomSealed):
        open_keyring(options, NOW)


def test_the_holders_type_it(strongroom, options, environment, tmp_path, monkeypatch):
    def type_in(*typed, said):
        return CliRunner().invoke(commands.cli, typed, input=said, catch_exceptions=False)

    own = "".join(f"holder {number}\nholder {number}\n" for number in (1, 2, 3))
    made = type_in("shares", "make", "--of", "3", "--needed", "2", str(tmp_path / "out"), said=own)
    assert "2 of 3 are needed" in made.output
    files = sorted((tmp_path / "out").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
    assert all(PASSPHRASE.encode() not in file.read_bytes() for file in files)

    assert "share 2 of 3" in type_in("shares", "check", str(files[1]), said="holder 2\n").output
    assert type_in("shares", "check", str(files[1]), said="holder 1\n").exit_code == 1

    def bring(path, sent):
        assert path == options.owner_socket
        return ask(owner_door.application, "POST", "/unseal", json.dumps(sent).encode())[1]

    monkeypatch.setattr(share_commands, "_bring", bring)
    assert "sealed, 1 of 2 shares" in type_in("unseal", str(files[2]), said="holder 3\n").output
    assert "share_repeated" in type_in("unseal", str(files[2]), said="holder 3\n").output
    assert type_in("unseal", str(files[0]), said="holder 1\n").output.endswith("open\n")


@pytest.mark.parametrize(
    "sent", [b"", b"[]", b"{", b'{"set": "a"}', b'{"set":"a","needed":1,"of":1,"number":1,"value":"x"}']
)
def test_what_is_no_share_is_refused_at_the_owners_door(options, five, sent):
    assert ask(owner_door.application, "POST", "/unseal", sent) == (403, {"refused": "request_malformed"})


def test_a_changed_share_file_is_refused(five, tmp_path):
    file = tmp_path / "share"
    shares.write(five[0], file, passphrase="mine")
    assert shares.read(file, passphrase="mine") == five[0]
    with pytest.raises(PassphraseWrong):
        shares.read(file, passphrase="hers")
    text = file.read_text()
    for changed in (
        "",
        "[]",
        text.replace('"needed": 3', '"needed": 2'),
        text.replace('"number": 1', '"number": 2'),
    ):
        file.write_text(changed)
        with pytest.raises(ShareMalformed):
            shares.check(file)


def test_a_key_is_rotated_with_the_holders_at_hand(strongroom, options, five, tmp_path, monkeypatch):
    """A command is a process of its own: it opens the keys with shares, or not at all."""
    monkeypatch.setattr(commands, "keyring", lambda: open_keyring(options, NOW))
    with pytest.raises(StrongroomSealed):
        CliRunner().invoke(commands.cli, ["kek", "rotate"], catch_exceptions=False)
    typed = ["kek"]
    for share in five[:3]:
        shares.write(share, tmp_path / f"share-{share.number}", passphrase="mine")
        typed += ["--share", str(tmp_path / f"share-{share.number}")]
    done = CliRunner().invoke(commands.cli, [*typed, "rotate"], input="mine\n" * 3, catch_exceptions=False)
    assert done.output.endswith("key 2 is the newest\n")
