"""The ceremony (CPS 6.1): the authority's keys, its roots and its issuing authorities, from the pack's hierarchy.

Each step finds what an earlier run left and goes on from there:
1. one ceremony at a time;
2. each key: made in the token, then recorded;
3. each issuer: a name with a key;
4. each authority certificate, roots first: intended, signed, recorded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.pack import CaCertificate as PackCertificate
from chopmark.authority.catalogue.pack import Hierarchy
from chopmark.authority.custody.authority_signing import sign_authority_certificate
from chopmark.authority.custody.errors import CeremonyRunning, HierarchyChanged
from chopmark.authority.custody.models import CaCertificate, CaIntent, Issuer, KeyPurpose, KeyRecord
from chopmark.authority.custody.printing import name_der
from chopmark.authority.custody.templates import authority_template
from chopmark.authority.custody.token import KeyAlgorithm, Token
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.identifiers import serial_from
from chopmark.pki.certificates import CertificateTemplate, read_certificate
from chopmark.pki.keyids import spki_sha256
from chopmark.pki.lint import lint_certificate
from chopmark.pki.tbs import read_tbs_certificate

Randomness = Callable[[int], bytes]

CEREMONY_LOCK = 0x6368_6F70_0001
# What our authorities sign in their first minutes begins a little earlier than now, and never before they do (C59).
BACKDATED_FOR = timedelta(hours=1)

# Keys of the house that stand in no hierarchy: label, what it is for, what it is.
HOUSE_KEYS = (
    ("log", KeyPurpose.LOG, KeyAlgorithm.ED25519, "id-Ed25519"),
    ("key-wrap", KeyPurpose.KEY_WRAP, KeyAlgorithm.X25519, ""),
    ("envelope", KeyPurpose.ENVELOPE, KeyAlgorithm.X25519, ""),
)


def create_hierarchy(
    hierarchy: Hierarchy, *, token: Token, randomness: Randomness, actor: Actor, now: datetime
) -> None:
    """Make what the hierarchy names and is not there yet; run again after a crash, it goes on where it stopped."""
    with _one_at_a_time():
        for label, purpose, algorithm, signature in HOUSE_KEYS:
            _ensure_key(label, purpose, algorithm, signature, token=token, actor=actor, now=now)
        for label, key in hierarchy.keys.items():
            _ensure_key(
                label,
                KeyPurpose.CA,
                KeyAlgorithm(key.algorithm),
                key.signature,
                token=token,
                actor=actor,
                now=now,
            )
        for certificate in _roots_first(hierarchy):
            subject = _ensure_issuer(hierarchy, certificate, actor=actor, now=now)
            if not CaCertificate.objects.filter(slug=certificate.slug).exists():
                _issue(
                    hierarchy, certificate, subject, token=token, randomness=randomness, actor=actor, now=now
                )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    # The lock is the connection's: it ends with the process, however that ends.
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [CEREMONY_LOCK])
        if not cursor.fetchone()[0]:
            raise CeremonyRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [CEREMONY_LOCK])


def _roots_first(hierarchy: Hierarchy) -> list[PackCertificate]:
    return sorted(hierarchy.certificates.values(), key=lambda certificate: not certificate.is_self_signed)


def _ensure_key(
    label: str,
    purpose: KeyPurpose,
    algorithm: KeyAlgorithm,
    signature: str,
    *,
    token: Token,
    actor: Actor,
    now: datetime,
) -> None:
    if KeyRecord.objects.filter(label=label).exists():
        return
    # A crash between these two lines leaves a key in the token that the next run records.
    handle = token.handle(label) if token.has(label) else token.generate(label, algorithm)
    row = KeyRecord(
        label=label,
        purpose=purpose,
        algorithm=algorithm,
        signature_algorithm=signature,
        spki=token.public_key_der(handle),
        created_at=now,
    )
    _record_key(row=row, actor=actor, now=now)


@act(AuditTag.CUSTODY_KEY_MADE)
def _record_key(*, row: KeyRecord, actor: Actor, now: datetime) -> None:
    public = {"label": row.label, "purpose": row.purpose, "spki_sha256": spki_sha256(bytes(row.spki)).hex()}
    row.leaf_id = leave(public=public, payload={"actor": actor.id}, now=now)
    row.save(force_insert=True)


def _ensure_issuer(
    hierarchy: Hierarchy, certificate: PackCertificate, *, actor: Actor, now: datetime
) -> Issuer:
    declared = hierarchy.issuers[certificate.subject]
    row = Issuer.objects.filter(slug=certificate.subject).first()
    if row is None:
        parent = None if declared.is_root else Issuer.objects.get(slug=certificate.issuer)
        row = Issuer(
            slug=declared.slug,
            name_der=name_der(declared),
            key_label=declared.key,
            is_root=declared.is_root,
            parent_id=parent.id if parent else None,
            created_at=now,
        )
        _record_issuer(row=row, actor=actor, now=now)
    if (bytes(row.name_der), row.key_label) != (name_der(declared), declared.key):
        raise HierarchyChanged(issuer=row.slug)
    return row


@act(AuditTag.ISSUER_ESTABLISHED)
def _record_issuer(*, row: Issuer, actor: Actor, now: datetime) -> None:
    row.save(force_insert=True)
    leave(
        public={"issuer": row.id, "slug": row.slug, "key": row.key_label},
        payload={"actor": actor.id},
        now=now,
    )


def _issue(
    hierarchy: Hierarchy,
    certificate: PackCertificate,
    subject: Issuer,
    *,
    token: Token,
    randomness: Randomness,
    actor: Actor,
    now: datetime,
) -> None:
    # 1. The exact bytes, linted, and written down. From here on the serial number is used.
    issuer = Issuer.objects.get(slug=certificate.issuer)
    above = None if certificate.is_self_signed else _certificate_of(issuer)
    template = authority_template(hierarchy, certificate, issuer_spki=_spki_of(issuer))
    tbs = _fill(template, subject, serial_from(randomness(16)), now)
    linted = lint_certificate(tbs, template, issuer_certificate_der=above)
    intent = _intend(
        tbs=linted.tbs_certificate,
        issuer=issuer,
        subject=subject,
        slug=certificate.slug,
        actor=actor,
        now=now,
    )

    # 2. Sign. A crash before the record spends the serial number; the next run takes a fresh one.
    certificate_der = sign_authority_certificate(
        linted.tbs_certificate,
        template=template,
        issuer=issuer,
        subject=subject,
        issuer_certificate_der=above,
        token=token,
    )

    # 3. The record and its leaf. Publication finds a new issuer by itself: its certificate and an empty list
    #    are public before their addresses are printed.
    _record(intent=intent, certificate_der=certificate_der, actor=actor, now=now)


def _fill(template: CertificateTemplate, subject: Issuer, serial_number: bytes, now: datetime) -> bytes:
    not_before = now.replace(microsecond=0) - BACKDATED_FOR
    return template.fill(
        serial_number=serial_number,
        not_before=not_before,
        not_after=not_before + template.profile.validity - timedelta(seconds=1),
        subject_der=bytes(subject.name_der),
        spki_der=_spki_of(subject),
    )


@act(AuditTag.CA_CERTIFICATE_INTENDED)
def _intend(
    *, tbs: bytes, issuer: Issuer, subject: Issuer, slug: str, actor: Actor, now: datetime
) -> CaIntent:
    intent = CaIntent.objects.create(
        issuer_id=issuer.id,
        serial_number=_serial_number(tbs),
        subject_id=subject.id,
        slug=slug,
        tbs_certificate=tbs,
        intended_at=now,
    )
    leave(public=_numbers(intent), payload={"actor": actor.id}, now=now)
    return intent


@act(AuditTag.CA_CERTIFICATE_ISSUED)
def _record(*, intent: CaIntent, certificate_der: bytes, actor: Actor, now: datetime) -> None:
    facts = read_certificate(certificate_der)
    fingerprint = facts.fingerprint_sha256
    public = _numbers(intent) | {"fingerprint_sha256": fingerprint.hex()}
    certificate = CaCertificate(
        issuer_id=intent.issuer_id,
        serial_number=intent.serial_number,
        subject_id=intent.subject_id,
        slug=intent.slug,
        certificate_der=certificate_der,
        fingerprint_sha256=fingerprint,
        not_before=facts.not_before,
        not_after=facts.not_after,
        recorded_at=now,
    )
    certificate.leaf_id = leave(public=public, payload={"actor": actor.id}, now=now, rows=[certificate])
    certificate.save(force_insert=True)


def _numbers(intent: CaIntent) -> dict[str, str | int]:
    return {
        "issuer": intent.issuer_id,
        "serial_number": bytes(intent.serial_number).hex(),
        "slug": intent.slug,
    }


def _serial_number(tbs: bytes) -> bytes:
    return read_tbs_certificate(tbs).serial_number


def _spki_of(issuer: Issuer) -> bytes:
    return bytes(KeyRecord.objects.get(label=issuer.key_label).spki)


def _certificate_of(issuer: Issuer) -> bytes:
    newest = CaCertificate.objects.filter(subject_id=issuer.id).order_by("-id").first()
    if newest is None:
        raise HierarchyChanged(issuer=issuer.slug)
    return bytes(newest.certificate_der)
