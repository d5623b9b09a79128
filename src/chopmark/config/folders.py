"""Making folders and secrets that nobody else may have prepared, read or replaced."""

import os
import secrets
from collections.abc import Collection
from pathlib import Path

from chopmark.config.faults import Fault


def own_folder(path: Path, mode: int = 0o700, *, lent_to: Collection[int] = ()) -> Path:
    """Make the folder, or find it made by ourselves: in a place like /tmp a stranger may have been first.

    We may have given it to one of the accounts `lent_to` since.
    """
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), *lent_to}:
        raise Fault(f"{path} belongs to somebody else", "remove it, or choose another home")
    return path


def secret(path: Path) -> str:
    """The secret in that file, made on first use; of two makers at once the first wins, and both read its value."""
    if not path.exists():
        own_folder(path.parent)
        write_once(path, secrets.token_urlsafe(32))
    return path.read_text()


def write_once(path: Path, text: str) -> None:
    """Put a whole 0600 file in place if none is there: linked from a finished one, so no reader sees half of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
