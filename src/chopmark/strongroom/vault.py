"""A record at rest: its fields under a key of its own, that key under the owner's. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chopmark.strongroom.errors import RecordTampered
from chopmark.strongroom.keys.kek import KeyEncryptionKey

VERSION = 1
# What a ciphertext is bound to begins so, and says whose it is.
_KEY, _FIELDS, _TEXT = (b"record %b v%d " % (what, VERSION) for what in (b"key", b"fields", b"text"))
NONCE = 12
_read = json.JSONDecoder().raw_decode
Fields = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A record as the database has it: worth nothing without the owner's key."""

    record_id: UUID
    wrapped_key: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """The random octets that locking one record uses up."""

    record_key: bytes
    wrapping_nonce: bytes
    fields_nonce: bytes


def lock(fields: Fields, *, record_id: UUID, kek: KeyEncryptionKey, chances: Chances) -> Locked:
    """Encrypt a record's fields under a fresh key and wrap that key."""
    return Locked(
        record_id=record_id,
        wrapped_key=kek.wrap(chances.record_key, bound_to=_key_of(record_id), nonce=chances.wrapping_nonce),
        ciphertext=_encrypt(
            _text(fields), key=chances.record_key, nonce=chances.fields_nonce, bound_to=_fields_of(record_id)
        ),
    )


def unlock(locked: Locked, *, kek: KeyEncryptionKey) -> dict[str, str | None]:
    """All the fields of a record; refused if key or text is not what was written for this very record."""
    key = kek.unwrap(locked.wrapped_key, bound_to=_key_of(locked.record_id))
    text = _decrypt(locked.ciphertext, key=key, bound_to=_fields_of(locked.record_id)).decode()
    # Without `json.loads`, which looks for an encoding first: nobody but us wrote this text.
    fields: dict[str, str | None] = _read(text)[0]
    return fields


def relock(fields: Fields, *, locked: Locked, kek: KeyEncryptionKey, nonce: bytes) -> bytes:
    """Fields written anew under the record's own key, which does not change: what lies under it is read as before."""
    key = kek.unwrap(locked.wrapped_key, bound_to=_key_of(locked.record_id))
    return _encrypt(_text(fields), key=key, nonce=nonce, bound_to=_fields_of(locked.record_id))


def lock_text(text: str, *, locked: Locked, text_id: UUID, kek: KeyEncryptionKey, nonce: bytes) -> bytes:
    """Encrypt a further text about a record (a receipt) under its key, so that shredding takes it too."""
    key = kek.unwrap(locked.wrapped_key, bound_to=_key_of(locked.record_id))
    return _encrypt(text.encode(), key=key, nonce=nonce, bound_to=_text_of(locked.record_id, text_id))


def unlock_text(ciphertext: bytes, *, locked: Locked, text_id: UUID, kek: KeyEncryptionKey) -> str:
    key = kek.unwrap(locked.wrapped_key, bound_to=_key_of(locked.record_id))
    return _decrypt(ciphertext, key=key, bound_to=_text_of(locked.record_id, text_id)).decode()


def rewrap(locked: Locked, *, kek: KeyEncryptionKey, nonce: bytes) -> bytes:
    """The same record key, wrapped once more; the text is not touched."""
    key = kek.unwrap(locked.wrapped_key, bound_to=_key_of(locked.record_id))
    return kek.wrap(key, bound_to=_key_of(locked.record_id), nonce=nonce)


def blind_index(hkid: str, *, kek: KeyEncryptionKey) -> bytes:
    """What a normalised identity card number is found by: nothing to anybody without the owner's key."""
    return kek.mac("blind index", hkid.encode())


def digest(fields: Fields, *, kek: KeyEncryptionKey) -> bytes:
    """Tells whether a form is the same as before, with the record shut; keyed, so it cannot be guessed at."""
    return kek.mac("form digest", _text(fields))


def _text(fields: Fields) -> bytes:
    return json.dumps(dict(fields), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _encrypt(text: bytes, *, key: bytes, nonce: bytes, bound_to: bytes) -> bytes:
    return nonce + AESGCM(key).encrypt(nonce, text, bound_to)


def _decrypt(ciphertext: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(ciphertext[:NONCE], ciphertext[NONCE:], bound_to)
    except (InvalidTag, ValueError):
        raise RecordTampered from None


def _key_of(record_id: UUID) -> bytes:
    return _KEY + record_id.bytes


def _fields_of(record_id: UUID) -> bytes:
    return _FIELDS + record_id.bytes


def _text_of(record_id: UUID, text_id: UUID) -> bytes:
    return _TEXT + record_id.bytes + text_id.bytes
