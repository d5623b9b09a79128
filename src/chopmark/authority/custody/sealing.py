"""Sealing a value to a token's X25519 key: anybody may seal with the public half, only the token's door opens.

Ephemeral X25519 (RFC 7748), HKDF-SHA256 (RFC 5869), AES-256-GCM (SP 800-38D); the shape of RFC 9180's base mode,
spelled out because the agreement happens inside a token. A fresh ephemeral key makes each AES key serve once.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chopmark.authority.custody.errors import AlgorithmNotOfKey, SealBroken
from chopmark.authority.custody.token import KeyAlgorithm, KeyHandle, Token

VERSION = b"\x01"
HEAD = len(VERSION) + 32
# One key seals one value, so the nonce may be constant.
NONCE = bytes(12)


def seal(spki: bytes, value: bytes, *, context: bytes, randomness: bytes) -> bytes:
    """Seal `value` to a public key; `context` says what it is for and must be told again to open it."""
    recipient = _raw(spki)
    ephemeral = X25519PrivateKey.from_private_bytes(randomness)
    sender = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    key = _key(shared, sender, recipient)
    return VERSION + sender + AESGCM(key).encrypt(NONCE, value, context)


def unseal(token: Token, handle: KeyHandle, sealed: bytes, *, context: bytes) -> bytes:
    """Open a sealed value inside a door; `SealBroken` if it was sealed otherwise, or to somebody else."""
    sender, ciphertext = sealed[len(VERSION) : HEAD], sealed[HEAD:]
    if sealed[: len(VERSION)] != VERSION or len(sender) != 32:
        raise SealBroken
    recipient = _raw(token.public_key_der(handle))
    key = _key(token.agree(handle, sender), sender, recipient)
    try:
        return AESGCM(key).decrypt(NONCE, ciphertext, context)
    except InvalidTag:
        raise SealBroken from None


def _raw(spki: bytes) -> bytes:
    public_key = load_der_public_key(spki)
    if not isinstance(public_key, X25519PublicKey):
        raise AlgorithmNotOfKey(algorithm=KeyAlgorithm.X25519)
    return public_key.public_bytes_raw()


def _key(shared: bytes, sender: bytes, recipient: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"chopmark seal v1\x00" + sender + recipient).derive(shared)
