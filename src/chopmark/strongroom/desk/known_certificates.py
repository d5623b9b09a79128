"""`/history/certificates`: a subject makes her certificate known, so that its signature can give leave later."""

import base64
import binascii
import re
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.certificates import Trust
from chopmark.strongroom.desk.choices import session_of
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.errors import (
    CertificateNotTrusted,
    CertificateRevoked,
    ChallengeSignatureWrong,
    ChallengeUnknown,
    RevocationStatusUnknown,
)
from chopmark.strongroom.policy.models import Challenge, KnownCertificate
from chopmark.strongroom.services import leave_to_open
from chopmark.strongroom.services.leave_to_open import Signed, SubjectSession

LONGEST_CERTIFICATE = 16_000
LONGEST_SIGNATURE = 8_000
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def _octets(typed: str) -> bytes:
    return base64.b64decode("".join(typed.split()), validate=True)


class SignedForm(forms.Form):
    """A certificate and its key's signature, as text."""

    certificate = forms.CharField(
        label=_("Your certificate"),
        max_length=LONGEST_CERTIFICATE,
        help_text=_("The text from BEGIN CERTIFICATE to END CERTIFICATE."),
        widget=forms.Textarea(
            {"rows": "6", "class": "input--code", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": _("Paste your certificate")},
    )
    signature = forms.CharField(
        label=_("The signature"),
        max_length=LONGEST_SIGNATURE,
        help_text=_("Over exactly the text above, with SHA-256, in base64."),
        widget=forms.Textarea(
            {"rows": "4", "class": "input--code", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": _("Paste the signature")},
    )

    def clean_certificate(self) -> bytes:
        found = _PEM.search(self.cleaned_data["certificate"])
        try:
            if found:
                return _octets(found.group(1))
        except (binascii.Error, ValueError):
            pass
        raise ValidationError(_("Paste the certificate whole, with its first and its last line"))

    def clean_signature(self) -> bytes:
        try:
            return _octets(self.cleaned_data["signature"])
        except (binascii.Error, ValueError):
            raise ValidationError(_("Paste the signature in base64: letters, figures, +, / and =")) from None


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Those that she made known, and the way to one more."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    known = KnownCertificate.objects.filter(record=session.record_id).order_by("-known_at")
    rows = [{"known_at": one.known_at, "fingerprint": bytes(one.fingerprint).hex()} for one in known]
    return render(request, "strongroom/certificates.html", {"rows": rows})


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Make the text that she is to sign."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    challenge_id, _text = leave_to_open.make_challenge_to_be_known(
        session=session, keys=keyring(), actor=SUBJECT, now=clock.now()
    )
    return redirect("certificate-new", challenge_id)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """The text to sign; posted, the certificate with its signature."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    challenge = _waiting(session, challenge_id)
    form = SignedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_known(form, session, challenge_id):
        return redirect("certificates")
    page = {"form": form, "challenge": challenge, "text": leave_to_open.text_of(challenge).decode()}
    return render(request, "strongroom/certificate_new.html", page, status=422 if form.is_bound else 200)


@require_safe
def text(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """The text as a file, octet for octet: what a page shows is easily copied with one line end too many."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    response = HttpResponse(
        leave_to_open.text_of(_waiting(session, challenge_id)), content_type="application/octet-stream"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="sign-this.txt"'
    return response


def _waiting(session: SubjectSession, challenge_id: UUID) -> Challenge:
    mine = Challenge.objects.filter(pk=challenge_id, record=session.record_id, answered_at=None, purpose="")
    found = mine.filter(until__gt=clock.now()).first()
    if found is None:
        raise ChallengeUnknown
    return found


def _is_known(form: SignedForm, session: SubjectSession, challenge_id: UUID) -> bool:
    given = form.cleaned_data
    signed = Signed(
        challenge_id=challenge_id, certificate_der=given["certificate"], signature=given["signature"]
    )
    try:
        leave_to_open.make_certificate_known(
            session=session,
            signed=signed,
            trust=Trust.read(Options.read().keys),
            actor=SUBJECT,
            now=clock.now(),
        )
    except (CertificateNotTrusted, CertificateRevoked, RevocationStatusUnknown) as refusal:
        say_at(form, "certificate", refusal)
    except ChallengeSignatureWrong as refusal:
        say_at(form, "signature", refusal)
    return form.is_valid()
