"""PostgreSQL as the rest of config sees it: a cluster of ours, or a server that somebody else runs."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.conninfo import make_conninfo

from chopmark.config import connections
from chopmark.config.faults import Fault


class PostgreSQL(Protocol):
    """What can be started (or found running), asked and left."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def is_ready(self) -> bool: ...

    def dsn(self, *, database: str = ..., role: str = ..., password: str | None = ...) -> str: ...

    @property
    def about(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that is not ours to start or stop; its superuser is asked only for roles, owners and grants."""

    host: str
    port: int
    superuser: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, table: dict[str, Any]) -> "Server":
        """From `[postgresql.authority]` or `[postgresql.owner]` of config.toml; a missing key or file is fatal."""
        try:
            return cls(
                host=str(table["host"]),
                port=int(table.get("port", 5432)),
                superuser=str(table.get("superuser", "postgres")),
                password=Path(table["password_file"]).read_text().strip(),
            )
        except KeyError as missing:
            raise Fault(
                f"a server of PostgreSQL is named without its {missing}", "add it in config.toml"
            ) from None
        except OSError as error:
            raise Fault(
                f"{error.filename} cannot be read", "put the superuser's password there, mode 0600"
            ) from None

    def start(self) -> None:
        if not self.is_ready():
            raise Fault(
                f"PostgreSQL on {self.host}:{self.port} does not answer", "start it, or correct config.toml"
            )

    def stop(self) -> None:
        """Nothing: others may be using it."""

    def is_ready(self) -> bool:
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(self.dsn()),
        ):
            return True
        return False

    def dsn(self, *, database: str = "postgres", role: str = "", password: str | None = None) -> str:
        return make_conninfo(
            "",
            host=self.host,
            port=self.port,
            dbname=database,
            user=role or self.superuser,
            password=self.password if password is None else password,
            **connections.OURS,
        )

    @property
    def about(self) -> str:
        return f"{self.host}:{self.port}"
