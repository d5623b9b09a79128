from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.x509 import ExtendedKeyUsage, load_der_x509_certificate

from authority.signing_stage import NOON, Broken, it_fails, it_happens_and_then_fails, tags
from chopmark.authority.audit.models import Leaf
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody import ceremony as ceremony_module
from chopmark.authority.custody import selectors
from chopmark.authority.custody.errors import HierarchyChanged
from chopmark.authority.custody.models import CaCertificate, CaIntent, Issuer, KeyPurpose, KeyRecord
from chopmark.pki.tlog.leaf import decode_leaf


def test_it_works(hierarchy):
    authorities = selectors.authorities()

    assert len(authorities) >= 4
    for authority in authorities:
        certificate = load_der_x509_certificate(authority.certificate_der)
        above = load_der_x509_certificate(selectors.chain(authority.id)[-1])
        certificate.verify_directly_issued_by(above)
    assert {label for label, *_ in ceremony_module.HOUSE_KEYS} < set(
        KeyRecord.objects.values_list("label", flat=True)
    )


def test_tls_and_identity_never_share_an_issuing_authority(hierarchy):
    for authority in selectors.authorities():
        if not authority.is_root:
            certificate = load_der_x509_certificate(authority.certificate_der)
            usages = {
                usage._name
                for usage in certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
            }
            assert usages == {"serverAuth"} or "serverAuth" not in usages


def test_every_certificate_and_key_leaves_a_leaf_with_its_public_facts(hierarchy):
    assert tags().count("ca_certificate:issued") == CaCertificate.objects.count()
    assert tags().count("custody_key:made") == KeyRecord.objects.count()
    row = CaCertificate.objects.first()
    leaf = decode_leaf(bytes(Leaf.objects.get(id=row.leaf_id).entry))
    assert leaf.public["fingerprint_sha256"] == bytes(row.fingerprint_sha256).hex()


def test_a_second_ceremony_changes_nothing(ceremony, token):
    ceremony()
    before = [(a.slug, a.certificate_der) for a in selectors.authorities()], Leaf.objects.count()

    ceremony(now=NOON + timedelta(days=1))

    assert ([(a.slug, a.certificate_der) for a in selectors.authorities()], Leaf.objects.count()) == before


def test_no_authority_outlives_the_one_above_it(hierarchy):
    for authority in selectors.authorities():
        if authority.parent_id is not None:
            above = selectors.authority(authority.parent_id)
            assert above.not_before <= authority.not_before < authority.not_after <= above.not_after


def test_a_crash_between_signature_and_record_spends_the_serial_number(ceremony, monkeypatch):
    real = ceremony_module._record
    monkeypatch.setattr(ceremony_module, "_record", it_fails)
    with pytest.raises(Broken):
        ceremony()
    monkeypatch.setattr(ceremony_module, "_record", real)
    lost = CaIntent.objects.get()

    ceremony()

    [spent] = selectors.spent_intents(before=NOON + timedelta(seconds=1))
    assert (spent.issuer_id, spent.serial_number) == (lost.issuer_id, bytes(lost.serial_number))
    assert CaIntent.objects.count() == CaCertificate.objects.count() + 1
    assert selectors.key_uses() == CaIntent.objects.count()
    serials = [(row.issuer_id, bytes(row.serial_number)) for row in CaIntent.objects.all()]
    assert len(set(serials)) == len(serials)


def test_a_key_that_was_made_and_not_recorded_is_recorded_by_the_next_run(ceremony, token, monkeypatch):
    real = token.generate
    monkeypatch.setattr(token, "generate", it_happens_and_then_fails(real))
    with pytest.raises(Broken):
        ceremony()
    monkeypatch.setattr(token, "generate", real)
    spki = token.public_key_der(token.handle("log"))

    ceremony()

    assert selectors.public_key(KeyPurpose.LOG) == ("log", spki)


def test_a_token_that_fails_leaves_nothing_recorded(ceremony, token, monkeypatch):
    monkeypatch.setattr(token, "generate", it_fails)
    with pytest.raises(Broken):
        ceremony()
    assert not KeyRecord.objects.exists()


def test_a_pack_that_renames_an_authority_is_refused(hierarchy, ceremony):
    pack = current().hierarchy
    slug = next(iter(pack.issuers))
    other = next(key for key in pack.keys if key != pack.issuers[slug].key)
    renamed = replace(pack, issuers={**pack.issuers, slug: replace(pack.issuers[slug], key=other)})
    with pytest.raises(HierarchyChanged):
        ceremony_module._ensure_issuer(renamed, renamed.certificates[slug], actor=None, now=NOON)
    assert Issuer.objects.get(slug=slug).key_label == pack.issuers[slug].key
