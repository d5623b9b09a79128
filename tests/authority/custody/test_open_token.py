import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authority.signing_stage import NOON, leaves
from chopmark.authority.custody.errors import SoftwareTokenForbidden
from chopmark.authority.custody.opening import open_token
from chopmark.authority.custody.software_token import UnsafeSoftwareToken
from chopmark.authority.custody.waivers import CONTEXT

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::chopmark.authority.custody.software_token.UnsafeTokenInUse"),
]

OWNER = Ed25519PrivateKey.generate()


@pytest.fixture(autouse=True)
def production(settings, tmp_path):
    settings.CHOPMARK_PRODUCTION = True
    settings.CHOPMARK_DESK_RECEIPT_KEY = OWNER.public_key().public_bytes_raw()
    settings.CHOPMARK_TOKEN_DIR = tmp_path / "token"
    settings.CHOPMARK_TOKEN_PASSPHRASE_FILE = tmp_path / "passphrase"
    settings.CHOPMARK_TOKEN_PASSPHRASE_FILE.write_text("correct horse\n")
    settings.CHOPMARK_TOKEN_WAIVER = None
    settings.CHOPMARK_LOG_ORIGIN = "harbour.test/log"


@pytest.fixture
def waive(settings, tmp_path):
    def waive(*, key=OWNER, origin="harbour.test/log", until=NOON + timedelta(days=30)):
        facts = {
            "log_origin": origin,
            "reason": "the module arrives in spring",
            "until": int(until.timestamp()),
        }
        payload = json.dumps(facts).encode()
        signature = key.sign(CONTEXT + payload)
        settings.CHOPMARK_TOKEN_WAIVER = tmp_path / "waiver"
        settings.CHOPMARK_TOKEN_WAIVER.write_text(
            ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (payload, signature))
        )

    return waive


def test_it_works(waive):
    waive()
    assert isinstance(open_token(NOON), UnsafeSoftwareToken)
    assert leaves()[-1].tag == "software_token:waived"


def test_in_production_it_needs_a_waiver():
    with pytest.raises(SoftwareTokenForbidden):
        open_token(NOON)
    assert leaves()[-1].refused == "software_token_forbidden"


def test_in_development_it_does_not(settings):
    settings.CHOPMARK_PRODUCTION = False
    assert open_token(NOON)
    assert leaves() == []


@pytest.mark.parametrize(
    "changes",
    [{"key": Ed25519PrivateKey.generate()}, {"origin": "another.test/log"}, {"until": NOON}],
    ids=["forged", "for another", "ended"],
)
def test_only_the_owners_waiver_for_this_authority_and_time_counts(waive, changes):
    waive(**changes)
    with pytest.raises(SoftwareTokenForbidden):
        open_token(NOON)


def test_a_missing_passphrase_is_fatal(settings):
    settings.CHOPMARK_PRODUCTION = False
    settings.CHOPMARK_TOKEN_PASSPHRASE_FILE.unlink()
    with pytest.raises(FileNotFoundError):
        open_token(NOON)


@pytest.mark.parametrize("text", ["", "one", "a.b", "a.b.c", "é.é"])
def test_what_is_no_waiver_is_refused(settings, tmp_path, text):
    settings.CHOPMARK_TOKEN_WAIVER = tmp_path / "waiver"
    settings.CHOPMARK_TOKEN_WAIVER.write_text(text)
    with pytest.raises(SoftwareTokenForbidden):
        open_token(NOON)
