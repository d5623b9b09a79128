"""Leave on an existing record: each kind by what the strongroom checks, and nothing by what a caller says."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from certificates_stage import Authority, signature_of
from owners_stage import DEVI, FARAH, grant, home, officers_are_in, officers_case
from people import ASHA, BIKRAM, ERRAND, LATER, WORKER, asha_applies, asked

from chopmark.strongroom.actors import SUBJECT, Actor
from chopmark.strongroom.certificates import Trust
from chopmark.strongroom.errors import ApplicationNotOfCase, CaseExpired, PurposeUnknown, RecordShredded
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Case, Leaf, Officer, Record
from chopmark.strongroom.policy.errors import (
    CertificateNotOfRecord,
    CertificateNotTrusted,
    CertificateRevoked,
    ChallengeSignatureWrong,
    ChallengeUnknown,
    GrantNotSigned,
    KindNotOfPurpose,
    OfficerNotSignedIn,
    RecordUnknown,
    RevocationStatusUnknown,
    SubjectNotSignedIn,
)
from chopmark.strongroom.policy.models import OwnerGrant
from chopmark.strongroom.services import cases, leave_to_open, openings
from chopmark.strongroom.services.leave_to_open import Signed, SubjectSession


@pytest.fixture
def record_id(strongroom):
    """Asha's, whose application is over."""
    officers_are_in()
    asha = home(asha_applies())
    cases.close_case(case_id=asha.case_id, actor=WORKER, now=LATER)
    return asha.record_id


@pytest.fixture(scope="module")
def authority():
    return Authority.make(LATER)


@pytest.fixture(scope="module")
def hers(authority):
    return authority.issue()


@pytest.fixture
def trust(authority):
    return Trust(issuers=(authority.certificate_der,), lists=(authority.crl(),))


def session(record_id, at=LATER):
    return SubjectSession(record_id=record_id, signed_in_at=at)


def by_subject(record_id, purpose="renewal", at=LATER, now=LATER, actor=SUBJECT):
    return leave_to_open.open_case_by_subject(
        session=session(record_id, at), purpose=purpose, keys=keyring(), actor=actor, now=now
    )


def open_name(case_id, now=LATER, application=""):
    ask = asked(case_id, "name", purpose="renewal", application=application)
    return openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=now)


def test_it_works(record_id):
    case_id = by_subject(record_id)
    assert open_name(case_id) == {"name": ASHA.name}
    case = Case.objects.get(pk=case_id)
    assert (case.kind, case.purposes, case.record_id) == ("subject", ["renewal"], record_id)
    signing.check()


def test_a_case_of_leave_runs_out_and_is_no_applications(record_id):
    case_id = by_subject(record_id)
    with pytest.raises(CaseExpired):
        open_name(case_id, now=LATER + timedelta(hours=24))
    with pytest.raises(ApplicationNotOfCase):
        open_name(case_id, application=ERRAND.reference)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"at": LATER - timedelta(minutes=30)}, SubjectNotSignedIn),
        ({"at": LATER + timedelta(minutes=1)}, SubjectNotSignedIn),
        ({"actor": WORKER}, SubjectNotSignedIn),
        ({"actor": BIKRAM}, SubjectNotSignedIn),
        ({"purpose": "certificate"}, KindNotOfPurpose),
        ({"purpose": "curiosity"}, PurposeUnknown),
    ],
)
def test_a_subjects_leave_is_refused_with_a_leaf(record_id, changes, refusal):
    before, count = Leaf.objects.count(), Case.objects.count()
    with pytest.raises(refusal):
        by_subject(record_id, **changes)
    assert (Leaf.objects.count(), Case.objects.count()) == (before + 1, count)


def test_a_shredded_record_takes_no_leave(record_id):
    cases.shred(Record.objects.get(), LATER)
    with pytest.raises(RecordShredded):
        by_subject(record_id)
    with pytest.raises(RecordUnknown):
        by_subject(uuid4())


# An officer.
def by_officer(_record_id, purpose="enquiry", actor=BIKRAM):
    return officers_case(purpose, actor)


def test_an_officer_at_the_desk_gives_leave_in_her_own_name(record_id):
    assert Case.objects.get(pk=by_officer(record_id)).kind == "officer"


@pytest.mark.parametrize("actor", [replace(WORKER, id=BIKRAM.id), Actor.officer("55555")], ids=str)
def test_who_only_says_that_she_is_an_officer_gives_none(record_id, actor):
    with pytest.raises(OfficerNotSignedIn):
        by_officer(record_id, actor=actor)


def test_an_officer_who_has_left_gives_none(record_id):
    Officer.objects.filter(number=BIKRAM.id).update(left_at=LATER)
    with pytest.raises(OfficerNotSignedIn):
        by_officer(record_id)


def test_an_officer_gives_no_leave_that_is_the_subjects(record_id):
    with pytest.raises(KindNotOfPurpose):
        by_officer(record_id, purpose="renewal")


# A grant.
def by_grant(record_id, grant_id):
    return leave_to_open.open_case_by_grant(
        record_id=record_id, grant_id=grant_id, keys=keyring(), actor=WORKER, now=LATER
    )


def test_a_grant_opens_one_case_of_its_count(record_id):
    grant_id = grant(DEVI, FARAH, expires_at=LATER + timedelta(hours=1))
    case_id = by_grant(record_id, grant_id)
    assert open_name(case_id) == {"name": ASHA.name}
    assert OwnerGrant.objects.get().used == 1
    with pytest.raises(CaseExpired):
        open_name(case_id, now=LATER + timedelta(hours=1))


