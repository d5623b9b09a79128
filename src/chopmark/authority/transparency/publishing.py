"""Making the authority's log public, up to the newest checkpoint that has its quorum."""

from pathlib import Path

from chopmark.authority.transparency import witnesses
from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.models import Checkpoint
from chopmark.authority.transparency.tree import TREE
from chopmark.pki.tlog import checkpoint
from chopmark.publiclog.publishing import PublicLog


def require_known(folder: Path) -> None:
    """Refuse to go on from a database that was restored from before the checkpoint that is public."""
    _log().require_known(folder)


def publish(folder: Path) -> bool:
    """Bring the folder up to the newest checkpoint that has its quorum; answers whether there was anything to do."""
    newest = witnesses.newest_witnessed()
    return newest is not None and _log().publish(folder, newest, witnesses.public_note(newest))


def _log() -> PublicLog:
    return PublicLog(own_key=own_key, tree=TREE, knows=_is_ours)


def _is_ours(head: checkpoint.Checkpoint) -> bool:
    return Checkpoint.objects.filter(size=head.size, root_hash=head.root_hash).exists()
