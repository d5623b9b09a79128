"""The answers of the running responder as NSS asks for them, and as nginx fetches, judges and staples them."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.conftest import Instance, Run
from conformance.stapling import serving


@pytest.fixture(scope="module")
def made(instance: Instance, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificate in force whose key the walk had made, that key, and both authorities."""
    folder = tmp_path_factory.mktemp("made")
    pin = instance.check("keystore.pin").read_text().strip()
    source = ["openssl", "pkcs12", "-in", instance.check("keystore.p12"), "-passin", f"pass:{pin}", "-nodes"]
    run(*source, "-nocerts", "-out", folder / "key.pem")
    run(*source, "-clcerts", "-nokeys", "-out", folder / "made.pem")
    issuing, root = (instance.check(name).read_text() for name in ("issuing.pem", "root.pem"))
    (folder / "chain.pem").write_text((folder / "made.pem").read_text() + issuing)
    (folder / "trusted.pem").write_text(issuing + root)
    return folder


# --- NSS ---


@pytest.fixture(scope="module")
def nss(instance: Instance, run: Run, made: Path) -> Path:
    """A database of NSS that trusts the root and knows a good certificate and a revoked one."""
    database = made / "nss"
    database.mkdir()
    run("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    for name, trust, path in (
        ("root", "CT,CT,CT", instance.check("root.pem")),
        ("issuing", ",,", instance.check("issuing.pem")),
        ("good", ",,", made / "made.pem"),
        ("revoked", ",,", instance.check("certificate.pem")),
    ):
        run("certutil", "-A", "-d", f"sql:{database}", "-n", name, "-t", trust, "-i", path)
    return database


@pytest.mark.parametrize(
    ("name", "expect", "says"),
    [("good", 0, "Chain is good"), ("revoked", 1, "Peer's Certificate has been revoked")],
)
def test_nss_builds_a_path_and_asks_the_responder(instance, run, nss, tmp_path, name, expect, says):
    """Without an answer that it believes it refuses the path: failIfNoInfo."""
    run("certutil", "-L", "-d", f"sql:{nss}", "-n", name, "-r", "-o", tmp_path / "asked.der")
    run("certutil", "-L", "-d", f"sql:{nss}", "-n", "issuing", "-r", "-o", tmp_path / "issuing.der")
    said = run(
        "vfychain", "-d", f"sql:{nss}", "-pp", "-u", "4", "-g", "leaf", "-m", "ocsp", "-s", "failIfNoInfo",
        tmp_path / "asked.der", tmp_path / "issuing.der", expect=expect,
    )  # fmt: skip
    assert says in said


@pytest.mark.parametrize(("name", "says"), [("good", "succeeded"), ("revoked", "has been revoked")])
def test_the_older_client_of_nss_hears_the_status(run, nss, name, says):
    assert says in run("ocspclnt", "-S", name, "-d", f"sql:{nss}")


# --- nginx ---


@pytest.fixture
def nginx(run: Run, made: Path, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Start nginx with our certificate, and with these authorities to judge an answer by; the folder of its socket and log."""
    run("nginx", "-v")
    with ExitStack() as started:

        def serve(trusted: str) -> Path:
            for name in ("key.pem", "chain.pem"):
                shutil.copy(made / name, tmp_path)
            (tmp_path / "trusted.pem").write_text(trusted)
            judged = f"ssl_trusted_certificate {tmp_path / 'trusted.pem'}; ssl_stapling on; ssl_stapling_verify on;"
            started.enter_context(serving(tmp_path, f"unix:{tmp_path / 'tls'}", judged))
            return tmp_path

        yield serve


def shaken(folder: Path, root: Path, until: Callable[[str], bool]) -> str:
    """Handshakes that ask for the status, until one shows what is waited for: nginx asks the responder at the first."""
    for _ in range(200):
        done = subprocess.run(
            ["openssl", "s_client", "-unix", folder / "tls", "-status", "-CAfile", root],
            input="", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if until(done.stdout):
            return done.stdout
        time.sleep(0.1)
    pytest.fail(f"not within 200 handshakes; the last:\n{done.stdout}{(folder / 'error.log').read_text()}")


def test_nginx_judges_the_answer_and_staples_it(instance, nginx, made):
    folder = nginx((made / "trusted.pem").read_text())
    said = shaken(
        folder,
        instance.check("root.pem"),
        until=lambda said: "OCSP response: no" not in said and "OCSP" in said,
    )
    assert "OCSP Response Status: successful" in said
    assert "Cert Status: good" in said
    assert "OCSP_basic_verify() failed" not in (folder / "error.log").read_text()


def test_nginx_staples_nothing_that_it_cannot_judge(instance, nginx, run, tmp_path):
    """The same answer is worth nothing to it if it trusts another root."""
    run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Another",
        "-keyout", tmp_path / "another.key", "-out", tmp_path / "another.pem",
    )  # fmt: skip
    folder = nginx((tmp_path / "another.pem").read_text())
    log = folder / "error.log"  # which is not there before nginx is
    said = shaken(
        folder,
        instance.check("root.pem"),
        lambda _: log.exists() and "OCSP_basic_verify() failed" in log.read_text(),
    )
    assert "OCSP response: no response sent" in said
