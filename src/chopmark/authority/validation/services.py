"""Asking for delegates, and counting the questions that were refused."""

from collections.abc import Mapping
from datetime import datetime

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.validation.delegation import has_responder, require_proven
from chopmark.authority.validation.errors import NoResponderForIssuer
from chopmark.authority.validation.models import DelegateRequest


@act(AuditTag.OCSP_DELEGATE_REQUESTED)
def request_delegate(
    *, issuer_id: int, spki: bytes, proof: bytes, actor: Actor, now: datetime
) -> DelegateRequest:
    """Ask the signer to let a responder's key speak for an issuer (RFC 6960 §4.2.2.2); the insert wakes the signer."""
    require_proven(issuer_id, spki, proof)
    authority = custody.authority(issuer_id)
    if not has_responder(authority):
        raise NoResponderForIssuer(issuer=authority.slug)
    request = DelegateRequest.objects.create(
        issuer_id=issuer_id, responder=actor.id, spki=spki, proof=proof, requested_at=now
    )
    leave(public={"issuer": issuer_id}, payload={"actor": actor.id, "request": request.pk}, now=now)
    return request


@act(AuditTag.OCSP_REFUSED)
def record_refusals(*, counts: Mapping[str, int], actor: Actor, now: datetime) -> None:
    """Anybody may ask anything: what was refused in a minute is one leaf, a number for each code."""
    leave(public=dict(counts), payload={"actor": actor.id}, now=now)
