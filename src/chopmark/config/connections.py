"""What every connection to PostgreSQL is told, so that neither end waits for hours for one that is gone.

A machine that lost its power or its cable says no goodbye. Left to itself, Linux believes in it for two hours: so long would a
process wait for its answer, and so long would PostgreSQL keep its locks, the sequencer's too, and hold a signer for living.
Over a Unix socket none of this is needed, and none of it does anything.
"""

from collections.abc import Mapping

# This end, in libpq's words. Of several hosts, the one that takes writes; each is given up after some seconds.
OURS: Mapping[str, str | int] = {
    "target_session_attrs": "primary",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# The other end. Each session asks for it itself, so that it is so on a server of somebody else's, too.
THEIRS: Mapping[str, str | int] = {
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    # While it works or waits for a lock, it reads nothing from its client, and would not hear that it has gone.
    "client_connection_check_interval": 5_000,
}


def parameters(*, role: str | None = None) -> dict[str, str | int]:
    """For libpq: both ends know within some ten seconds that the other is gone; with `role`, the session takes it on."""
    settings = {**THEIRS, **({"role": role} if role else {})}
    return {**OURS, "options": " ".join(f"-c {name}={value}" for name, value in settings.items())}
