"""From an approved application to a recorded certificate."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

import oracle
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.keymaking import services as keymaking
from world import NOON


def test_it_works(world):
    certificate = world.issued()

    parsed = x509.load_der_x509_certificate(bytes(certificate.certificate_der))
    assert certificate.subject.startswith("CN=CHAN Tai Man,E=taiman.chan@mail.example,OU=00")
    assert certificate.subject.endswith("O=Demonstration e-Cert (Personal),C=HK")
    assert parsed.not_valid_before_utc <= NOON < parsed.not_valid_after_utc
    assert by_reference(certificate.application_reference).state == "issued"


def test_the_oracle_is_content(world):
    world.issued()

    oracle.ask()


def test_a_key_made_by_the_authority_comes_sealed_to_the_envelopes_pin(world):
    certificate = world.issued(key_source=KeySource.AUTHORITY, csr=None)

    blob = keymaking.collect(
        application_reference=certificate.application_reference,
        actor=world.applicant(by_reference(certificate.application_reference)),
        now=NOON,
    )
    pin = next(iter(world.pins.values()))
    key, own, chain = pkcs12.load_key_and_certificates(blob, pin.encode())
    assert own.public_bytes(Encoding.DER) == bytes(certificate.certificate_der)
    assert key.public_key() == own.public_key()
    assert len(chain) == 2
    oracle.ask()
