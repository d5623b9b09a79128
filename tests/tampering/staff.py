"""What happens to staff: one leaves, one is reviewed, one is passed over and suspended."""

from datetime import timedelta

from django_otp.oath import hotp
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants import reviews
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.sign_in import enter_by_code
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave, Verdict
from world import NOON, PASSWORD, WORKER, World, at

BEFORE = NOON - timedelta(days=40)
OPENED = NOON - timedelta(days=30)


def reviewed(world: World) -> None:
    registrar, devi = world.staff("31099"), world.staff("70031")
    with at("web"):
        tokens = {number: _newcomer(number) for number in ("20901", "20902", "20903", "20904")}
        _comes_in(tokens["20901"])
        participants.record_clearance(
            number="20901", kind=ClearanceKind.VETTING, done_on=NOON.date(), actor=registrar, now=NOON
        )
        reviews.open_review(actor=devi, now=OPENED)
        for number in ("20901", "20902"):
            reviews.decide(number=number, verdict=Verdict.CONFIRMED, actor=devi, now=OPENED)
            participants.staff_leaves(
                number=number, leaves_on=NOON.date(), reason=ReasonToLeave.RESIGNED, actor=registrar, now=NOON
            )
    with at("worker"):
        reviews.suspend_passed_over(actor=WORKER, now=NOON)
    with at("web"):
        reviews.open_review(actor=registrar, now=NOON)


def _newcomer(number: str) -> str:
    return participants.register_staff(
        number=number, name="Newcomer", kind=ActorKind.OFFICER, roles=[Role.INTAKE_OFFICER], outlet="DEMO",
        vetted_on=BEFORE.date(), nondisclosure_on=BEFORE.date(), actor=participants.FOUNDER, now=BEFORE,
    )  # fmt: skip


def _comes_in(token: str) -> None:
    login = participants.accept_welcome(token=token, password=PASSWORD, now=BEFORE)
    participants.begin_totp(login)
    device = TOTPDevice.objects.get(user=login)
    for moment in (BEFORE, BEFORE + timedelta(minutes=1), BEFORE + timedelta(minutes=2)):
        code = f"{hotp(device.bin_key, int(moment.timestamp()) // device.step):06d}"
        if moment == BEFORE:
            participants.confirm_totp(login=login, code=code, now=moment)
        else:
            enter_by_code(number=login.number, code=code, now=moment)
