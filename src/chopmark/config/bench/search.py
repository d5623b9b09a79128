"""`chopmark bench search`: how long somebody waits who looks up a certificate among many, by its number or its application."""

import secrets
import time
from collections.abc import Callable, Sequence
from hashlib import md5

import click
import httpx

from chopmark.config.bench.printing import JSON, Figures, percentile, say
from chopmark.config.bench.stage import become, stage, standing
from chopmark.config.home import Home

PER_STATEMENT = 100_000


@click.command()
@click.option("--certificates", type=click.IntRange(1, 20_000_000), default=100_000, show_default=True)
@click.option("--lookups", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@JSON
def command(certificates: int, lookups: int, as_json: bool) -> None:
    """The 95th percentile of LOOKUPS at random among so many certificates and their applications.

    Over HTTP it is the public page that answers for a serial number, by the real web process; by service it is what that page
    asks, and what a counter asks for an application's number. Beside it, in the same run: PostgreSQL's own look-up of one
    serial number in the index alone.
    """
    with stage() as home:
        become(home, "migrate")
        _record(certificates)
        say(_measured(home, certificates, lookups), as_json=as_json)


def _measured(home: Home, certificates: int, lookups: int) -> Figures:
    from chopmark.authority.issuance.selectors import certificate_of
    from chopmark.authority.kernel import clock
    from chopmark.authority.web.public import shown

    asked = [secrets.randbelow(certificates) for _ in range(lookups)]
    before = _index_alone(asked)
    by_number = _p95(asked, lambda number: shown.answers(serial_number(number), clock.now())[0].known)
    by_application = _p95(asked, lambda number: certificate_of(reference(number)) is not None)
    began = time.perf_counter()
    with standing(home, "web"):
        start = time.perf_counter() - began
        by_page = _page(home, asked)
    after = _index_alone(asked)
    limit, slowest = (before + after) / 2, max(by_number, by_application, by_page)
    return {
        "certificates": certificates,
        "lookups": lookups,
        "p95_ms": slowest,
        "page_p95_ms": by_page,
        "serial_number_p95_ms": by_number,
        "application_p95_ms": by_application,
        "raw_p95_ms": limit,
        "ratio": limit / slowest,
        "web_start_seconds": start,
    }


def _p95(asked: Sequence[int], found: Callable[[int], bool]) -> float:
    """Milliseconds; each must be found."""
    spent = []
    for number in asked:
        began = time.perf_counter()
        is_found = found(number)
        spent.append((time.perf_counter() - began) * 1000)
        if not is_found:
            raise click.ClickException(f"certificate {number} was not found")
    return percentile(spent, 95)


def _page(home: Home, asked: Sequence[int]) -> float:
    with httpx.Client(base_url=f"http://127.0.0.1:{home.port('web')}", timeout=60) as client:

        def answered(number: int) -> bool:
            typed = serial_number(number).hex()
            headers = {"Host": home.address("web").partition("//")[2]}
            return client.get("/check", params={"serial": typed}, headers=headers).status_code == 200

        return _p95(asked, answered)


def _index_alone(asked: Sequence[int]) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set enable_seqscan = off")

        def found(number: int) -> bool:
            cursor.execute(
                "select serial_number from issuance_certificate where serial_number = %s",
                [serial_number(number)],
            )
            return cursor.fetchone() is not None

        spent = _p95(asked, found)
        cursor.execute("reset enable_seqscan")
    return spent


def serial_number(number: int) -> bytes:
    """As `_CERTIFICATES` makes it in the database: in no order."""
    return b"\x40" + md5(str(number).encode(), usedforsecurity=False).digest()[1:]


def reference(number: int) -> str:
    """As `_APPLICATIONS` makes it: like those of a campaign."""
    return f"CP{number:013d}"


# As a campaign leaves them, but for what no look-up reads.
_CERTIFICATES = """
    insert into issuance_certificate (issuer_id, serial_number, kind, certificate_der, fingerprint_sha256,
        application_reference, type_code, subject, not_before, not_after, leaf_id, recorded_at)
    select %(issuer)s, '\\x40'::bytea || substring(decode(md5(number::text), 'hex') from 2), 'certificate',
        %(der)s, sha256(number::text::bytea), 'CP' || lpad(number::text, 13, '0'), 'smart-id', 'CN=CHAN Tai Man',
        now(), now() + interval '3 years', 1, now()
    from generate_series(%(first)s::bigint, %(last)s::bigint) number
"""
_APPLICATIONS = """
    insert into applications_application (reference, login_id, type_code, state, outlet, key_source, spki_sha256,
        agreement, nonce, receipt, record_id, subject_name, subject_email, age_band, facts, begun_at, submitted_at)
    select 'CP' || lpad(number::text, 13, '0'), 0, 'smart-id', 'issued', '', 'campaign', sha256(number::text::bytea),
        'terms 1', '\\x00', '', gen_random_uuid(), 'CHAN Tai Man', 'chan@mail.example', 'adult', '{}', now(), now()
    from generate_series(%(first)s::bigint, %(last)s::bigint) number
"""


def _record(count: int) -> None:
    from django.db import connection

    from chopmark.authority.custody.selectors import authority_by_slug

    issuer = authority_by_slug("identity-1").id
    with connection.cursor() as cursor:
        for first in range(0, count, PER_STATEMENT):
            last = min(first + PER_STATEMENT, count) - 1
            given: dict[str, int | bytes] = {
                "issuer": issuer,
                "der": bytes(900),
                "first": first,
                "last": last,
            }
            cursor.execute(_CERTIFICATES, given)
            cursor.execute(_APPLICATIONS, given)
        # As PostgreSQL does by itself after so many rows; without it no index answers alone.
        cursor.execute("vacuum (analyze) issuance_certificate, applications_application")
