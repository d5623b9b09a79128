"""The delegate door's worker in the signer: claim, sign, record.

The claim holds the exact bytes and commits first, so a serial number is signed at most once. Certificate and leaf then
commit together. A crash between the two leaves a spent claim; the responder asks again.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.delegate_signing import require_key, sign_delegate
from chopmark.authority.custody.errors import KeyNotInToken
from chopmark.authority.custody.token import Token
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.identifiers import serial_from
from chopmark.authority.validation.delegation import delegate_tbs, delegate_template, require_proven
from chopmark.authority.validation.models import Delegate, DelegateClaim, DelegateRequest, RefusedDelegate
from chopmark.pki.certificates import read_certificate
from chopmark.pki.lint import lint_certificate
from chopmark.pki.refusals import Refusal

log = structlog.get_logger("validation")
BATCH = 50
# Who waited longer has gone, or asked again: a key that nobody holds any more is not certified.
ASKED_WITHIN = timedelta(minutes=10)

Randomness = Callable[[int], bytes]


def run_once(
    *, token: Token, now: datetime, claimer: int, randomness: Randomness = secrets.token_bytes
) -> int:
    """Issue the delegates that are asked for; answers how many were recorded."""
    done = 0
    for request in waiting(now):
        try:
            claimed = claim(
                request=request,
                token=token,
                claimer=claimer,
                serial_number=serial_from(randomness(16)),
                now=now,
            )
            if claimed is not None:
                issue(claimed=claimed, token=token, actor=process("signer"), now=now)
                done += 1
        except KeyNotInToken as refusal:  # nothing was claimed: it waits, or the responder asks again
            log.warning("delegate_waits_for_token", issuer=request.issuer_id, code=refusal.code)
        except Refusal as refusal:
            _refuse(request, refusal, now)
    return done


def waiting(now: datetime) -> list[DelegateRequest]:
    """What was asked for lately, and neither claimed nor refused."""
    claims = DelegateClaim.objects.filter(request_id=OuterRef("id"))
    refusals = RefusedDelegate.objects.filter(request_id=OuterRef("id"))
    fresh = DelegateRequest.objects.filter(requested_at__gt=now - ASKED_WITHIN)
    return list(fresh.exclude(Exists(claims)).exclude(Exists(refusals)).order_by("id")[:BATCH])


@transaction.atomic
def _refuse(request: DelegateRequest, refusal: Refusal, now: datetime) -> None:
    """Once, with its leaf; what was claimed has left its own, when the door refused it."""
    log.warning("delegate_refused", issuer=request.issuer_id, code=refusal.code)
    if not DelegateClaim.objects.filter(request_id=request.pk).exists():
        with suppress(Refusal):
            _leave_refusal(refusal, actor=process("signer"), now=now)
    RefusedDelegate.objects.get_or_create(
        request_id=request.pk, defaults={"code": refusal.code, "refused_at": now}
    )


@act(AuditTag.OCSP_DELEGATE_ISSUED)
def _leave_refusal(refusal: Refusal, *, actor: Actor, now: datetime) -> None:
    raise refusal


def claim(
    *, request: DelegateRequest, token: Token, claimer: int, serial_number: bytes, now: datetime
) -> DelegateClaim | None:
    """Write down exactly what will be signed, if this signer and no other took the request; committed when this returns."""
    require_proven(request.issuer_id, bytes(request.spki), bytes(request.proof))
    authority = custody.authority(request.issuer_id)
    require_key(authority, token)
    tbs, template = delegate_tbs(authority, spki=bytes(request.spki), serial_number=serial_number, now=now)
    linted = lint_certificate(tbs, template, issuer_certificate_der=authority.certificate_der)
    with transaction.atomic():
        row, mine = DelegateClaim.objects.get_or_create(
            request_id=request.id,
            defaults={
                "issuer_id": request.issuer_id,
                "serial_number": serial_number,
                "tbs_certificate": linted.tbs_certificate,
                "claimer": claimer,
                "claimed_at": now,
            },
        )
    return row if mine else None


@act(AuditTag.OCSP_DELEGATE_ISSUED)
def issue(*, claimed: DelegateClaim, token: Token, actor: Actor, now: datetime) -> None:
    """Sign one claimed delegate certificate and record it."""
    authority = custody.authority(claimed.issuer_id)
    certificate_der = sign_delegate(
        bytes(claimed.tbs_certificate), template=delegate_template(authority), issuer=authority, token=token
    )
    facts = read_certificate(certificate_der)
    leaf_id = leave(
        public={
            "issuer": claimed.issuer_id,
            "serial_number": bytes(claimed.serial_number).hex(),
            "fingerprint_sha256": facts.fingerprint_sha256.hex(),
        },
        payload={"actor": actor.id, "request": claimed.request_id},
        now=now,
    )
    Delegate.objects.create(
        request_id=claimed.request_id,
        issuer_id=claimed.issuer_id,
        serial_number=claimed.serial_number,
        certificate_der=certificate_der,
        not_before=facts.not_before,
        not_after=facts.not_after,
        leaf_id=leaf_id,
        recorded_at=now,
    )
