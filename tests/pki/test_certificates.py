"""A filled template is a certificate; a certificate is proved to be of its template or refused."""

import subprocess
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import certificates, oids
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import assemble, compile_template, key_identifier, read_certificate
from chopmark.pki.names import write_name
from chopmark.pki.profiles import (
    IssuerFacts,
    KeyKind,
    KeyUsage,
    NameConstraints,
    NameKind,
    OpaqueExtension,
    SanSource,
    issuing_authority_profile,
    profile_for_key,
    root_profile,
)
from pki.world import (
    A_DAY,
    ASHA_VALUES,
    ECDSA,
    IDENTITY,
    NOON,
    SERVER,
    a_key,
    a_serial,
    ashas_tbs,
    delegate,
    hosts_tbs,
    identity_authority,
    moments,
    root,
    server_authority,
    spki_of,
)

MOMENTS = moments(1950, 9999)
NOTICES = st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable())
MAILBOXES = st.from_regex(r"\A[a-z0-9]{1,20}@[a-z0-9]{1,20}\.example\Z")
FILLS = st.fixed_dictionaries(
    {
        "serial_number": st.binary(min_size=15, max_size=15).map(lambda octets: b"\x45" + octets),
        "not_before": MOMENTS,
        "not_after": MOMENTS,
        "values": st.fixed_dictionaries(
            {"reliance": NOTICES},
            optional={"email": st.lists(MAILBOXES, min_size=1, max_size=3).map(tuple)},
        ),
    }
)


def test_it_works():
    certificate_der = identity_authority().certify(ashas_tbs())

    certificate = x509.load_der_x509_certificate(certificate_der)
    certificate.verify_directly_issued_by(
        x509.load_der_x509_certificate(identity_authority().certificate_der)
    )
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == ["asha@mail.example"]
    assert certificate.not_valid_before_utc == NOON


@given(FILLS)
def test_the_values_come_back_from_the_certificate(fill):
    template = identity_authority().template(IDENTITY)

    values = template.read(ashas_tbs(template, **fill))

    assert values.values == fill["values"]
    assert (values.serial_number, values.not_before, values.not_after) == (
        fill["serial_number"],
        fill["not_before"],
        fill["not_after"],
    )


@given(st.data())
def test_a_single_changed_octet_outside_the_fields_is_noticed(data):
    template = identity_authority().template(IDENTITY)
    tbs = ashas_tbs(template)
    at = data.draw(st.integers(min_value=0, max_value=len(tbs) - 1))
    changed = tbs[:at] + bytes([tbs[at] ^ data.draw(st.integers(min_value=1, max_value=255))]) + tbs[at + 1 :]

    try:
        values = template.read(changed)
    except certificates.NotThisTemplate:
        return
    # What is still of the template differs in a declared field, and says so.
    assert values != template.read(tbs)


def test_a_certificate_of_another_template_is_refused():
    with pytest.raises(certificates.NotThisTemplate):
        identity_authority().template(IDENTITY).read(hosts_tbs())


def test_a_certificate_of_another_shard_is_refused():
    other = IssuerFacts(
        name_der=identity_authority().name_der,
        key_identifier=identity_authority().facts.key_identifier,
        ca_issuers_url="http://ca.example/ca/issuing.crt",
        crl_url="http://ca.example/crl/issuing-1.crl",
        ocsp_url="http://ocsp.example/",
    )
    elsewhere = compile_template(IDENTITY, issuer=other, signature_algorithm=ECDSA)

    with pytest.raises(certificates.NotThisTemplate):
        elsewhere.read(ashas_tbs())


@pytest.mark.parametrize("serial_number", [b"", b"\x00", b"\x80" + bytes(15), b"\x00\x01", b"\x01" * 21])
def test_a_serial_number_is_positive_and_short(serial_number):
    with pytest.raises(certificates.SerialNumberIllegal):
        ashas_tbs(serial_number=serial_number)


def test_a_value_without_a_place_is_not_lost_in_silence():
    with pytest.raises(certificates.ValueNotInTemplate):
        ashas_tbs(values={**ASHA_VALUES, "dns_names": ("host.example",)})


def test_a_server_without_names_is_not_filled():
    with pytest.raises(certificates.ValueMissing):
        hosts_tbs(values={})


def test_a_notice_is_never_forgotten():
    with pytest.raises(certificates.ValueMissing):
        ashas_tbs(values={"email": "asha@mail.example"})


def test_a_profile_that_prints_an_address_needs_one():
    with pytest.raises(certificates.ProfileIncomplete):
        compile_template(
            IDENTITY,
            issuer=IssuerFacts(name_der=b"0\x00", key_identifier=bytes(20)),
            signature_algorithm=ECDSA,
        )


def test_two_sources_of_one_kind_are_not_compiled():
    twice = replace(
        SERVER,
        subject_alternative_names=(
            SanSource(kind=NameKind.DNS, field="one"),
            SanSource(kind=NameKind.DNS, field="two"),
        ),
    )
    with pytest.raises(certificates.ProfileAmbiguous):
        server_authority().template(twice)


