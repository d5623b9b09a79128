"""What the owner's process is told: one frozen object, read from the environment and the home."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from psycopg.conninfo import conninfo_to_dict

_DEFAULT_PORT = 8401
USUAL_POLICY = Path(__file__).with_name("purposes.toml")


class OptionMissing(RuntimeError):
    """The process was started without something it cannot do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything is found from `STRONGROOM_HOME`; where each value comes from stands beside it."""

    home: Path  # STRONGROOM_HOME
    process: str  # STRONGROOM_PROCESS: "desk" serves with a pool of connections; any other word is a command
    portal_url: str  # config.toml [addresses] web: where receipts are posted, and nowhere else
    desk_url: str  # config.toml [addresses] desk
    port: int  # config.toml [ports] desk: on the loopback interface
    owner_en: str  # config.toml [owner] name_en: who stands on the masthead
    owner_zh: str  # config.toml [owner] name_zh
    notice: str  # config.toml [owner] notice: a sentence for every foot of page
    production: bool  # config.toml production: cookies only over TLS, no key in a file without a waiver
    machine_socket: Path  # STRONGROOM_SOCKET, else run/strongroom.sock
    machine_socket_shared: (
        bool  # STRONGROOM_SOCKET_SHARED: its folder admits another account, for which it is opened
    )
    policy_file: Path  # STRONGROOM_POLICY, else config.toml [owner] policy, else the policy that comes with the product
    log_folder: (
        Path  # STRONGROOM_LOG_FOLDER, else owner/log: public files, which a plain web server may serve too
    )
    witnesses: Sequence[
        Mapping[str, Any]
    ]  # config.toml [[owner.witness.ask]]: key and url of each witness of the log
    witness_patience: (
        timedelta  # config.toml [owner.witness] patience_minutes: silent for longer, nothing is opened
    )
    list_addresses: Sequence[str]  # config.toml [owner] lists: where the revocation lists are fetched from
    outbox: Path  # STRONGROOM_OUTBOX, else owner/outbox: letters to print, and mail where no server is named
    mail: "MailServer"  # config.toml [owner.mail]
    passphrase_file: Path  # STRONGROOM_PASSPHRASE_FILE, else secrets/strongroom.passphrase
    # STRONGROOM_DATABASE, a libpq connection string, and STRONGROOM_DATABASE_PASSWORD_FILE;
    # else config.toml [owner] socket_dir and port, and secrets/strongroom.password.
    database: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        if not environment.get("STRONGROOM_HOME"):
            raise OptionMissing("STRONGROOM_HOME is not set")
        home = Path(environment["STRONGROOM_HOME"])
        config = _config(home)
        owner, addresses = config.get("owner", {}), config.get("addresses", {})
        return cls(
            home=home,
            process=environment.get("STRONGROOM_PROCESS", "command"),
            portal_url=addresses.get("web", "http://localhost:8400").rstrip("/"),
            desk_url=desk_url(home),
            port=_port(config),
            owner_en=owner.get("name_en", "Records Office of the Government"),
            owner_zh=owner.get("name_zh", "政府紀錄處"),
            notice=owner.get("notice", ""),
            production=bool(config.get("production", False)),
            machine_socket=_path(environment, "STRONGROOM_SOCKET", home / "run" / "strongroom.sock"),
            machine_socket_shared=bool(environment.get("STRONGROOM_SOCKET_SHARED")),
            policy_file=_policy(home, owner, environment),
            log_folder=_path(environment, "STRONGROOM_LOG_FOLDER", home / "owner" / "log"),
            witnesses=tuple(owner.get("witness", {}).get("ask", [])),
            witness_patience=timedelta(minutes=owner.get("witness", {}).get("patience_minutes", 30)),
            list_addresses=tuple(owner.get("lists", [])),
            outbox=_path(environment, "STRONGROOM_OUTBOX", home / "owner" / "outbox"),
            mail=_mail(home, owner.get("mail", {})),
            passphrase_file=_path(
                environment, "STRONGROOM_PASSPHRASE_FILE", home / "secrets" / "strongroom.passphrase"
            ),
            database=_database(home, owner, environment),
        )

    @property
    def owner_socket(self) -> Path:
        """Where holders bring their shares; a name no longer than the other, as a socket's path must be short."""
        return self.machine_socket.with_name("owner.sock")

    @property
    def keys(self) -> "KeyFiles":
        return KeyFiles(self.home)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """By which server notices leave; without a host they are files in the outbox, for whoever the owner lets send them."""

    sender: str  # from
    host: str  # host
    port: int  # port
    user: str  # user
    password_file: Path | None  # password_file: a file that is named and not there is fatal
    starttls: bool  # starttls: unless it says false, nothing is sent in the clear


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The files that the ceremony makes under a home, once."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / "owner" / "strongroom"

    @property
    def kek(self) -> Path:
        return self.folder / "kek.sealed"

    def kek_numbered(self, number: int) -> Path:
        """The first key's file has no number, as it had none when it was the only one."""
        return self.kek if number == 1 else self.folder / f"kek-{number}.sealed"

    def kek_retired(self, number: int) -> Path:
        """A key on its way out: nobody opens it any more, and its octets may still be there."""
        return self.folder / f"kek-{number}.retired"

    def kek_half_retired(self) -> list[int]:
        """Keys whose destruction was cut: they are to be retired once more."""
        found = (path.stem.removeprefix("kek-") for path in self.folder.glob("kek-*.retired"))
        return sorted(int(number) for number in found)

    def kek_numbers(self) -> list[int]:
        """The keys that are there, oldest first."""
        later = [
            int(path.stem.removeprefix("kek-"))
            for path in self.folder.glob("kek-*.sealed")
            if path.stem.removeprefix("kek-").isdecimal()
        ]
        return sorted(later + [1] * self.kek.exists())

    @property
    def share_set(self) -> Path:
        """If it is there, the passphrase is in the hands of holders, and the strongroom starts sealed."""
        return self.folder / "shares.json"

    @property
    def index_key(self) -> Path:
        return self.folder / "index.sealed"

    @property
    def receipt_key(self) -> Path:
        return self.folder / "receipt-key.sealed"

    @property
    def receipt_public_key(self) -> Path:
        """32 raw octets that anybody may read: whoever relies on receipts takes them from here."""
        return self.folder / "receipt.pub"

    @property
    def log_key(self) -> Path:
        return self.folder / "log-key.sealed"

    @property
    def log_verifier_key(self) -> Path:
        """The log's public key with its name, one line: what `chopmark log verify` takes as `--key`."""
        return self.folder / "log.vkey"

    @property
    def kek_waiver(self) -> Path:
        """The owner's signed leave to have the key-encryption key in a file in production."""
        return self.folder / "kek.waiver"

    @property
    def issuers(self) -> Path:
        """Certificates (DER) of the issuing authorities whose subscribers may sign for leave: the owner puts them here."""
        return self.folder / "issuers"

    @property
    def revocation_lists(self) -> Path:
        """Their current lists (DER), which the owner fetches from where the public does."""
        return self.folder / "crls"

    @property
    def sessions(self) -> Path:
        """What signs session cookies and form tokens."""
        return self.folder / "sessions.key"


