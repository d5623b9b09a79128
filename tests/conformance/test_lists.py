"""OpenSSL, NSS and pkilint on lists of every kind: full, partition, delta, hold and removal. Nothing of ours runs beside them."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from chopmark.pki.crl import CRLReason, RevokedEntry, assemble, build_tbs
from conformance.conftest import Run
from pki.world import A_DAY, ECDSA, NOON, a_serial, ashas_tbs, identity_authority, root

LINT = Path(sys.executable).parent / "lint_crl"
DELTA_URL = "http://ca.example/crl/issuing-delta.crl"
SHARD_URL = "http://ca.example/crl/issuing-0.crl"  # as Asha's certificate prints it
AT = int((NOON + timedelta(hours=3)).timestamp())
ASHA = a_serial(1001)
OTHER = a_serial(77)
HOUR = timedelta(hours=1)


def pem_of(der: bytes, label: str) -> str:
    from base64 import encodebytes

    return f"-----BEGIN {label}-----\n{encodebytes(der).decode()}-----END {label}-----\n"


def a_list(entries=(), *, number=1, hours=0, base_number=None, shard=None):
    return assemble(
        tbs := build_tbs(
            issuer=identity_authority().facts,
            signature_algorithm=ECDSA,
            entries=sorted(entries),
            number=number,
            this_update=NOON + hours * HOUR,
            next_update=NOON + hours * HOUR + A_DAY,
            base_number=base_number,
            distribution_point=shard,
            freshest_url=DELTA_URL if base_number is None and shard is None else None,
        ),
        ECDSA,
        identity_authority().sign(tbs),
    )


def entry(serial_number, reason, hours=0):
    return RevokedEntry(serial_number, NOON + hours * HOUR, reason)


HELD, SUPERSEDED = CRLReason.CERTIFICATE_HOLD, CRLReason.SUPERSEDED
REMOVED = CRLReason.REMOVE_FROM_CRL
FULL = a_list()
FULL_WITH_HOLD = a_list([entry(ASHA, HELD), entry(OTHER, SUPERSEDED)])
DELTA_REVOKES = a_list([entry(ASHA, SUPERSEDED, 1)], number=2, hours=2, base_number=1)
DELTA_HOLDS = a_list([entry(ASHA, HELD, 1)], number=2, hours=2, base_number=1)
DELTA_REMOVES = a_list([entry(ASHA, REMOVED, 1)], number=2, hours=2, base_number=1)
DELTA_OF_NOTHING = a_list(number=2, hours=2, base_number=1)
SHARD = a_list([entry(ASHA, SUPERSEDED)], shard=SHARD_URL)
OTHER_SHARD = a_list(shard="http://ca.example/crl/issuing-3.crl")


@pytest.fixture
def verify(tmp_path: Path, run: Run):
    """OpenSSL's path validation with these lists at hand; deltas are taken if it is told that it may."""

    def ask(*lists: bytes, expect: int = 0) -> str:
        (tmp_path / "root.pem").write_text(pem_of(root().certificate_der, "CERTIFICATE"))
        (tmp_path / "issuing.pem").write_text(pem_of(identity_authority().certificate_der, "CERTIFICATE"))
        asha = identity_authority().certify(ashas_tbs())
        (tmp_path / "asha.pem").write_text(pem_of(asha, "CERTIFICATE"))
        (tmp_path / "lists.pem").write_text("".join(pem_of(one, "X509 CRL") for one in lists))
        return run(
            "openssl", "verify", "-x509_strict", "-crl_check", "-extended_crl", "-use_deltas", "-attime", AT,
            "-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "issuing.pem",
            "-CRLfile", tmp_path / "lists.pem", tmp_path / "asha.pem", expect=expect,
        )  # fmt: skip

    return ask


@pytest.mark.parametrize(
    "lists",
    [[FULL], [FULL, DELTA_OF_NOTHING], [FULL_WITH_HOLD, DELTA_REMOVES]],
    ids=["full", "delta", "removed"],
)
def test_openssl_finds_her_certificate_good(verify, lists):
    assert "asha.pem: OK" in verify(*lists)


@pytest.mark.parametrize(
    "lists",
    [
        [FULL_WITH_HOLD],
        [FULL, DELTA_REVOKES],
        [FULL, DELTA_HOLDS],
        [FULL_WITH_HOLD, DELTA_OF_NOTHING],
        [SHARD],
    ],
    ids=["held", "revoked in the delta", "held in the delta", "held in the base", "on her partition"],
)
def test_openssl_finds_her_certificate_revoked(verify, lists):
    assert "certificate revoked" in verify(*lists, expect=2)


def test_openssl_does_not_take_another_partition_for_hers(verify):
    assert "asha.pem: OK" not in verify(OTHER_SHARD, expect=2)


@pytest.mark.parametrize(
    "one",
    [FULL, FULL_WITH_HOLD, DELTA_REVOKES, DELTA_HOLDS, DELTA_REMOVES, DELTA_OF_NOTHING, SHARD],
    ids=["full", "hold", "delta", "delta with hold", "delta with removal", "empty delta", "partition"],
)
def test_pkilint_has_nothing_to_say(tmp_path, run, one):
    (tmp_path / "list.crl").write_bytes(one)
    said = run(LINT, "lint", "-t", "CRL", "-p", "PKIX", "-s", "NOTICE", tmp_path / "list.crl")
    assert not said.strip()


@pytest.fixture
def nss(tmp_path: Path, run: Run) -> Path:
    """A database of NSS that trusts the root and knows the issuing authority."""
    database = tmp_path / "nss"
    database.mkdir()
    run("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    for name, trust, der in (
        ("root", "CT,CT,CT", root().certificate_der),
        ("issuing", ",,", identity_authority().certificate_der),
        ("asha", ",,", identity_authority().certify(ashas_tbs())),
    ):
        (tmp_path / f"{name}.der").write_bytes(der)
        run(
            "certutil", "-A", "-d", f"sql:{database}", "-n", name, "-t", trust, "-i", tmp_path / f"{name}.der"
        )
    return database


@pytest.mark.parametrize(("one", "expect"), [(FULL, 0), (FULL_WITH_HOLD, 255)], ids=["good", "held"])
def test_nss_takes_a_full_list_and_heeds_it(tmp_path, run, nss, one, expect):
    (tmp_path / "list.crl").write_bytes(one)
    run("crlutil", "-I", "-d", f"sql:{nss}", "-i", tmp_path / "list.crl")
    at = (NOON + 3 * HOUR).strftime("%y%m%d%H%M%SZ")
    said = run("certutil", "-V", "-d", f"sql:{nss}", "-n", "asha", "-u", "C", "-b", at, expect=expect)
    assert ("is valid" in said) is (expect == 0)
    assert ("revoked" in said.lower()) is (expect != 0)


def test_nss_lists_every_entry(tmp_path, run, nss):
    (tmp_path / "list.crl").write_bytes(FULL_WITH_HOLD)
    # It prints the whole list and then leaves with 1, whatever the list.
    said = run("crlutil", "-S", "-d", f"sql:{nss}", "-i", tmp_path / "list.crl", expect=1)
    for serial_number in (ASHA, OTHER):
        assert serial_number.hex(":") in said
    assert "Data: 6 (0x6)" in said and DELTA_URL in said
