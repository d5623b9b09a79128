"""One-time codes (RFC 6238) and recovery codes, over django-otp's devices, at a moment that the caller
gives.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.authority.participants.models import Login

RECOVERY_CODES = 10
LONGEST_WAIT = timedelta(minutes=15)


def begin(login: Login) -> str:
    """Make a new unconfirmed device, in place of any earlier unconfirmed one; answers its otpauth address for
    the QR code.
    """
    TOTPDevice.objects.filter(user=login, confirmed=False).delete()
    return str(TOTPDevice.objects.create(user=login, name="totp", confirmed=False).config_url)


def confirm(login: Login, code: str, now: datetime) -> bool:
    """Make the waiting device the login's only one, if the code is its own."""
    device = TOTPDevice.objects.select_for_update().filter(user=login, confirmed=False).first()
    if device is None or not _matches(device, code, now):
        return False
    TOTPDevice.objects.filter(user=login, confirmed=True).delete()
    device.confirmed = True
    device.save()
    return True


def device_for(login: Login, code: str, now: datetime) -> TOTPDevice | StaticDevice | None:
    """The device that this code proves; a wrong code makes the next attempt wait, twice as long each time.

    Commits by itself: were it part of a sign-in that is refused, the count of wrong codes would be rolled
    back with it.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=login, confirmed=True).first()
        if device is None or _must_wait(device, now):
            return None
        proven = device if _matches(device, code, now) else _recovery_device(login, code)
        if proven is None:
            device.throttling_failure_count += 1
            device.throttling_failure_timestamp = now
        else:
            device.throttling_failure_count = 0
        device.save()
    return proven


def _must_wait(device: TOTPDevice, now: datetime) -> bool:
    if not device.throttling_failure_count or device.throttling_failure_timestamp is None:
        return False
    factor = getattr(settings, "OTP_TOTP_THROTTLE_FACTOR", 1)
    wait = timedelta(seconds=factor * 2 ** min(device.throttling_failure_count - 1, 20))
    return bool(now < device.throttling_failure_timestamp + min(wait, LONGEST_WAIT))


def _matches(device: TOTPDevice, code: str, now: datetime) -> bool:
    """Whether the code is of this moment, give or take a step, and later than the last one used."""
    if not (code.isascii() and code.isdigit() and len(code) == device.digits):
        return False
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = now.timestamp()
    if not totp.verify(int(code), device.tolerance, device.last_t + 1):
        return False
    device.last_t = totp.t()
    return True


def give_recovery_codes(login: Login) -> list[str]:
    """Fresh recovery codes, shown once; earlier ones stop working. Only their digests are kept."""
    StaticDevice.objects.filter(user=login).delete()
    device = StaticDevice.objects.create(user=login, name="recovery", confirmed=True)
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def _recovery_device(login: Login, code: str) -> StaticDevice | None:
    """The recovery device if this is one of its codes, which is used up by it."""
    plain = "".join(code.split()).replace("-", "").upper()
    tokens = StaticToken.objects.filter(device__user=login, device__confirmed=True, token=_digest(plain))
    device = StaticDevice.objects.filter(user=login).first()
    return device if device is not None and tokens.delete()[0] else None


def _digest(code: str) -> str:
    # 80 bits of SHA-256 over 80 random bits: it fits django-otp's column, and cannot be turned back.
    return base64.b32encode(hashlib.sha256(code.encode()).digest()[:10]).decode()
