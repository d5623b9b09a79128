"""Reading applications."""

import hmac
from datetime import datetime

from chopmark.authority.applications.errors import ApplicationMoved, ApplicationUnknown, NotTheApplicant
from chopmark.authority.applications.holders import is_of, of_campaigns_for
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.states import MOVES, ApplicationState
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.errors import ClassUnknown
from chopmark.authority.catalogue.pack import CertificateType
from chopmark.authority.kernel.actors import Actor
from chopmark.pki.csr import read_request
from chopmark.pki.keys import spki_sha256


def by_reference(reference: str) -> Application:
    """The application of that reference, or `ApplicationUnknown`."""
    application = Application.objects.filter(reference=normalised(reference)).first()
    if application is None:
        raise ApplicationUnknown
    return application


def begun_before(*, csr: bytes, nonce: bytes) -> Application | None:
    """The application that this very errand began: she presses again, because the answer was lost."""
    digest = spki_sha256(read_request(csr).spki_der)
    same = Application.objects.filter(spki_sha256=digest, state=ApplicationState.BEGUN)
    return next((one for one in same if hmac.compare_digest(bytes(one.nonce), nonce)), None)


def own(reference: str, *, actor: Actor) -> Application:
    """The same, only for the applicant herself; a stranger learns nothing, not even that it exists."""
    application = by_reference(reference)
    if not is_of(application, actor.participant_id):
        raise NotTheApplicant
    return application


def of_login(login_id: int) -> list[Application]:
    """What she applied for, and what a campaign made for her; the last first."""
    # Two looks, each by an index: of one condition with `or` PostgreSQL reads every application that there is.
    own = Application.objects.filter(login_id=login_id)
    found = {one.pk: one for one in (*own, *of_campaigns_for(login_id))}
    return sorted(found.values(), key=lambda one: one.begun_at, reverse=True)


def waiting_at(outlet: str) -> list[Application]:
    """Who has sent her details and may come to this outlet, first come first; the first hundred."""
    return list(Application.objects.all().waiting_at(outlet)[:100])


def awaiting_release() -> list[Application]:
    """What an officer has finished and a second one has not decided, at any outlet; the first hundred."""
    return list(Application.objects.all().awaiting_release()[:100])


def subscriber_class(application: Application) -> str:
    """Which of its type's classes the applicant is in: her age band, or the only class of a type that is not for persons."""
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    return class_for(kind, application.age_band)


def class_for(kind: CertificateType, age_band: str) -> str:
    if age_band in kind.classes:
        return age_band
    if len(kind.classes) > 1:  # guessing would give somebody another class's reliance limit
        raise ClassUnknown(type=kind.code, subscriber_class=age_band)
    return next(iter(kind.classes))


def normalised(reference: str) -> str:
    """A reference as people type it ("ap 2611 00419") as it is kept ("AP261100419")."""
    return "".join(reference.split()).upper()


def move(application: Application, to: ApplicationState, **changes: object) -> None:
    """Make one lawful move by one UPDATE; `ApplicationMoved` if somebody else got there first."""
    now_in = ApplicationState(application.state)
    if to not in MOVES[now_in]:
        raise ApplicationMoved
    moved = Application.objects.filter(pk=application.pk, state=now_in).update(state=to, **changes)
    if not moved:
        raise ApplicationMoved


def unfinished(*, before: datetime) -> list[str]:
    """References of applications that were begun before a moment and never submitted, the oldest first."""
    return list(
        Application.objects.forgotten(before).order_by("begun_at").values_list("reference", flat=True)[:200]
    )
