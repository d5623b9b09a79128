"""Who may take an envelope, and how often a key is asked for again."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto

from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.keymaking.errors import EnvelopeElsewhere, KeyRequested

# A request that the signer refuses again and again needs a person, not another attempt.
ATTEMPTS = 3
# CPS 6.1.2: how long a subscriber may fetch her file again after the first time.
PURGED_AFTER = timedelta(days=1)
# CPS 6.1.2: how long a file that nobody fetches is kept.
UNCOLLECTED_PURGED_AFTER = timedelta(days=60)


# How many keys of a kind are made in one round of the signer: some seconds' work, since checkpoints and lists wait for it.
POOL_BATCH = {
    KeyAlgorithm.P256: 500,
    KeyAlgorithm.P384: 500,
    KeyAlgorithm.RSA_2048: 20,
    KeyAlgorithm.RSA_3072: 5,
    KeyAlgorithm.RSA_4096: 2,
}
# Some thousand batches of any kind: hours on a curve, days of RSA, and no more than a worker looks through in a tick.
POOL_ORDER_AT_MOST = {
    KeyAlgorithm.P256: 2_000_000,
    KeyAlgorithm.P384: 2_000_000,
    KeyAlgorithm.RSA_2048: 100_000,
    KeyAlgorithm.RSA_3072: 20_000,
    KeyAlgorithm.RSA_4096: 10_000,
}


class Progress(Enum):
    """What became of one attempt; a claim whose signer is gone and which made no key is spent."""

    WAITING = auto()
    CLAIMED = auto()
    MADE = auto()
    SPENT = auto()


def require_at_its_outlet(envelope_outlet: str, actor_outlet: str | None) -> None:
    if envelope_outlet != actor_outlet:
        raise EnvelopeElsewhere


def next_attempt(attempts: Mapping[int, Progress]) -> int:
    """Which attempt may be written now; `KeyRequested` if an earlier one is under way or made its key."""
    if any(progress is not Progress.SPENT for progress in attempts.values()):
        raise KeyRequested
    return max(attempts, default=0) + 1
