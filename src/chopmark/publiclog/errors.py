"""Why a log does not go on, is not published, not proved or not asked to be witnessed."""

from chopmark.pki.refusals import Refusal


class LeafAltered(Refusal):
    """A leaf's hash is not the hash of its entry."""

    code = "leaf_altered"


class PositionsHaveGap(Refusal):
    """There are not as many leaves between two sizes as there should be."""

    code = "positions_have_gap"


class RootDiffers(Refusal):
    """The tree that the leaves make has another root than the one that was signed, or is to be."""

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


class WitnessMalformed(Refusal):
    """A witness is named without an address, or without a key of the form name+hash+key for cosignatures."""

    code = "witness_malformed"


class WitnessTwice(Refusal):
    """Two witnesses are named with one key: a witness counts once."""

    code = "witness_twice"


class WitnessesTooFew(Refusal):
    """More witnesses must cosign than are configured: nothing could ever be published."""

    code = "witnesses_too_few"
