"""Six accounts of the machine, made for one home and taken away with it."""

import pwd
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from chopmark.config.accounts import Part

# What the thief has: everything of the operator's, nothing of the owner's.
THIEFS = tuple(part for part in Part if part is not Part.OWNER)


@contextmanager
def accounts() -> Iterator[dict[Part, pwd.struct_passwd]]:
    """An account of its own for each part; PostgreSQL looks its own up, so bare numbers are not enough."""
    mark = secrets.token_hex(3)
    names = {part: f"cm{mark}-{part}" for part in Part}
    made: list[str] = []
    try:
        for name in names.values():
            subprocess.run(
                ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
                check=True,
            )
            made.append(name)
        yield {part: pwd.getpwnam(name) for part, name in names.items()}
    finally:
        for name in made:
            subprocess.run(["/usr/sbin/userdel", name], check=True)
