"""Under which accounts of the machine things run: PostgreSQL refuses root, and each process may have one of its own."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from chopmark.config.faults import Fault

SERVICE_ACCOUNTS = ("postgres", "nobody")
# What a program needs to be found and to print; whatever else root's shell knows is not for the accounts.
_TOLD = ("LANG", "LC_ALL", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "TZ")


class Part(StrEnum):
    """What runs under an account of its own, by its name under [accounts] in config.toml."""

    OWNER = "owner"  # the strongroom and the owner's PostgreSQL
    POSTGRESQL = "postgresql"  # the authority's PostgreSQL
    RESPONDER = "responder"
    SIGNER = "signer"
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Account:
    """A passwd entry. `initdb` looks its own up, so a bare number is not enough."""

    name: str
    uid: int
    gid: int

    @property
    def is_lent(self) -> bool:
        """Are we root, running things for somebody else?"""
        return self.uid != os.geteuid()

    def run_as(self) -> Mapping[str, Any]:
        """The arguments that make `subprocess` run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_lent else {}

    def become(self) -> None:
        """From here on this process is this account, for good; nothing changes if it is already."""
        if self.is_lent:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def environment(self) -> dict[str, str]:
        """What a program under this account is told of ours."""
        if not self.is_lent:
            return dict(os.environ)
        return {name: os.environ[name] for name in _TOLD if name in os.environ}

    def can_pass(self, folder: Path) -> bool:
        """May this account go through that folder?"""
        asked = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]
        return subprocess.run(asked, check=False, cwd="/", **self.run_as()).returncode == 0

    def can_execute(self, program: Path) -> bool:
        """May this account reach and run that file, through all of its parents as they are?"""
        try:
            return (
                subprocess.run(
                    [program, "--version"], check=False, capture_output=True, cwd="/", **self.run_as()
                ).returncode
                == 0
            )
        except PermissionError:
            return False


def serving_account(preferred: str = "") -> Account:
    """Ourselves; or, for root, the preferred account or the first of the usual ones that exists."""
    if os.geteuid() != 0:
        return _entry(pwd.getpwuid, os.geteuid())
    if preferred:
        return _entry(pwd.getpwnam, preferred)
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = next((name for name in SERVICE_ACCOUNTS if name in known), None)
    if name is None:
        raise Fault(
            "PostgreSQL refuses to run as root, and none of the accounts "
            + ", ".join(SERVICE_ACCOUNTS)
            + " exists",
            "create a system account and name it as `account` under [postgresql] in config.toml",
        )
    return _entry(pwd.getpwnam, name)


def accounts_of(table: Mapping[str, str]) -> dict[Part, Account]:
    """The accounts that config.toml names: none, or one for each part, no two alike, and none of them root."""
    if not table:
        return {}
    if set(table) != set(Part):
        raise Fault("[accounts] in config.toml does not name each part once", f"name {', '.join(Part)}")
    found = {part: _entry(pwd.getpwnam, table[part]) for part in Part}
    if len({account.uid for account in found.values()} - {0}) < len(Part):
        raise Fault(
            "[accounts] names root, or one account twice", "a wall needs two sides: give each part its own"
        )
    return found


def _entry(look_up: Any, key: str | int) -> Account:
    try:
        entry = look_up(key)
    except KeyError:
        raise Fault(
            f"the account {key} is not in the machine's passwd list", "add it: PostgreSQL looks it up"
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
