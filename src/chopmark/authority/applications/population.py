"""Applications of a whole population, added by one COPY: nobody asked at a counter, operators approved the list.

They are applications like any other, so that whatever looks a certificate up by its application finds one. A reference says
which line of which chunk of which campaign it is, so that a row needs no pointer, and a line can be written only once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.kernel.copying import as_jsonb, copy_rows, in_one

NOBODY = 0  # no login has asked for it
_REFUSED = ApplicationState.REFUSED.value
_NO_FACTS = as_jsonb(b"{}")
_TABLE = Application._meta.db_table  # noqa: SLF001  # Django's documented way to a model's table
_COLUMNS = {
    "reference": "text",
    "login_id": "int8",
    "type_code": "text",
    "state": "text",
    "outlet": "text",
    "key_source": "text",
    "spki_sha256": "bytea",
    "agreement": "text",
    "nonce": "bytea",
    "receipt": "text",
    "record_id": "uuid",
    "subject_name": "text",
    "subject_email": "text",
    "age_band": "text",
    "facts": "bytea",
    "begun_at": "timestamptz",
    "submitted_at": "timestamptz",
}


class Named(NamedTuple):
    """One line of a chunk with what the owner says of it: what will be printed, and which class it makes the subscriber."""

    place: int
    record_id: UUID
    name: str
    email: str
    age_band: str
    spki_sha256: bytes
    goes_on: bool = True  # otherwise it is kept only because the owner's roll names it


def reference_of(campaign: int, chunk: int, place: int) -> str:
    """The application of one line: unlike AP261100419, and never longer than a reference may be."""
    return f"CP{campaign:04d}{chunk:05d}{place:04d}"


def place_in(reference: str) -> int:
    return int(reference[11:15])


def line_of(reference: str) -> tuple[int, int, int] | None:
    """Campaign, chunk and place that an application's reference says; nothing if it is of no campaign."""
    if not reference.startswith("CP"):
        return None
    return int(reference[2:6]), int(reference[6:11]), place_in(reference)


def add_named(
    lines: Iterable[Named], *, campaign: int, chunk: int, type_code: str, agreement: str, now: datetime
) -> None:
    """Write the lines of a chunk down as applications (CPS 4.1); a second time the database refuses them."""
    copy_rows(
        _TABLE,
        _COLUMNS,
        (
            (
                reference_of(campaign, chunk, line.place),
                NOBODY,
                type_code,
                (ApplicationState.APPROVED if line.goes_on else ApplicationState.REFUSED).value,
                "",
                KeySource.CAMPAIGN.value,
                line.spki_sha256,
                agreement,
                bytes(16),
                "",
                line.record_id,
                line.name,
                line.email,
                line.age_band,
                _NO_FACTS,
                now,
                now,
            )
            for line in lines
        ),
    )


def lines_of(campaign: int, chunk: int) -> Sequence[Named]:
    """The lines of a chunk as they were written down, in their order; none if its names were not opened yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reference, record_id, subject_name, subject_email, age_band, spki_sha256, state"
            " from applications_application where reference between %s and %s"
            " and record_id is not null and spki_sha256 is not null order by reference",
            [reference_of(campaign, chunk, 0), reference_of(campaign, chunk, 9999)],
        )
        return [
            Named(place_in(reference), record_id, name, email, band, bytes(digest), state != _REFUSED)
            for reference, record_id, name, email, band, digest, state in cursor.fetchall()
        ]


def refuse_lines(campaign: int, chunk: int, places: Iterable[int]) -> None:
    """These lines do not go on: what would be printed is not lawful."""
    references = [reference_of(campaign, chunk, place) for place in places]
    if references:
        Application.objects.filter(reference__in=references).update(state=ApplicationState.REFUSED)


def keys_in_use(digests: Iterable[bytes]) -> frozenset[bytes]:
    """Which of these public keys, by digest, an application names already that did not come to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select spki_sha256 from applications_application where state not in ('refused', 'withdrawn')"
            " and spki_sha256 in (select decode(one, 'hex') from unnest(string_to_array(%s, ',')) one)",
            [in_one(digest.hex() for digest in digests)],
        )
        return frozenset(bytes(digest) for (digest,) in cursor.fetchall())
