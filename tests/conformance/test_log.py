"""The independent reader, over HTTP and over the files; and the audit of the database beside them."""

import sys

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
    key = instance.check("log.vkey").read_text().strip()
    other = key[:-6] + ("AAAAA=" if not key.endswith("AAAAA=") else "BBBBB=")
    run(
        sys.executable, "-m", "chopmark.verifier", "verify", instance.address("log"), "--key", other, expect=1
    )


def test_the_audit_finds_nothing(instance, run):
    run(*CHOPMARK, "--home", instance.home, "audit")
