"""The owner's key-encryption key in a PKCS#11 token: two keys that never leave it, one that wraps and one that MACs.

python-pkcs11 starts the token's library without locks of its own, so one lock stands around every call. The library is loaded
when the first key is asked for, in the process that uses it: after gunicorn's fork, never before.
"""

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chopmark.strongroom.errors import RecordTampered, TokenUnavailable

_NONCE = 12
_TAG_BITS = 128
# Around every call of every token: the library's state is the whole process's.
_LOCK = threading.Lock()
# A process signs in to a token once, whatever number of keys it uses there.
_SESSIONS: dict[tuple[str, str], Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """Where the keys are; sealed in a file of the home, since the PIN is in it."""

    library: str
    token: str
    key: str  # label of the wrapping key; the MAC key's is this with " mac"
    pin: str = field(repr=False)

    def encode(self) -> bytes:
        return json.dumps(
            {"library": self.library, "token": self.token, "key": self.key, "pin": self.pin}
        ).encode()

    @classmethod
    def decode(cls, text: bytes) -> "TokenPlace":
        return cls(**json.loads(text))

    @property
    def mac_key(self) -> str:
        return f"{self.key} mac"


def make_keys(place: TokenPlace) -> None:
    """Generate both keys inside the token: AES-256 and HMAC, sensitive and not extractable."""
    with _LOCK:
        _attempt(lambda: _make_keys(place))


def _make_keys(place: TokenPlace) -> None:
    import pkcs11

    never_out = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
    session = _session(place)
    session.generate_key(
        pkcs11.KeyType.AES,
        256,
        label=place.key,
        store=True,
        capabilities=pkcs11.MechanismFlag.ENCRYPT | pkcs11.MechanismFlag.DECRYPT,
        template=never_out,
    )
    session.generate_key(
        pkcs11.KeyType.GENERIC_SECRET,
        256,
        label=place.mac_key,
        store=True,
        mechanism=pkcs11.Mechanism.GENERIC_SECRET_KEY_GEN,
        capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
        template=never_out,
    )


class TokenKeyEncryptionKey:
    """Wraps, unwraps and MACs inside the token; a session that has died is opened anew once."""

    def __init__(self, place: TokenPlace) -> None:
        self._place = place

    def wrap(self, secret: bytes, *, bound_to: bytes, nonce: bytes) -> bytes:
        """AES-256-GCM (CKM_AES_GCM); unwraps only for the same `bound_to`."""
        import pkcs11

        parameters = pkcs11.GCMParams(nonce, bound_to, _TAG_BITS)
        sealed: bytes = self._ask(
            lambda: self._key(self._place.key, pkcs11.KeyType.AES).encrypt(
                secret, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=parameters
            )
        )
        return nonce + sealed

    def unwrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes:
        import pkcs11

        if len(wrapped) < _NONCE + _TAG_BITS // 8:
            raise RecordTampered
        parameters = pkcs11.GCMParams(wrapped[:_NONCE], bound_to, _TAG_BITS)
        return self._ask(
            lambda: self._decrypt(wrapped[_NONCE:], parameters),
        )

    def _decrypt(self, sealed: bytes, parameters: Any) -> bytes:
        import pkcs11

        key = self._key(self._place.key, pkcs11.KeyType.AES)
        try:
            opened: bytes = key.decrypt(
                sealed, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=parameters
            )
        except (pkcs11.exceptions.EncryptedDataInvalid, pkcs11.exceptions.EncryptedDataLenRange):
            raise RecordTampered from None
        except pkcs11.exceptions.GeneralError:
            # What SoftHSM says of a tag that does not fit; a token that failed says so of a good one too.
            if self._answers():
                raise RecordTampered from None
            raise
        return opened

    def mac(self, label: str, message: bytes) -> bytes:
        """HMAC-SHA-256 (CKM_SHA256_HMAC); the label, with its length, stands before the message."""
        import pkcs11

        named = len(label.encode()).to_bytes(2) + label.encode() + message
        signed: bytes = self._ask(
            lambda: self._key(self._place.mac_key, pkcs11.KeyType.GENERIC_SECRET).sign(
                named, mechanism=pkcs11.Mechanism.SHA256_HMAC
            )
        )
        return signed

    def _answers(self) -> bool:
        import pkcs11

        try:
            _session(self._place).generate_random(64)
        except pkcs11.exceptions.PKCS11Error:
            return False
        return True

    def _key(self, label: str, kind: Any) -> Any:
        import pkcs11

        return _session(self._place).get_key(
            object_class=pkcs11.ObjectClass.SECRET_KEY, key_type=kind, label=label
        )

    def _ask(self, question: Callable[[], bytes]) -> bytes:
        with _LOCK:
            try:
                answer: bytes = _attempt(question)
            except TokenUnavailable:
                _end_session(self._place)
                answer = _attempt(question)
        return answer


def _session(place: TokenPlace) -> Any:
    import pkcs11

    at = (place.library, place.token)
    if at not in _SESSIONS:
        _SESSIONS[at] = (
            pkcs11.lib(place.library).get_token(token_label=place.token).open(user_pin=place.pin, rw=True)
        )
    return _SESSIONS[at]


def _end_session(place: TokenPlace) -> None:
    import pkcs11

    dead = _SESSIONS.pop((place.library, place.token), None)
    if dead is not None:
        with contextlib.suppress(pkcs11.exceptions.PKCS11Error):
            dead.close()


def _attempt(question: Callable[[], Any]) -> Any:
    import pkcs11

    try:
        return question()
    except (pkcs11.exceptions.PKCS11Error, OSError, RuntimeError) as failure:
        # The type only: a library's text may name what it was given.
        raise TokenUnavailable(failure=type(failure).__name__) from None
