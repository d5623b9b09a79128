"""Why the strongroom's log is not signed, not published or not proved."""

from chopmark.pki.refusals import Refusal


class LeafAltered(Refusal):
    """A leaf's hash is not the hash of its entry."""

    code = "leaf_altered"


class PositionsHaveGap(Refusal):
    """There are not as many leaves between two sizes as there should be."""

    code = "positions_have_gap"


class RootDiffers(Refusal):
    """The tree that the leaves make has another root than the one that was signed."""

    code = "root_differs"


class LastCheckpointAltered(Refusal):
    """What is kept of the last checkpoint, or of the leaves under it, does not agree with what was signed."""

    code = "last_checkpoint_altered"


class LeafNotUnderCheckpoint(Refusal):
    """Nothing can be proved of this leaf before it is under a checkpoint."""

    code = "leaf_not_under_checkpoint"


class DatabaseBehindLog(Refusal):
    """A checkpoint is public that the database does not know: it was restored from before it."""

    code = "database_behind_log"


class LogKeyDiffers(Refusal):
    """The sealed log key is not the one behind the public key of this log."""

    code = "log_key_differs"
