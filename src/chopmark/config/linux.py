"""What Linux offers and Python does not name."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Called in a new child: it gets SIGTERM when its parent dies, so that no orphan keeps our ports and locks."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
