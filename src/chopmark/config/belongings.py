"""Whose each file of a home is, when its parts run under accounts of their own (docs/howto/accounts.md).

Root keeps the house: what is no part's is root's alone, or may be passed but not read. A part's file is its own; two rows
are open to others, since what they hold is public. Only one thing is shared by two accounts, the strongroom's machine door,
and its folder is made in `home`.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from chopmark.config import roles
from chopmark.config.accounts import Part
from chopmark.config.faults import Fault
from chopmark.config.home import Home

PRIVATE, PASSABLE, OPEN = (0o700, 0o600), (0o711, 0o600), (0o755, 0o644)
SHUT = (0o700, 0o644)  # behind the folder's door its files need none of their own


@dataclass(frozen=True, slots=True)
class Belonging:
    """A file, or a folder with all that lies below it: whose it is, and with which modes of folders and of files."""

    path: str  # from the home; of several that fit, the longest counts
    part: Part | None  # None: root's
    modes: tuple[int, int] = PRIVATE

    def holds(self, path: str) -> bool:
        return self.path in ("", path) or path.startswith(f"{self.path}/")


BELONGINGS = (
    Belonging("", None, PASSABLE),
    Belonging("check", None, SHUT),
    Belonging("config.toml", None, OPEN),
    Belonging("demo", None),
    Belonging("log", Part.WORKER, OPEN),
    Belonging("logs", None, SHUT),
    Belonging("owner", None, PASSABLE),
    Belonging("owner/log", Part.OWNER, OPEN),
    Belonging("owner/outbox", Part.OWNER),
    Belonging("owner/strongroom", Part.OWNER, PASSABLE),
    Belonging("owner/strongroom/receipt.pub", Part.OWNER, OPEN),
    Belonging("public", Part.WORKER, OPEN),
    Belonging("responder", Part.RESPONDER),
    Belonging("run", None, PASSABLE),
    Belonging("run/signer.ready", Part.SIGNER),
    Belonging("run/worker.ready", Part.WORKER),
    Belonging("secrets", None, PASSABLE),
    Belonging(f"secrets/{roles.RESPONDER}.password", Part.RESPONDER),
    Belonging(f"secrets/{roles.SIGNER}.password", Part.SIGNER),
    Belonging(f"secrets/{roles.WEB}.password", Part.WEB),
    Belonging(f"secrets/{roles.WORKER}.password", Part.WORKER),
    Belonging("secrets/pages.key", Part.WEB),
    Belonging("secrets/strongroom.passphrase", Part.OWNER),
    Belonging(f"secrets/{roles.STRONGROOM}.password", Part.OWNER),
    Belonging("secrets/token.passphrase", Part.SIGNER),
    Belonging("signer", None, PASSABLE),
    Belonging("signer/token", Part.SIGNER),
    Belonging("signer/token.waiver", Part.SIGNER),
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Something in the home as it lies there, with the folder's descriptor, so that no name is followed twice."""

    path: str
    folder: int
    name: str
    status: os.stat_result

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)


def belonging(path: str) -> Belonging:
    """The row that says whose a path of the home is."""
    return max((row for row in BELONGINGS if row.holds(path)), key=lambda row: len(row.path))


def hand_over(home: Home) -> None:
    """Give each account what root made for it, before any of them runs; a home without accounts stays as it is.

    Only what is root's is given away, never over a link, and nothing that has a second name: an account that could
    have put a stranger's file here must not be given that.
    """
    accounts = home.accounts
    if not accounts:
        return
    for found in _walk(home):
        row = belonging(found.path)
        if found.status.st_uid == os.geteuid():
            _give(found, row, home)
        elif row.part is None or found.status.st_uid != accounts[row.part].uid:
            raise Fault(f"{home.path / found.path} belongs to somebody else", "find out who put it there")


def astray(home: Home) -> Iterator[str]:
    """The paths of a home with accounts that belong to another, or are open to more, than their row says."""
    for found in _walk(home):
        row = belonging(found.path)
        owner = 0 if row.part is None else home.accounts[row.part].uid
        more = stat.S_IMODE(found.status.st_mode) & ~_mode(found, row)
        if found.status.st_uid != owner or more:
            yield found.path


def _walk(home: Home) -> Iterator[_Found]:
    for root, _, files, descriptor in os.fwalk(home.path, follow_symlinks=False):
        for name in (".", *files):
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:  # a draft that was renamed meanwhile
                continue
            if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode):
                path = os.path.relpath(os.path.normpath(f"{root}/{name}"), home.path)
                yield _Found("" if path == "." else path, descriptor, name, status)


def _give(found: _Found, row: Belonging, home: Home) -> None:
    descriptor = os.open(found.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=found.folder)
    try:
        now = os.fstat(descriptor)
        if (now.st_dev, now.st_ino) != (found.status.st_dev, found.status.st_ino):
            raise Fault(f"{home.path / found.path} was exchanged", "stop what runs in this home")
        if not found.is_folder and now.st_nlink > 1:
            raise Fault(f"{home.path / found.path} has a second name", "find out who linked it")
        os.fchmod(descriptor, _mode(found, row))
        if row.part is not None:
            account = home.accounts[row.part]
            os.fchown(descriptor, account.uid, account.gid)
    finally:
        os.close(descriptor)


def _mode(found: _Found, row: Belonging) -> int:
    return row.modes[0 if found.is_folder else 1]
