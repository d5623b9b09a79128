"""The owner's grants: written by one of her officers, signed by two in sessions of their own, counted, ended."""

from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chopmark.look import formats
from chopmark.look.forms import Choices, DayField
from chopmark.look.language import in_chinese
from chopmark.look.sheets import sheet
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.fields import asked_for
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.desk.owner import words
from chopmark.strongroom.desk.owner.frame import csv_address, looked_at, owners_only, paged, show
from chopmark.strongroom.errors import FieldNotOfPurpose
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Officer
from chopmark.strongroom.particulars import FIELDS
from chopmark.strongroom.policy.errors import GrantTooWide, GrantUnknown
from chopmark.strongroom.policy.models import OwnerGrant
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.purposes import AUTHORITY, terms
from chopmark.strongroom.services import granting
from chopmark.strongroom.services.granting import SIGNATURES, GrantState, Scope
from chopmark.strongroom.services.submit import HERE

STATES: Final[dict[GrantState, Promise]] = {
    GrantState.ENDED: gettext_lazy("Ended"),
    GrantState.IN_FORCE: gettext_lazy("In force"),
    GrantState.RUN_OUT: gettext_lazy("Run out"),
    GrantState.UNSIGNED: gettext_lazy("To be signed"),
    GrantState.USED_UP: gettext_lazy("Used up"),
}


class GrantForm(forms.Form):
    """What two are to sign for."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        widget=Choices(),
        error_messages={"required": gettext_lazy("Choose the purpose")},
    )
    fields_given = forms.MultipleChoiceField(
        label=gettext_lazy("Fields"),
        help_text=gettext_lazy("No more than the purpose needs."),
        widget=forms.CheckboxSelectMultiple(),
        choices=[(name, asked_for(name)) for name in FIELDS],
        error_messages={"required": gettext_lazy("Tick the fields")},
    )
    records = forms.IntegerField(
        label=gettext_lazy("How many openings"),
        min_value=1,
        widget=forms.TextInput({"class": "input--10", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter how many openings"),
            "invalid": gettext_lazy("Enter a whole number"),
            "min_value": gettext_lazy("Enter a whole number from 1"),
        },
    )
    last = DayField(label=gettext_lazy("Last day"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        names = terms().purposes_of(CaseKind.GRANT)
        given = [(name, words.purpose(name)) for name in names if AUTHORITY in terms().purposes[name].callers]
        self.fields["purpose"].choices = given  # type: ignore[attr-defined]  # a ChoiceField
        most, longest = terms().grant.most_records, terms().grant.longest.days
        self.fields["records"].help_text = _("At most %(most)s.") % {"most": formats.number(most)}
        self.fields["last"].help_text = _("At most %(days)s days from now.") % {"days": longest}


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """All grants, newest first."""
    found = granting.grants()
    if "csv" in request.GET:
        heads = [_("Purpose"), _("State"), _("Used"), _("Openings allowed"), _("Until")]
        return sheet("grants", heads, (_cells(each) for each in found))
    page = paged(request, found)
    page |= {
        "csv": csv_address(request),
        "rows": [_row(each) for each in page["lines"]],  # type: ignore[attr-defined]  # a page of grants
    }
    return show(request, officer, "grants", "owner-grants", page)


@owners_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Write down what two are asked to sign."""
    form = GrantForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            grant_id = granting.write_grant(
                scope=_scope(form.cleaned_data),
                keys=keyring(),
                actor=Actor.officer(officer.number),
                now=clock.now(),
            )
        except GrantTooWide as refusal:
            say_at(form, "records", refusal)
        except FieldNotOfPurpose as refusal:
            say_at(form, "fields_given", refusal)
        else:
            return redirect("owner-grant", grant_id)
    status = 422 if form.is_bound else 200
    return show(request, officer, "grant_new", "owner-grants", {"form": form}, status=status)


@looked_at
@require_safe
def one(request: HttpRequest, officer: Officer, grant_id: UUID) -> HttpResponse:
    """One grant: what it is for, who signed, what was used."""
    grant = granting.grants().filter(pk=grant_id).first()
    if grant is None:
        raise GrantUnknown
    signed = list(grant.signatures.all())
    good = [each for each in signed if granting.counts(each)]
    chops = [{"state": "given", "word": each.officer.number[-2:]} for each in good]
    chops += [{"state": "", "word": "?"}] * max(SIGNATURES - len(good), 0)
    page = _row(grant) | {
        "signed": [{"by": each, "counts": granting.counts(each)} for each in signed],
        "chops": chops,
        "given": len(good),
        "needed": SIGNATURES,
        "is_mine": any(each.officer_id == officer.pk for each in signed),
        "runs": granting.state_of(grant, clock.now()) not in (GrantState.ENDED, GrantState.RUN_OUT),
    }
    return show(request, officer, "grant", "owner-grants", page)


@owners_only
@require_POST
def sign(request: HttpRequest, officer: Officer, grant_id: UUID) -> HttpResponse:
    """Sign in her own name."""
    granting.sign_grant(grant_id=grant_id, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("owner-grant", grant_id)


@owners_only
@require_POST
def end(request: HttpRequest, officer: Officer, grant_id: UUID) -> HttpResponse:
    """End it at once."""
    granting.end_grant(grant_id=grant_id, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("owner-grant", grant_id)


def _scope(given: dict[str, Any]) -> Scope:
    # The last day is good to its end, by Hong Kong's calendar.
    return Scope(
        purpose=given["purpose"],
        fields=frozenset(given["fields_given"]),
        caller=AUTHORITY,
        records=given["records"],
        expires_at=datetime.combine(given["last"], time.max, HERE),
    )


def _row(grant: OwnerGrant) -> dict[str, Any]:
    joint = "、" if in_chinese() else ", "
    state = granting.state_of(grant, clock.now())
    return {
        "grant": grant,
        "purpose": words.purpose(grant.purpose),
        "what": joint.join(str(asked_for(name)) for name in grant.fields),
        "state": state.value,
        "state_words": STATES[state],
    }


def _cells(grant: OwnerGrant) -> list[object]:
    row = _row(grant)
    until = grant.expires_at.isoformat(timespec="seconds")
    return [row["purpose"], row["state_words"], grant.used, grant.records, until]
