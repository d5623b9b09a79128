import datetime as dt
import hashlib
import json

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chopmark.pki.tlog.evidence import Evidence, encode_evidence
from chopmark.pki.tlog.leaf import Leaf, commitment, encode_leaf
from chopmark.pki.tlog.proof import Proof, encode_proof, parse_proof
from chopmark.pki.tlog.statement import Statement, encode_statement
from chopmark.verifier.cli import log, proof
from chopmark.verifier.proving import make_proof
from chopmark.verifier.sources import DirectorySource
from verifier.loghouse import KEY, LogHouse, entry
from verifier.test_witnessed import ONE, TWO

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes([5]) * 32)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nobody")])
PAYLOAD, SALT = b'{"application":"CM-1"}', bytes(32)


def certificate(serial, days=1):
    start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(
        NAME, NAME, SIGNER.public_key(), serial, start, start + dt.timedelta(days)
    )
    return builder.sign(SIGNER, None)


def leaf(made, tag="certificate:issued", **more):
    der = made.public_bytes(Encoding.DER)
    public = {"issuer": 3, "serial_number": f"{made.serial_number:x}"}
    if tag == "certificate:issued":
        public["fingerprint_sha256"] = hashlib.sha256(der).hexdigest()
    return encode_leaf(
        Leaf(tag=tag, at=1_790_000_000, public=public, commitment=commitment(SALT, PAYLOAD), **more)
    )


OURS, THEIRS, CLONE = certificate(0xABC1), certificate(0xABC2), certificate(0xABC1, days=2)
ENTRIES = [entry(number) for number in range(300)]
ENTRIES[270] = leaf(OURS)
ENTRIES[280] = leaf(OURS, "certificate:accepted")
ENTRIES[281] = leaf(THEIRS, "certificate:accepted")
ENTRIES[282] = leaf(THEIRS, refused="too_late")


@pytest.fixture
def house(tmp_path):
    return LogHouse(tmp_path / "log").build(ENTRIES)


@pytest.fixture
def file(tmp_path):
    def write(made, encoding=Encoding.PEM):
        path = tmp_path / "certificate"
        path.write_bytes(made.public_bytes(encoding))
        return path

    return write


def run(command, *arguments):
    return CliRunner().invoke(command, list(map(str, arguments)))


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_it_works(house, file, encoding):
    result = run(log, "contains", file(OURS, encoding), "--log", house.folder, "--key", KEY)
    assert (result.exit_code, result.output) == (0, "Entry 270 says that this certificate was issued.\n")


def test_a_certificate_made_elsewhere_is_shown(house, file):
    result = run(log, "contains", file(THEIRS), "--log", house.folder, "--key", KEY)
    assert (result.exit_code, "made elsewhere" in result.output) == (1, True)
    chinese = run(log, "contains", file(THEIRS), "--log", house.folder, "--key", KEY, "--lang", "zh-hant")
    assert "並非由此簽發" in chinese.output
    told = run(log, "contains", file(THEIRS), "--log", house.folder, "--key", KEY, "--json")
    assert json.loads(told.output) == {"contained": False, "index": None, "same_number": None}


def test_a_second_certificate_of_one_number_is_shown(house, file):
    result = run(log, "contains", file(CLONE), "--log", house.folder, "--key", KEY)
    assert (result.exit_code, "entry 270 is of another one" in result.output) == (1, True)


def test_a_log_that_is_not_in_order_answers_nothing(house, file):
    house.write(house.path("0", 270), bytes(44 * 32))
    result = run(log, "contains", file(OURS), "--log", house.folder, "--key", KEY)
    assert (result.exit_code, result.output[:9]) == (1, "Entry 256")


def test_what_is_no_certificate_is_a_mistake_of_the_asker(house, tmp_path):
    (tmp_path / "x").write_text("no certificate")
    assert run(log, "contains", tmp_path / "x", "--log", house.folder, "--key", KEY).exit_code == 2


# --- proofs ---


def made(house, file, tmp_path, *arguments):
    out = tmp_path / "made.tlog-proof"
    result = run(proof, "make", "--log", house.folder, "--key", KEY, *arguments, "--out", out)
    assert result.exit_code == 0, result.output
    return out


def test_a_proof_of_a_certificate_is_checked_without_the_log(house, file, tmp_path):
    out = made(house, file, tmp_path, "--certificate", file(OURS))
    house.folder.rename(tmp_path / "gone")

    result = run(proof, "verify", out, "--key", KEY)
    assert result.exit_code == 0 and "certificate:issued" in result.output and "entry 270" in result.output