def test_a_grant_that_one_signed_opens_no_case(record_id):
    with pytest.raises(GrantNotSigned):
        by_grant(record_id, grant(DEVI))


# A certificate.
def challenge(record_id, now=LATER, purpose="renewal"):
    return leave_to_open.make_challenge(
        record_id=record_id, purpose=purpose, keys=keyring(), actor=WORKER, now=now
    )


def signed(asked_for, holder, *, by=None):
    challenge_id, text = asked_for
    signature = signature_of(text, by or holder.key)
    return Signed(challenge_id=challenge_id, certificate_der=holder.certificate_der, signature=signature)


def by_certificate(answer, trust, now=LATER):
    return leave_to_open.open_case_by_certificate(
        signed=answer, trust=trust, keys=keyring(), actor=WORKER, now=now
    )


def make_known(record_id, holder, trust):
    asked_for = leave_to_open.make_challenge_to_be_known(
        session=session(record_id), keys=keyring(), actor=SUBJECT, now=LATER
    )
    leave_to_open.make_certificate_known(
        session=session(record_id), signed=signed(asked_for, holder), trust=trust, actor=SUBJECT, now=LATER
    )


@pytest.fixture
def known(record_id, hers, trust):
    make_known(record_id, hers, trust)
    return record_id


def test_her_certificate_gives_leave(known, hers, trust):
    case_id = by_certificate(signed(challenge(known), hers), trust)
    assert open_name(case_id) == {"name": ASHA.name}
    assert Case.objects.get(pk=case_id).kind == "certificate"


def test_a_challenge_is_answered_once_and_in_time(known, hers, trust):
    answer = signed(challenge(known), hers)
    by_certificate(answer, trust)
    with pytest.raises(ChallengeUnknown):
        by_certificate(answer, trust)
    with pytest.raises(ChallengeUnknown):
        by_certificate(signed(challenge(known), hers), trust, now=LATER + leave_to_open.CHALLENGE_HOLDS_FOR)


def test_a_challenge_is_for_one_record(known, hers, trust):
    esha = asha_applies(errand=replace(ERRAND, reference="AP261100420"))
    with pytest.raises(CertificateNotOfRecord):
        by_certificate(signed(challenge(esha.record_id), hers), trust)
    mine, other = challenge(known), challenge(known)
    with pytest.raises(ChallengeSignatureWrong):
        by_certificate(replace(signed(mine, hers), challenge_id=other[0]), trust)


def test_a_certificate_that_she_did_not_make_known_gives_none(record_id, hers, trust):
    with pytest.raises(CertificateNotOfRecord):
        by_certificate(signed(challenge(record_id), hers), trust)


def test_another_key_gives_none(known, hers, authority, trust):
    with pytest.raises(ChallengeSignatureWrong):
        by_certificate(signed(challenge(known), hers, by=authority.issue().key), trust)


@pytest.mark.parametrize(
    "wrong",
    [
        {"not_after": LATER - timedelta(days=1)},
        {"not_before": LATER + timedelta(days=1)},
        {"signs": False},
        {"is_authority": True},
    ],
    ids=str,
)
def test_a_certificate_that_is_not_for_signing_now_is_not_trusted(record_id, authority, trust, wrong):
    with pytest.raises(CertificateNotTrusted):
        make_known(record_id, authority.issue(**wrong), trust)


def test_a_certificate_of_an_authority_that_only_has_the_name_is_not_trusted(record_id, trust):
    with pytest.raises(CertificateNotTrusted):
        make_known(record_id, Authority.make(LATER).issue(), trust)
    with pytest.raises(CertificateNotTrusted):
        by_certificate(
            Signed(challenge_id=challenge(record_id)[0], certificate_der=b"no", signature=b""), trust
        )


def test_a_revoked_certificate_gives_none(known, hers, authority):
    trust = Trust(issuers=(authority.certificate_der,), lists=(authority.crl(revoked=[hers.serial]),))
    with pytest.raises(CertificateRevoked):
        by_certificate(signed(challenge(known), hers), trust)


def unknown_lists(authority):
    return {
        "none": (),
        "too old": (authority.crl(now=LATER - timedelta(days=9)),),
        "another's": (Authority.make(LATER).crl(),),
        "of another part": (authority.crl(place="http://ca.example/9.crl"),),
        "for authorities": (authority.crl(only_ca=True),),
        "unreadable": (b"no list",),
    }


@pytest.mark.parametrize("what", unknown_lists(Authority.make(LATER)))
def test_where_nobody_can_say_whether_it_is_revoked_it_gives_none(known, hers, authority, what):
    trust = Trust(issuers=(authority.certificate_der,), lists=unknown_lists(authority)[what])
    with pytest.raises(RevocationStatusUnknown):
        by_certificate(signed(challenge(known), hers), trust)


def test_the_newest_list_speaks(known, hers, authority):
    lists = (authority.crl(number=1), authority.crl(number=2, revoked=[hers.serial]))
    with pytest.raises(CertificateRevoked):
        by_certificate(
            signed(challenge(known), hers), Trust(issuers=(authority.certificate_der,), lists=lists)
        )


def test_without_the_owners_folders_nobody_is_trusted(home):
    from chopmark.strongroom.options import KeyFiles

    assert Trust.read(KeyFiles(home)) == Trust(issuers=(), lists=())
