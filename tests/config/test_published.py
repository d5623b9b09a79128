import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def files():
    tile = settings.CHOPMARK_LOG_DIR / "tile" / "0"
    (tile / "000.p").mkdir(parents=True, exist_ok=True)
    (settings.CHOPMARK_LOG_DIR / "checkpoint").write_text("origin\n1\nroot\n")
    (tile / "000").write_bytes(b"full")
    (tile / "000.p" / "3").write_bytes(b"part")
    (settings.CHOPMARK_PUBLIC_DIR / "crl" / "issuer-0.crl").write_bytes(b"list")
    (settings.CHOPMARK_PUBLIC_DIR / "ca" / "issuer.crt").write_bytes(b"certificate")


@pytest.mark.parametrize(
    ("path", "content", "content_type", "cache"),
    [
        ("/log/checkpoint", b"origin\n1\nroot\n", "text/plain; charset=utf-8", "max-age=5"),
        ("/log/tile/0/000", b"full", "application/octet-stream", "immutable"),
        ("/log/tile/0/000.p/3", b"part", "application/octet-stream", "max-age=5"),
        ("/crl/issuer-0.crl", b"list", "application/pkix-crl", "max-age=5"),
        ("/ca/issuer.crt", b"certificate", "application/pkix-cert", "max-age=5"),
    ],
)
def test_it_works(client, path, content, content_type, cache):
    answer = client.get(path)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, content, content_type)
    assert cache in answer["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_anybody_may_fetch_any_cache_may_keep(client):
    answer = client.get("/log/tile/0/000")
    assert "Vary" not in answer
    assert not answer.cookies


@pytest.mark.parametrize(
    "path",
    [
        "/log/../config.toml",
        "/log/%2e%2e/config.toml",
        "/crl/../../config.toml",
        "/log/.lock",
        "/ca/nothing.crt",
    ],
)
def test_nothing_else_of_the_home_is_published(client, path):
    (settings.CHOPMARK_LOG_DIR / ".lock").touch()
    assert client.get(path).status_code == 404


def test_files_are_read_and_not_posted(client):
    assert client.post("/crl/issuer-0.crl").status_code == 405


def test_a_process_says_that_it_lives_and_that_it_can_work(client, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