@pytest.mark.parametrize("index", [0, 255, 256, 299])
def test_any_entry_can_be_proved(house, file, tmp_path, index):
    out = made(house, file, tmp_path, "--index", index)
    told = json.loads(run(proof, "verify", out, "--key", KEY, "--json").output)
    assert told["ok"] and told["entries"][0]["index"] == index


def test_a_certificate_made_elsewhere_has_no_proof(house, file):
    result = run(proof, "make", "--log", house.folder, "--key", KEY, "--certificate", file(THEIRS))
    assert (result.exit_code, "made elsewhere" in result.output) == (1, True)
    assert run(proof, "make", "--log", house.folder, "--key", KEY, "--index", 300).exit_code == 1
    assert run(proof, "make", "--log", house.folder, "--key", KEY).exit_code == 2


def test_no_proof_is_made_from_tiles_that_do_not_lead_to_the_root(house, file):
    house.write(house.path("0", 3), bytes(256 * 32))
    result = run(proof, "make", "--log", house.folder, "--key", KEY, "--index", 3)
    assert (result.exit_code, "do not lead" in result.output) == (1, True)


def test_too_few_witnesses_and_other_keys_prove_nothing(house, file, tmp_path):
    text = made(house, file, tmp_path, "--index", 3).read_text()
    plain = parse_proof(text)
    out = tmp_path / "cosigned"
    out.write_text(text + ONE.line(plain.checkpoint))

    assert (
        "cosigned by witness.example/w1"
        in run(proof, "verify", out, "--key", KEY, "--witness", ONE.key).output
    )
    refused = run(proof, "verify", out, "--key", KEY, "--witness", ONE.key, "--witness", TWO.key)
    assert (refused.exit_code, refused.output) == (1, "Not proved: quorum_missing.\n")
    out.write_bytes(b"\xff")
    assert run(proof, "verify", out, "--key", KEY).exit_code == 1


# --- evidence ---


def opened(house, index, payload=PAYLOAD):
    one = make_proof(DirectorySource(house.folder), KEY, index)
    extra = encode_statement(Statement(entry=ENTRIES[index], payload_json=payload, salt=SALT))
    return Proof(index=index, path=one.path, checkpoint=one.checkpoint, extra=extra)


def evidence(house, *proofs, of=OURS):
    text = of.public_bytes(Encoding.PEM).decode()
    return encode_evidence(
        Evidence(certificate_pem=text, proofs=proofs or (opened(house, 270), opened(house, 280)))
    )


def checked(tmp_path, text):
    (tmp_path / "evidence").write_text(text)
    return run(proof, "verify", tmp_path / "evidence", "--key", KEY, "--json")


def test_the_evidence_of_a_certificate_is_checked_whole(house, tmp_path):
    told = json.loads(checked(tmp_path, evidence(house)).output)

    assert [(one["tag"], one["payload"]) for one in told["entries"]] == [
        ("certificate:issued", {"application": "CM-1"}),
        ("certificate:accepted", {"application": "CM-1"}),
    ]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda house: evidence(house, of=CLONE), "evidence_of_another_certificate"),
        (lambda house: evidence(house, opened(house, 280)), "evidence_of_another_certificate"),
        (
            lambda house: evidence(house, opened(house, 270), opened(house, 281)),
            "evidence_of_another_certificate",
        ),
        (lambda house: evidence(house, opened(house, 270, b"{}")), "commitment_differs"),
        (lambda house: evidence(house).replace("index 280", "index 279"), "proof_wrong"),
        (lambda house: evidence(house).replace('"v": 1', '"v": 2'), "evidence_malformed"),
        (lambda house: evidence(house).replace("BEGIN", "BEGUN"), "evidence_malformed"),
        (lambda house: "{}", "evidence_malformed"),
        (lambda house: "", "evidence_malformed"),
        (
            lambda house: encode_proof(
                Proof(index=0, path=(), checkpoint=house.checkpoint(1), extra=b'{"entry":1,"more":2}')
            ),
            "statement_malformed",
        ),
    ],
)
def test_evidence_with_one_false_thing_in_it_is_refused(house, tmp_path, spoil, code):
    result = checked(tmp_path, spoil(house))
    assert (result.exit_code, json.loads(result.output)["code"]) == (1, code)
