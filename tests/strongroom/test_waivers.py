from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from people import NOW

from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import main
from chopmark.strongroom.errors import SharesMissing, SoftwareKeyForbidden
from chopmark.strongroom.keys import ceremony, waivers
from chopmark.strongroom.keys.keyring import open_keyring, open_receipt_key
from chopmark.strongroom.keys.waivers import Waiver
from chopmark.strongroom.options import Options

DESK = "https://desk.example"
WAIVER = Waiver(desk=DESK, reason="evaluation", until=NOW + timedelta(days=30))
PASSPHRASE = "open sesame"


@pytest.fixture
def environment(tmp_path):
    ceremony.prepare(tmp_path, PASSPHRASE)
    (tmp_path / "config.toml").write_text(f'production = true\n[addresses]\ndesk = "{DESK}"\n')
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE)
    return {
        "STRONGROOM_HOME": str(tmp_path),
        "STRONGROOM_PASSPHRASE_FILE": str(passphrase),
        "STRONGROOM_DATABASE": "dbname=strongroom",
    }


@pytest.fixture
def production(environment):
    return Options.read(environment)


@pytest.fixture
def waive(production):
    def sign(waiver=WAIVER, key=None):
        text = waivers.sign(waiver, key=key or open_receipt_key(production))
        production.keys.kek_waiver.write_text(text)

    return sign


def reason_of(options, now=NOW):
    with pytest.raises(SoftwareKeyForbidden) as refused:
        open_keyring(options, now)
    return refused.value.details["reason"]


def test_it_works(production, waive):
    assert reason_of(production) == "no_waiver"
    waive()
    assert open_keyring(production, NOW).waiver == WAIVER


def test_outside_production_nothing_is_asked(production):
    assert open_keyring(replace(production, production=False), NOW).waiver is None


def test_a_waiver_ends(production, waive):
    waive()
    assert reason_of(production, now=WAIVER.until) == "waiver_ended"


def test_another_desks_waiver_is_none(production, waive):
    waive(replace(WAIVER, desk="https://desk.elsewhere"))
    assert reason_of(production) == "waiver_for_another"


def test_only_the_owners_signature_counts(production, waive):
    waive(key=Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    assert reason_of(production) == "waiver_not_the_owners"


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c", "é.é", "e30=."])
def test_what_is_no_waiver_is_refused(production, text):
    production.keys.kek_waiver.write_text(text)
    assert reason_of(production) == "waiver_not_the_owners"


def test_the_owner_types_it(production, environment):
    typed = ["waive-software-key", "evaluation", "2026-12-31"]
    CliRunner().invoke(commands.cli, typed, env=environment, catch_exceptions=False)
    waived = open_keyring(production, NOW).waiver
    assert waived == replace(WAIVER, until=datetime(2026, 12, 31, tzinfo=UTC))


def test_a_desk_without_holders_does_not_start(production, monkeypatch):
    monkeypatch.setattr(main.Options, "read", lambda: production)
    with pytest.raises(SharesMissing):
        main._start(None)
