"""The independent reader, over HTTP and over the files; and the audit of the database beside them."""

import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.note import verifier_key
from conformance.conftest import CHOPMARK


def test_the_log_verifies_over_http(instance, run):
    key = instance.check("log.vkey").read_text().strip()
    said = run(sys.executable, "-m", "chopmark.verifier", "verify", instance.address("log"), "--key", key)
    assert said


def test_the_kept_checkpoint_is_a_beginning_of_todays_log(instance, run):
    key = instance.check("log.vkey").read_text().strip()
    run(
        sys.executable, "-m", "chopmark.verifier", "verify", instance.address("log"), "--key", key,
        "--since", instance.check("checkpoint"),
    )  # fmt: skip


def test_another_key_is_refused(instance, run):
    name = instance.check("log.vkey").read_text().split("+")[0]
    other = verifier_key(name, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    run(
        sys.executable, "-m", "chopmark.verifier", "verify", instance.address("log"), "--key", other, expect=1
    )


def test_the_audit_finds_nothing(instance, run):
    run(*CHOPMARK, "audit", "--home", instance.home)
