"""Why the log does not go on."""

from chopmark.pki.refusals import Refusal


class LeafAltered(Refusal):
    """A leaf's hash is not the hash of its entry."""

    code = "leaf_altered"


class PositionsHaveGap(Refusal):
    """There are not as many leaves between two sizes as there should be."""

    code = "positions_have_gap"


class RootDiffers(Refusal):
    """The tree that the leaves make has another root than was asked to be signed or published."""

    code = "root_differs"


class LastCheckpointAltered(Refusal):
    """What is kept of the last checkpoint does not agree with what was signed."""

    code = "last_checkpoint_altered"


class LeafNotUnderCheckpoint(Refusal):
    """Nothing can be proved of this leaf before it is under a checkpoint."""

    code = "leaf_not_under_checkpoint"


class DatabaseBehindLog(Refusal):
    """A checkpoint is public that the database does not know; it was restored from before it."""

    code = "database_behind_log"
