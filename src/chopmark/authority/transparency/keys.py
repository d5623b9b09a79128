"""The key by which the world knows this log."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings

from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import KeyPurpose
from chopmark.pki.tlog.note import VerifierKey, VerifierKeyMalformed, verifier_key


def own_key() -> VerifierKey:
    """What an outsider gives the verifier as `--key` (C2SP signed-note)."""
    _, spki = custody.public_key(KeyPurpose.LOG)
    public_key = load_der_public_key(spki)
    if not isinstance(public_key, Ed25519PublicKey):
        raise VerifierKeyMalformed
    return verifier_key(settings.CHOPMARK_LOG_ORIGIN, public_key.public_bytes_raw())
