"""Making the owner's log public: the tree is signed as it has grown, then its files are brought up to what its quorum saw."""

from datetime import datetime
from pathlib import Path

from chopmark.pki.tlog.checkpoint import Checkpoint
from chopmark.publiclog import durable
from chopmark.publiclog.publishing import PublicLog
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.signing import sign_growth
from chopmark.strongroom.log.tree import TREE
from chopmark.strongroom.models import LogCheckpoint


def publish_once(folder: Path, now: datetime) -> bool:
    """Sign what has grown and bring the folder up to it; answers whether the folder has changed.

    1. The database knows what is public. 2. The tree is signed. 3. The folder is brought up to the newest head that has its
    quorum of witnesses; who asks them is another thread.
    """
    # 1. Before anything is signed: a database restored from before it must not grow another tree.
    log = PublicLog(own_key=own_key, tree=TREE, knows=_is_ours)
    log.require_known(folder)

    # 2. A crash after this leaves a signed checkpoint that nobody has seen; the next run publishes it.
    sign_growth(now)
    newest = witnesses.newest_witnessed()
    if newest is None:
        return False

    # 3. The folder was made closed, with its home; a plain web server may serve it too.
    if folder.is_dir():
        durable.open_to_all(folder)
    return log.publish(folder, newest, witnesses.public_note(newest))


def _is_ours(head: Checkpoint) -> bool:
    return LogCheckpoint.objects.filter(size=head.size, root_hash=head.root_hash).exists()