def desk_url(home: Path) -> str:
    """Where the desk of this home is reached."""
    config = _config(home)
    usual = f"http://127.0.0.1:{_port(config)}"
    return str(config.get("addresses", {}).get("desk", usual)).rstrip("/")


def _port(config: Mapping[str, Any]) -> int:
    return int(config.get("ports", {}).get("desk", _DEFAULT_PORT))


def _config(home: Path) -> dict[str, Any]:
    path = home / "config.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def _path(environment: Mapping[str, str], name: str, usual: Path) -> Path:
    return Path(environment[name]) if environment.get(name) else usual


def _policy(home: Path, owner: Mapping[str, Any], environment: Mapping[str, str]) -> Path:
    # A path in config.toml is below the home, unless it is absolute.
    usual = home / owner["policy"] if "policy" in owner else USUAL_POLICY
    return _path(environment, "STRONGROOM_POLICY", usual)


def _mail(home: Path, mail: Mapping[str, Any]) -> MailServer:
    return MailServer(
        sender=str(mail.get("from", "notices@localhost")),
        host=str(mail.get("host", "")),
        port=int(mail.get("port", 587)),
        user=str(mail.get("user", "")),
        # Below the home, unless it is absolute.
        password_file=home / mail["password_file"] if "password_file" in mail else None,
        starttls=bool(mail.get("starttls", True)),
    )


def _database(home: Path, owner: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    if environment.get("STRONGROOM_DATABASE"):
        given = conninfo_to_dict(environment["STRONGROOM_DATABASE"])
        parts = {name: str(value) for name, value in given.items() if value is not None}
        password_file = environment.get("STRONGROOM_DATABASE_PASSWORD_FILE")
        return parts | ({"password": Path(password_file).read_text().strip()} if password_file else {})
    if "socket_dir" not in owner:
        raise OptionMissing("neither STRONGROOM_DATABASE nor [owner] socket_dir in config.toml")
    password = (home / "secrets" / "strongroom.password").read_text().strip()
    place = {"host": str(owner["socket_dir"]), "port": str(owner.get("port", 5432))}
    return place | {"dbname": "strongroom", "user": "strongroom", "password": password}
