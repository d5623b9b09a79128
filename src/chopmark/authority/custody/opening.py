"""Opening the token that the settings name; the signer and the ceremony do this once, at start."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from chopmark.authority.custody.software_token import UnsafeSoftwareToken
from chopmark.authority.custody.token import Token
from chopmark.authority.custody.waivers import admit_software_token
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import process


def open_token(now: datetime | None = None) -> Token:
    """The token of this home; a missing passphrase is fatal, and in production so is a missing waiver."""
    if settings.CHOPMARK_PRODUCTION:
        waiver: Path | None = settings.CHOPMARK_TOKEN_WAIVER
        admit_software_token(
            waiver_text=waiver.read_text() if waiver else None,
            owner_key=settings.CHOPMARK_DESK_RECEIPT_KEY,
            log_origin=settings.CHOPMARK_LOG_ORIGIN,
            actor=process("signer"),
            now=now or clock.now(),
        )
    passphrase = settings.CHOPMARK_TOKEN_PASSPHRASE_FILE.read_bytes().strip()
    return UnsafeSoftwareToken(settings.CHOPMARK_TOKEN_DIR, passphrase)
