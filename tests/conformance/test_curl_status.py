"""curl as a relying party that wants the status with the certificate: nginx staples our answer about a server of ours."""

import socket
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authority.protocols.ocsp_stage import know, source, store  # noqa: F401  fixtures
from authority.signing_stage import ceremony, claimer, hierarchy, token  # noqa: F401  fixtures
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.shapes import name_template
from chopmark.authority.catalogue.words import Source
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.certificate_signing import ToBeSigned, admit, sign_admitted
from chopmark.authority.issuance.composing import BACKDATED_FOR, template_of
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel import clock
from chopmark.authority.protocols.ocsp.answering import answer
from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation import signing
from chopmark.pki.names import build_name
from chopmark.pki.ocsp import HashAlgorithm, build_request, cert_id
from conformance.stapling import serving
from pki.world import a_serial, spki_of

HOST = "www.ferries.example"
SERIAL = a_serial(2002)
INVALID_STATUS = 91  # what curl ends with when the status is missing or is not good


@pytest.fixture
def issuer(hierarchy):  # noqa: F811  the fixture
    return custody.authority_by_slug("tls-1")


@pytest.fixture
def server(issuer, token, tmp_path) -> Path:  # noqa: F811  the fixture
    """A folder with a certificate for a host as its type in force wants it, signed at the door and recorded, and its key."""
    now, key = clock.now().replace(microsecond=0), ec.generate_private_key(ec.SECP256R1())
    day = current().authority.day_of(now)
    kind = catalogue.type_in_force("server", day)
    template = template_of(
        type_code="server", subscriber_class="organisation", policy_date=day, issuer_id=issuer.id,
        serial_number=SERIAL, spki_der=spki_of(key),
    )  # fmt: skip
    facts = {Source.ORGANISATION_NAME: "Example Ferries Limited", Source.SERVER_NAME: HOST}
    tbs = template.fill(
        serial_number=SERIAL,
        not_before=now - BACKDATED_FOR,
        not_after=catalogue.not_after("server", now),
        subject_der=build_name(name_template(kind, "organisation"), facts).der,
        spki_der=spki_of(key),
        values={Source.SERVER_NAMES: (HOST,)},
    )
    (der,) = sign_admitted(admit([ToBeSigned(tbs, template)], issuer), token=token)
    Certificate.objects.create(
        issuer_id=issuer.id, serial_number=SERIAL, certificate_der=der, fingerprint_sha256=bytes(32),
        application_reference="AP261100001", type_code="server", subject=f"CN={HOST}", not_before=now, not_after=now,
        leaf_id=1, recorded_at=now,
    )  # fmt: skip
    (tmp_path / "chain.pem").write_text(pem(der) + pem(issuer.certificate_der))
    (tmp_path / "root.pem").write_text(pem(custody.authority_by_slug("tls-root").certificate_der))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tmp_path


def pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


@pytest.fixture
def stapled(server, issuer, token, claimer, know, source):  # noqa: F811  the fixtures
    """Write down what the responder says of it now, for nginx to staple."""
    delegations = Delegations()
    delegations.refresh(clock.now())
    signing.run_once(token=token, now=clock.now(), claimer=claimer)
    delegations.refresh(clock.now())

    def staple():
        now = clock.now()
        know(now)
        asked = cert_id(
            issuer_name_der=issuer.name_der, issuer_spki_der=issuer.spki, serial_number=SERIAL,
            algorithm=HashAlgorithm.SHA1,
        )  # fmt: skip
        said = answer(build_request([asked]), delegations=delegations, source=source, now=now)
        assert said.refused == ()
        (server / "status.der").write_bytes(said.body)
        return f"ssl_stapling on; ssl_stapling_file {server / 'status.der'};"

    return staple


@pytest.fixture
def curled(server, run):
    """Serve it, with these words about stapling, and let curl ask; it must end with this number."""

    def ask(stapling: str, expect: int = 0) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with serving(server, f"127.0.0.1:{port}", stapling):
            return run(
                "curl", "-sSv", "--noproxy", "*", "--resolve", f"{HOST}:{port}:127.0.0.1",
                "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
                "--cacert", server / "root.pem", "--cert-status", f"https://{HOST}:{port}/", expect=expect,
            )  # fmt: skip

    return ask


def test_a_good_status_is_believed(curled, stapled):
    assert "HTTP/1.1 204" in curled(stapled())


def test_a_revoked_one_is_refused(curled, stapled, issuer):
    Revocation.objects.create(issuer_id=issuer.id, serial_number=SERIAL, reason=1, revoked_at=clock.now())
    assert "revoked" in curled(stapled(), expect=INVALID_STATUS)


def test_none_is_refused(curled):
    assert "No OCSP response received" in curled("", expect=INVALID_STATUS)
