"""Under which account of the machine PostgreSQL runs: it refuses root, so root lends it to a service account."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chopmark.config.faults import Fault

SERVICE_ACCOUNTS = ("postgres", "nobody")


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


def _entry(look_up: Any, key: str | int) -> Account:
    try:
        entry = look_up(key)
    except KeyError:
        raise Fault(
            f"the account {key} is not in the machine's passwd list", "add it: PostgreSQL looks it up"
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
