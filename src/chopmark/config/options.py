"""Every option of the authority's processes: one frozen, typed, described object, checked at start and read once."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from chopmark.authority.catalogue.reading import read_packs
from chopmark.config import roles
from chopmark.config.faults import Fault
from chopmark.config.home import Home, open_home
from chopmark.publiclog.errors import WitnessesTooFew, WitnessMalformed, WitnessTwice
from chopmark.publiclog.witnesses import Witness, read_witnesses, require_enough

PACKS = Path(__file__).parent.parent / "packs"


class Process(StrEnum):
    """Which of the authority's processes this is: its database role, and what it may hold, follow from it."""

    WEB = "web"
    WORKER = "worker"
    SIGNER = "signer"
    RESPONDER = "responder"
    OPERATOR = "operator"
    MIGRATE = "migrate"
    AUDIT = "audit"


ROLES = {
    Process.WEB: roles.WEB,
    Process.WORKER: roles.WORKER,
    Process.SIGNER: roles.SIGNER,
    Process.RESPONDER: roles.RESPONDER,
    Process.OPERATOR: roles.OPERATOR,
    Process.MIGRATE: roles.AUTHORITY_MIGRATOR,
    Process.AUDIT: roles.AUDITOR,
}


def _described(text: str) -> "dict[str, str]":
    return {"help": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    home: Path = field(metadata=_described("The home folder (CHOPMARK_HOME)."))
    process: Process = field(metadata=_described("Which process this is (CHOPMARK_PROCESS)."))
    production: bool = field(
        metadata=_described("Refuse to start with anything that is for development only.")
    )
    public_url: str = field(
        metadata=_described("The origin of the authority's own pages, without a slash at the end.")
    )
    desk_url: str = field(metadata=_described("The origin of the data owner's desk."))
    repository_url: str = field(
        metadata=_described("The origin of CRLs and authority certificates, as printed in certificates.")
    )
    ocsp_url: str = field(
        metadata=_described("The address of the OCSP responder, as printed in certificates.")
    )
    log_origin: str = field(metadata=_described("The name of the authority's log in its checkpoints."))
    witnesses: tuple[Witness, ...] = field(
        metadata=_described("Who cosigns the authority's log: the key that each printed, and its address.")
    )
    witness_patience_minutes: int = field(
        metadata=_described("How long the log may wait for its quorum before issuing pauses.")
    )
    status_may_lag: timedelta = field(
        metadata=_described(
            "How long a responder goes on answering when it hears nothing from the database; then it says tryLater."
        )
    )
    packs: tuple[Path, ...] = field(
        metadata=_described("Folders of policy data: the base pack, then overlays.")
    )
    strongroom_socket: Path = field(metadata=_described("The strongroom's machine door, a Unix socket."))
    database_host: str = field(metadata=_described("The host of PostgreSQL, or the folder of its socket."))
    database_port: int = field(metadata=_described("The port of PostgreSQL."))
    database_role: str = field(metadata=_described("The role this process signs in with."))
    database_password: str = field(repr=False, metadata=_described("The password of that role."))
    secret_key: str = field(repr=False, metadata=_described("What sessions and forms are signed with."))
    desk_receipt_key: bytes = field(
        metadata=_described("The data owner's raw Ed25519 public key for desk receipts.")
    )

    @property
    def hosts(self) -> list[str]:
        """The names that pages may be asked for under."""
        named = urlsplit(self.public_url).hostname or ""
        return [named] if self.production else [named, "localhost", "127.0.0.1"]


def load(environ: Mapping[str, str]) -> Options:
    """The options of this process, from CHOPMARK_HOME, CHOPMARK_PROCESS and the home's config.toml; a bad one is fatal."""
    if "CHOPMARK_HOME" not in environ:
        raise Fault("CHOPMARK_HOME is not set", "set it to the home folder, or use `chopmark --home DIR ...`")
    home = open_home(Path(environ["CHOPMARK_HOME"]))
    process = Process(environ.get("CHOPMARK_PROCESS", Process.WEB))
    options = Options(
        home=home.path,
        process=process,
        production=bool(home.config["production"]),
        public_url=home.address("web"),
        desk_url=home.address("desk"),
        repository_url=home.address("repository"),
        ocsp_url=home.address("responder"),
        log_origin=str(home.config["log_origin"]),
        witnesses=_witnesses(home),
        witness_patience_minutes=int(home.config.get("witness", {}).get("patience_minutes", 30)),
        status_may_lag=timedelta(seconds=home.config.get("responder", {}).get("may_lag_seconds", 30)),
        packs=tuple(_pack(home, name) for name in home.config["packs"]),
        strongroom_socket=home.strongroom_socket,
        database_host=home.database_place("authority")[0],
        database_port=home.database_place("authority")[1],
        database_role=ROLES[process],
        database_password=home.secret(f"{ROLES[process]}.password"),
        # Only pages are signed with it: whoever serves none gets one that nobody else knows.
        secret_key=home.secret("pages.key") if process is Process.WEB else secrets.token_urlsafe(32),
        desk_receipt_key=_receipt_key(home),
    )
    _check(options)
    return options


def _pack(home: Home, name: str) -> Path:
    """A pack by its name in the product, or by a path from the home."""
    return PACKS / name if os.sep not in name else home.path / name


def _witnesses(home: Home) -> tuple[Witness, ...]:
    """The `[[witness.ask]]` tables of config.toml; none in a new home."""
    where = home.path / "config.toml"
    try:
        return read_witnesses(home.config.get("witness", {}).get("ask", []))
    except WitnessMalformed:
        raise Fault(
            f"a witness in {where} has no url, or no key of the form name+hash+key for cosignatures",
            "copy the line that `chopmark run witness` prints",
        ) from None
    except WitnessTwice:
        raise Fault(
            f"two witnesses in {where} have one key", "a witness counts once; name each with its own"
        ) from None


def _receipt_key(home: Home) -> bytes:
    """The owner's public key, which the strongroom publishes in the home when it first starts; none yet: nothing verifies."""
    path = home.path / "owner" / "strongroom" / "receipt.pub"
    return path.read_bytes() if path.exists() else b""


def _check(options: Options) -> None:
    for name in ("public_url", "desk_url", "repository_url", "ocsp_url"):
        address = urlsplit(getattr(options, name))
        if address.scheme not in {"http", "https"} or not address.hostname or address.path:
            raise Fault(
                f"{name} must be an origin such as https://www.example.org", "correct it in config.toml"
            )
    _check_lag(options)
    _check_quorum(options)
    if options.production:
        _check_for_production(options)


def _check_lag(options: Options) -> None:
    """Less than some rounds and every hiccup is an outage; more than an answer is good for and nobody is helped by them."""
    if not timedelta(seconds=2) <= options.status_may_lag <= timedelta(minutes=10):
        raise Fault("may_lag_seconds is not between 2 and 600", "correct it under [responder] in config.toml")


def _check_quorum(options: Options) -> None:
    """A quorum that cannot be reached would only be noticed as lateness: nothing would ever be published."""
    quorum = read_packs(*options.packs).authority.witness_quorum
    try:
        require_enough(options.witnesses, quorum)
    except WitnessesTooFew:
        raise Fault(
            f"the pack asks for {quorum} witnesses, and config.toml names {len(options.witnesses)}",
            "name more under [[witness.ask]] in config.toml, or lower witness_quorum in the pack's authority.toml",
        ) from None


def _check_for_production(options: Options) -> None:
    if not options.public_url.startswith("https://") or not options.desk_url.startswith("https://"):
        raise Fault("production pages must be under https", "correct the addresses in config.toml")
    if any(pack.name == "demo" for pack in options.packs):
        raise Fault(
            "the demonstration's pack is laid over the authority's", "take it out of packs in config.toml"
        )
    if any(
        urlsplit(url).hostname in {"localhost", "127.0.0.1"}
        for url in (options.repository_url, options.ocsp_url)
    ):
        raise Fault(
            "certificates would print this machine's own address", "name the public hosts in config.toml"
        )
    if "example" in options.log_origin:
        raise Fault(
            "log_origin is still the development value", "give the log its lasting name in config.toml"
        )
