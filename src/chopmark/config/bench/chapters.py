"""What docs/performance.md says of each measurement: its words, its columns, and what was aimed at. No figure of a run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure drawn over the size: its name in the file, and how it is called."""

    figure: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One measurement of the page."""

    measurement: str
    title: str
    what: str
    size: str  # the figure that says how much was measured
    size_words: str
    unit: str
    lines: tuple[Line, ...]
    limit: Line  # the raw limit of the same run, in the same unit
    ratio: str = "ratio"  # the figure of the one to the other
    aims: tuple[tuple[float, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    apart: tuple[str, ...] = ()  # figures that make runs different things, each with a curve of its own


CHAPTERS = (
    Chapter(
        measurement="issuance",
        title="Population issue",
        what="Certificates of a campaign, stored and under a signed checkpoint of the log, by real workers and signers, from"
        " names already approved. Raw: what all cores together sign with nothing else to do.",
        size="count",
        size_words="certificates",
        unit="a second",
        lines=(Line(figure="certificates_per_second", words="certificates"),),
        limit=Line(figure="raw_signatures_per_second", words="raw signatures"),
        aims=((15_000, "aim from keys, P-256"), (8_000, "aim from CSRs, P-256")),
        columns=(
            ("algorithm", "Issuer's key"),
            ("input", "From"),
            ("signers", "Signers"),
            ("workers", "Workers"),
            ("stored", "Stored"),
            ("logged", "Logged"),
        ),
        apart=("algorithm", "input"),
    ),
    Chapter(
        measurement="interactive",
        title="Interactive issuing",
        what="From approved applications to committed certificates, each by itself, many at once, by service calls, with every"
        " judge of the gate. Raw: what all cores together sign.",
        size="count",
        size_words="certificates",
        unit="a second",
        lines=(Line(figure="certificates_per_second", words="certificates"),),
        limit=Line(figure="raw_signatures_per_second", words="raw signatures"),
        aims=((1_000, "aim, with lint by sibling"),),
        columns=(("at_once", "At once"), ("signers", "Signers"), ("lint", "Lint"), ("stored", "Stored")),
    ),
    Chapter(
        measurement="openings",
        title="Openings under a grant",
        what="Records that the owner's strongroom opens at its machine door, each opening in her log and on the disk before its"
        " value leaves. Raw: two decryptions a record by the library alone, and as many rows of a log put on the disk.",
        size="count",
        size_words="records",
        unit="a second",
        lines=(Line(figure="openings_per_second", words="openings"),),
        limit=Line(figure="raw_per_second", words="raw"),
        aims=((15_000, "aim"),),
        columns=(("callers", "Callers"), ("in_a_call", "In a call"), ("openings_in_the_log", "In the log")),
    ),
    Chapter(
        measurement="log",
        title="The log",
        what="Leaves that are sequenced, signed and published as tiles, and read again by the verifier. Raw: as many rows of the"
        " leaves' table by COPY, on the disk at the end of each transaction.",
        size="count",
        size_words="leaves",
        unit="a second",
        lines=(Line(figure="leaves_per_second", words="leaves"),),
        limit=Line(figure="raw_rows_per_second", words="raw rows"),
        columns=(
            ("sequenced_per_second", "Sequenced/s"),
            ("signed_per_second", "Signed/s"),
            ("published_per_second", "Published/s"),
            ("verified_leaves", "Verified"),
        ),
    ),
    Chapter(
        measurement="crl",
        title="Revocation lists",
        what="One issuer's list, prepared, signed and recorded. Raw: reading the same octets, hashing, signing and writing them.",
        size="entries",
        size_words="entries",
        unit="seconds",
        lines=(Line(figure="seconds", words="list"),),
        limit=Line(figure="raw_seconds", words="raw"),
        aims=((2, "aim for 1,000,000"),),
        columns=(("lists", "Lists"), ("peak_memory_mb", "Peak memory, MB"), ("bytes", "Octets")),
        apart=("lists",),
    ),
    Chapter(
        measurement="ocsp",
        title="OCSP",
        what="One responder process on one core, asked from another. Raw: a handler that does nothing, and P-256 signatures of an"
        " answer's length.",
        size="certificates",
        size_words="certificates",
        unit="a second",
        lines=(
            Line(figure="cached_per_second", words="said again"),
            Line(figure="nonce_per_second", words="with nonce"),
        ),
        limit=Line(figure="bare_handler_per_second", words="bare handler"),
        ratio="cached_to_bare_ratio",
        aims=((15_000, "aim, said again"), (6_000, "aim, with nonce")),
        columns=(
            ("p99_ms", "p99, ms"),
            ("revocation_to_ocsp_p99_ms", "Revocation seen, p99, ms"),
            ("warm_start_seconds", "Start, s"),
        ),
    ),
    Chapter(
        measurement="search",
        title="Looking up a certificate",
        what="The 95th percentile of look-ups at random, the slowest of: the public page over HTTP, its service by serial number,"
        " and the counter's by application. Raw: one serial number in PostgreSQL's index alone.",
        size="certificates",
        size_words="certificates",
        unit="milliseconds",
        lines=(
            Line(figure="page_p95_ms", words="page"),
            Line(figure="application_p95_ms", words="by application"),
        ),
        limit=Line(figure="raw_p95_ms", words="index alone"),
        aims=((100, "aim"),),
        columns=(
            ("lookups", "Look-ups"),
            ("serial_number_p95_ms", "Service, ms"),
            ("web_start_seconds", "Web start, s"),
        ),
    ),
)
