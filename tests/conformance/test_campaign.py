"""A whole campaign with the real strongroom: people apply, the owner's officers grant, two operators agree, workers issue."""

import hashlib
import json
import subprocess
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.config.check.invented import a_request, an_applicant
from chopmark.config.home import open_home
from conformance.at_once import CHOPMARK, Operators, certificates_over, records_of, spki_of, written
from patience import ENDS_WITHIN

PEOPLE = 6


@pytest.fixture(scope="module")
def home(instance):
    return open_home(instance.home)


@pytest.fixture(scope="module")
def operators(home):
    operators = Operators.of(home)
    operators.come_in()
    return operators


@pytest.fixture(scope="module")
def people(home):
    """Who applies, by the record that the owner has of her afterwards."""
    found = {}
    for _ in range(PEOPLE):
        her, before = an_applicant(home), set(records_of(home))
        her.begins(outlet="DEMO", csr_pem=a_request())
        her.gives_particulars()
        (record,) = set(records_of(home)) - before
        found[record] = her
    return found


@pytest.fixture(scope="module")
def keys(people, tmp_path_factory):
    """A key for each, and one for a record that there is not."""
    file = tmp_path_factory.mktemp("population") / "people.csv"
    return file, written(file, [*people, str(uuid4())])


@pytest.fixture(scope="module")
def issued(operators, keys):
    file, lines = keys
    return operators.issue(file, grant=operators.granted(len(lines)))


@pytest.fixture(scope="module")
def certificates(home, keys, issued):
    return certificates_over(home, set(keys[1].values()))


def test_each_has_her_own_name_over_her_own_key(people, keys, issued, certificates):
    found = {spki_of(one.public_key()): one for one in certificates}
    assert len(found) == issued["issued"] == PEOPLE
    for record, her in people.items():
        assert name_on(found[keys[1][record]]) == her.particulars.name


def test_whoever_is_no_record_of_the_owners_gets_none_and_is_reported(issued):
    assert issued["failed"] == {"record_unknown": 1}


def test_openssl_builds_the_path_and_the_responder_knows_it(instance, run, certificates, tmp_path):
    path = tmp_path / "certificate.pem"
    path.write_bytes(certificates[0].public_bytes(Encoding.PEM))
    chain = ["-CAfile", instance.check("root.pem")]
    run("openssl", "verify", "-x509_strict", *chain, "-untrusted", instance.check("issuing.pem"), path)
    said = run(
        "openssl", "ocsp", "-issuer", instance.check("issuing.pem"), "-cert", path, "-no_nonce", *chain,
        "-url", instance.address("responder"),
    )  # fmt: skip
    assert f"{path}: good" in said


def test_she_reads_in_her_history_that_her_record_was_opened_for_it(people, issued):
    for her in people.values():
        her.reads_history().require("To make certificates for many people at once")


def test_the_terminal_says_nothing_of_a_person(operators, people, issued):
    said = "".join(operators.said)
    for record, her in people.items():
        assert record not in said
        assert her.particulars.name not in said and her.particulars.email not in said


def test_its_signed_report_is_proved_to_whoever_trusts_the_log(operators, instance, issued, tmp_path):
    reference = issued["campaign"]
    operators.campaign("report", reference, "--signed", tmp_path)
    report, proof = (tmp_path / f"{reference}.{end}" for end in ("json", "tlog-proof"))
    assert json.loads(report.read_text())["issued"] == PEOPLE
    key = instance.check("log.vkey").read_text().strip()
    said = chopmark("proof", "verify", proof, "--key", key)
    assert hashlib.sha256(report.read_bytes()).hexdigest() in said


def test_the_audit_finds_nothing_on_either_side(home, issued):
    chopmark("audit", "--home", home.path)
    chopmark("audit", "--strongroom", "--home", home.path)


def chopmark(*words):
    done = subprocess.run(
        [*CHOPMARK, *map(str, words)], capture_output=True, text=True, check=False, timeout=ENDS_WITHIN
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def name_on(certificate):
    (name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return name.value
