"""From an approved application to the exact bytes to be signed.

The worker composes; the signer composes again with its own copy of the pack, and compares.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import subscriber_class
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.shapes import certificate_profile, key_policy, name_template
from chopmark.authority.catalogue.words import KeySource, Source
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import printed_facts, shard_of
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.keymaking import selectors as keymaking
from chopmark.authority.participants.models import Subscriber
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import CertificateTemplate, Value, compile_template
from chopmark.pki.csr import read_request
from chopmark.pki.keys import read_public_key, require_good_key
from chopmark.pki.names import build_name
from chopmark.pki.profiles import KeyKind, profile_for_key
from chopmark.pki.tbs import TbsCertificate

# A relying party's clock may be behind ours.
BACKDATED_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A TBSCertificate, and what it was composed by."""

    issuer_id: int
    issuer_certificate_der: bytes
    subscriber_class: str
    policy_date: date
    template: CertificateTemplate
    tbs_certificate: bytes


def compose(
    application: Application, *, srn: str, spki_der: bytes, serial_number: bytes, now: datetime
) -> Composed:
    """The certificate that the type in force today gives to this application (CPS 7.1)."""
    kind = catalogue.require_recognised(application.type_code, now)
    group = subscriber_class(application)
    day = current().authority.day_of(now)
    require_good_key(
        spki_der, key_policy(kind, day)
    )  # by the policy of today: an algorithm may have stopped since (C16)
    issuer = custody.authority_by_slug(catalogue.issuer_for(kind.code, group, day).slug)
    template = template_of(
        type_code=kind.code,
        subscriber_class=group,
        policy_date=day,
        issuer_id=issuer.id,
        serial_number=serial_number,
        spki_der=spki_der,
    )
    facts = facts_of(application, srn)
    name = name_template(kind, group)
    tbs_certificate = template.fill(
        serial_number=serial_number,
        not_before=(now - BACKDATED_FOR).replace(microsecond=0),
        not_after=catalogue.not_after(kind.code, now),
        subject_der=build_name(name, {k: v for k, v in facts.items() if k in name.fields}).der,
        spki_der=spki_der,
        values=_values(template, facts),
    )
    return Composed(
        issuer_id=issuer.id,
        issuer_certificate_der=issuer.certificate_der,
        subscriber_class=group,
        policy_date=day,
        template=template,
        tbs_certificate=tbs_certificate,
    )


def compose_again(application: Application, printed: TbsCertificate, *, serial_number: bytes) -> Composed:
    """What the same application would have been given, for the printed key, at the moment that is printed."""
    return compose(
        application,
        srn=_srn_of(application),
        spki_der=printed.spki_der,
        serial_number=serial_number,
        now=composed_at(printed),
    )


def _srn_of(application: Application) -> str:
    """The number that was given to the record, which nobody can change; without one the name cannot be built (C10)."""
    if application.record_id is None:
        return ""
    known = Subscriber.objects.filter(record_id=application.record_id)
    return known.values_list("srn", flat=True).first() or ""


def composed_at(printed: TbsCertificate) -> datetime:
    return printed.not_before + BACKDATED_FOR


def public_key_of(application: Application) -> bytes | None:
    """The key in the applicant's own request, proven again, or the one that was made for her; None if none is made yet."""
    if application.key_source == KeySource.OWN:
        return read_request(bytes(application.csr or b"")).spki_der
    return keymaking.made_key(application.reference)


def facts_of(application: Application, srn: str) -> dict[str, str]:
    """Every fact that may be printed, under the pack's name for its source; what is not there is left out."""
    facts = {
        Source.SUBSCRIBER_NAME: application.subject_name,
        Source.SUBSCRIBER_EMAIL: application.subject_email,
        Source.SUBSCRIBER_SRN: srn,
        **application.facts,
    }
    return {str(source): value for source, value in facts.items() if value}


def _values(template: CertificateTemplate, facts: dict[str, str]) -> dict[str, Value]:
    """What the template's extensions take from the facts; several domain names stand in one fact, a line each."""
    return {
        field: tuple(facts[field].split("\n")) if field == Source.SERVER_NAMES else facts[field]
        for field in template.fields
        if field in facts
    }


def template_of(
    *,
    type_code: str,
    subscriber_class: str,
    policy_date: date,
    issuer_id: int,
    serial_number: bytes,
    spki_der: bytes,
) -> CertificateTemplate:
    """The compiled template of a type for a class on a day, under one issuer's shard, for keys of this kind."""
    issuer = custody.authority(issuer_id)
    shard = shard_of(serial_number, current().crl.lists[issuer.slug].partitions)
    return template_for(
        type_code, subscriber_class, policy_date, issuer, shard, read_public_key(spki_der).kind
    )


def template_for(
    type_code: str, group: str, day: date, issuer: IssuingAuthority, shard: int, key_kind: KeyKind
) -> CertificateTemplate:
    """The same for an issuer, shard and kind of key that are known already."""
    return _compiled(
        type_code, group, day, issuer.slug, issuer.spki, issuer.signature_algorithm, shard, key_kind
    )


@lru_cache(maxsize=1024)
def _compiled(
    type_code: str,
    group: str,
    day: date,
    issuer_slug: str,
    issuer_spki: bytes,
    signature_algorithm: SignatureAlgorithm,
    shard: int,
    key_kind: KeyKind,
) -> CertificateTemplate:
    profile = certificate_profile(catalogue.type_in_force(type_code, day), group, day)
    return compile_template(
        profile_for_key(profile, key_kind),
        issuer=printed_facts(current().hierarchy.issuers[issuer_slug], spki=issuer_spki, shard=shard),
        signature_algorithm=signature_algorithm,
    )
