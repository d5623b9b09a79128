"""The key that signs this log, and the one by which the world knows it."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.note import VerifierKey, parse_verifier_key
from chopmark.strongroom.keys.keyring import open_log_key
from chopmark.strongroom.keys.sealing import read_private
from chopmark.strongroom.log.errors import LogKeyDiffers
from chopmark.strongroom.options import Options


@cache
def own_key() -> VerifierKey:
    """What an outsider gives the verifier as `--key`; its name was fixed when the key was made."""
    return parse_verifier_key(read_private(Options.read().keys.log_verifier_key).decode())


@cache
def signing_key() -> Ed25519PrivateKey:
    """The key of this process, unsealed once; one that is not behind the public key signs nothing."""
    key = open_log_key(Options.read())
    if key.public_key().public_bytes_raw() != own_key().public_key:
        raise LogKeyDiffers
    return key