def test_an_algorithm_outside_the_profile_is_refused():
    only_rsa = replace(IDENTITY, signature_algorithms=(SignatureAlgorithm.RSA_SHA256,))
    with pytest.raises(certificates.AlgorithmNotInProfile):
        identity_authority().template(only_rsa)


def test_a_commitment_travels_in_a_private_extension():
    oid = "1.3.6.1.4.1.99999.2.1"
    profile = replace(
        IDENTITY, opaque_extensions=(OpaqueExtension(oid=oid, field="commitment", required=True),)
    )
    template = identity_authority().template(profile)

    tbs = ashas_tbs(template, values={**ASHA_VALUES, "commitment": b"\x07" * 32})

    assert template.read(tbs).values["commitment"] == b"\x07" * 32
    found = read_certificate(identity_authority().certify(tbs)).extensions[oid]
    assert (found.critical, found.value) == (False, b"\x04\x20" + b"\x07" * 32)


def test_key_encipherment_is_for_rsa_keys_only():
    profile = replace(IDENTITY, key_usage=IDENTITY.key_usage | {KeyUsage.KEY_ENCIPHERMENT})

    assert KeyUsage.KEY_ENCIPHERMENT in profile_for_key(profile, KeyKind.RSA).key_usage
    assert KeyUsage.KEY_ENCIPHERMENT not in profile_for_key(profile, KeyKind.EC).key_usage


def test_the_facts_of_a_certificate_are_read():
    certificate_der = identity_authority().certify(ashas_tbs())

    facts = read_certificate(certificate_der)

    assert facts.serial_number == a_serial(1001)
    assert facts.issuer_der == identity_authority().name_der
    assert facts.subject_key_identifier == key_identifier(spki_of(a_key()))
    assert facts.authority_key_identifier == identity_authority().facts.key_identifier
    assert facts.extensions[oids.KEY_USAGE].critical


def test_a_certificate_with_a_byte_behind_it_is_refused():
    with pytest.raises(certificates.MalformedDer):
        read_certificate(identity_authority().certify(ashas_tbs()) + b"\x00")


def self_signed(signer):
    name = write_name([("C", "HK"), ("CN", "Root")]).der
    issuer = IssuerFacts(name_der=name, key_identifier=key_identifier(signer.spki))
    template = compile_template(root_profile(), issuer=issuer, signature_algorithm=signer.algorithm)
    tbs = template.fill(
        serial_number=a_serial(1),
        not_before=NOON,
        not_after=NOON + A_DAY,
        subject_der=name,
        spki_der=signer.spki,
    )
    return assemble(tbs, signer.algorithm, signer.sign(tbs))


def signer_of(algorithm):
    key = {
        SignatureAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
        SignatureAlgorithm.ML_DSA_65: mldsa.MLDSA65PrivateKey.generate,
        SignatureAlgorithm.RSA_SHA512: partial(rsa.generate_private_key, 65537, 2048),
    }[algorithm]()
    how = (padding.PKCS1v15(), SHA512()) if algorithm is SignatureAlgorithm.RSA_SHA512 else ()
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SimpleNamespace(algorithm=algorithm, spki=spki, sign=lambda data: key.sign(data, *how))


@pytest.mark.parametrize(
    "algorithm", [SignatureAlgorithm.ED25519, SignatureAlgorithm.ML_DSA_65, SignatureAlgorithm.RSA_SHA512]
)
def test_a_root_under_any_algorithm_verifies(algorithm):
    certificate = x509.load_der_x509_certificate(self_signed(signer_of(algorithm)))

    certificate.verify_directly_issued_by(certificate)


def test_a_constrained_authority_says_what_it_may_name():
    profile = issuing_authority_profile(
        name="constrained",
        validity=A_DAY,
        extended_key_usage=(),
        name_constraints=NameConstraints(
            permitted=((NameKind.DNS, "example"),), excluded=((NameKind.RFC822, "bad.example"),)
        ),
    )
    template = root().template(profile)
    tbs = template.fill(
        serial_number=a_serial(9),
        not_before=NOON,
        not_after=NOON + A_DAY,
        subject_der=write_name([("CN", "Constrained")]).der,
        spki_der=spki_of(a_key()),
    )

    certificate = x509.load_der_x509_certificate(root().certify(tbs))

    found = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert found.value == x509.NameConstraints([x509.DNSName("example")], [x509.RFC822Name("bad.example")])


@pytest.mark.parametrize("which", ["identity", "server", "delegate"])
def test_openssl_verifies_the_chain_strictly(which, tmp_path):
    leaf, issuing = {
        "identity": lambda: (identity_authority().certify(ashas_tbs()), identity_authority()),
        "server": lambda: (server_authority().certify(hosts_tbs()), server_authority()),
        "delegate": lambda: (delegate()[1], identity_authority()),
    }[which]()
    chain = {"root": root().certificate_der, "issuing": issuing.certificate_der, "leaf": leaf}
    for name, certificate_der in chain.items():
        pem = x509.load_der_x509_certificate(certificate_der).public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)

    verified = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-policy_check", "-attime", str(int(NOON.timestamp())),
         "-CAfile", "root.pem", "-untrusted", "issuing.pem", "leaf.pem"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert verified.stdout == "leaf.pem: OK\n", verified.stderr
