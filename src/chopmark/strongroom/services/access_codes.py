"""The code that a subject reads her history with: shown once, kept as a scrypt verifier."""

import hashlib
import hmac
import unicodedata

# Crockford's letters: no I, L, O or U to mistake when copying by hand.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12  # 60 bits
# RFC 7914 §2, at a cost that one page can bear; the code is random, so this only slows a thief of the table.
COST, BLOCK, LANES = 2**14, 8, 1


def from_octets(octets: bytes) -> str:
    """A code from as many random octets as it has letters, each letter equally likely."""
    return "".join(LETTERS[octet & 31] for octet in octets)


def verifier(code: str, *, salt: bytes) -> bytes:
    return hashlib.scrypt(normalise(code).encode(), salt=salt, n=COST, r=BLOCK, p=LANES, dklen=32)


def fits(code: str, *, salt: bytes, expected: bytes) -> bool:
    return hmac.compare_digest(verifier(code, salt=salt), expected)


def normalise(code: str) -> str:
    """What the eye confuses is one letter; spaces and hyphens are only for reading."""
    letters = unicodedata.normalize("NFKC", code).upper().replace("-", "")
    return "".join(letters.split()).translate(str.maketrans("ILO", "110"))
