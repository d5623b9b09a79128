"""A log of the authority's own: leaves left as services leave them, a signer with a key in memory, a folder of files."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.services import leave
from chopmark.authority.custody.models import KeyPurpose, KeyRecord
from chopmark.authority.custody.token import KeyHandle
from chopmark.authority.transparency import signing
from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.sequencer import sequence_once
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.verifier.log import Report, verify_log
from chopmark.verifier.sources import DirectorySource

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


class TokenInMemory:
    """Just enough of a token for the checkpoint door."""

    def __init__(self) -> None:
        self.private_key = Ed25519PrivateKey.generate()
        self.signed: list[bytes] = []

    @property
    def spki(self) -> bytes:
        return self.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def handle(self, label: str) -> KeyHandle:
        return KeyHandle(label)

    def public_key_der(self, handle: KeyHandle) -> bytes:
        return self.spki

    def sign(self, handle: KeyHandle, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        self.signed.append(data)
        return self.private_key.sign(data)


@dataclass
class LogHouse:
    """The log as a whole, one step at a time; the verifier is its oracle."""

    folder: Path
    token: TokenInMemory = field(default_factory=TokenInMemory)
    numbers: itertools.count = field(default_factory=itertools.count)

    def leave(self, count: int = 1) -> list[int]:
        """So many leaves, as services leave them; answers their ids."""
        return [
            leave(tag=AuditTag.APPLICATION_BEGUN, payload={"number": next(self.numbers)}, now=NOON)
            for _ in range(count)
        ]

    def sequence(self) -> int:
        return sequence_once(NOON)

    def sign(self) -> int:
        return signing.run_once(token=self.token, now=NOON, claimer=1)

    def settle(self) -> None:
        """Sequence, sign, and publish what was signed."""
        self.sequence()
        self.sign()
        self.sequence()

    def verified(self, **more) -> Report:
        return verify_log(DirectorySource(self.folder), own_key(), **more)


@pytest.fixture
def folder(tmp_path, settings):
    settings.CHOPMARK_LOG_DIR = tmp_path / "log"
    return settings.CHOPMARK_LOG_DIR


def _open(folder: Path) -> LogHouse:
    house = LogHouse(folder)
    KeyRecord.objects.create(
        label="log",
        purpose=KeyPurpose.LOG,
        algorithm="Ed25519",
        signature_algorithm=SignatureAlgorithm.ED25519.value,
        spki=house.token.spki,
        leaf_id=0,
        created_at=NOON,
    )
    return house


@pytest.fixture
def house(db, folder):
    return _open(folder)


@pytest.fixture
def shared_house(transactional_db, folder):
    """The same with real transactions, for what happens between several connections."""
    return _open(folder)
