"""The one act of a witness: cosign a checkpoint that continues what it cosigned last."""

from collections.abc import Callable, Sequence

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.merkle import ProofWrong
from chopmark.pki.tlog.note import VerifierKey, parse_note
from chopmark.pki.tlog.witnessing import LogUnknown, StateDiffers, claimed_checkpoint, judge, parse_request
from chopmark.verifier.witness.keyfile import Cosigner
from chopmark.verifier.witness.memory import Memory


class Witness:
    """Which logs it watches, by what keys, what it remembers of them, and the key that it cosigns with."""

    def __init__(
        self, *, logs: Sequence[VerifierKey], memory: Memory, cosigner: Cosigner, now: Callable[[], int]
    ) -> None:
        self._memory, self._cosigner, self._now = memory, cosigner, now
        self._keys = {key.name: [one for one in logs if one.name == key.name] for key in logs}

    def add_checkpoint(self, octets: bytes) -> str:
        """The cosignature line for what a log asks; each refusal is one of `chopmark.pki.tlog`'s.

        1. The request can be read, and is of a log that we watch. 2. Nobody else works on that log. 3. It continues what we
        remember. 4. It is remembered. 5. It is cosigned.
        """
        # 1.
        request = parse_request(octets)
        claimed = claimed_checkpoint(request)
        keys = self._keys.get(claimed.origin)
        if keys is None:
            raise LogUnknown

        # 2, 3. Two requests at once: the second is judged by what the first left.
        with self._memory.held(claimed.origin):
            try:
                judge(request, keys, self._memory.last(claimed.origin))
            except Refusal as refusal:
                if _is_evidence(refusal):
                    self._memory.keep_refused(request.checkpoint)
                raise

            # 4. A crash from here on leaves a tree remembered that nobody has our cosignature of: the log asks again.
            self._memory.remember(claimed.origin, request.checkpoint)

        # 5. Before this line nobody can have it.
        return self._cosigner.cosign(parse_note(request.checkpoint).body, self._now())

    def is_ready(self) -> bool:
        """Whether what is remembered of every log can be read."""
        for origin in self._keys:
            self._memory.last(origin)
        return True


def _is_evidence(refusal: Refusal) -> bool:
    """The log signed it, and it does not continue what the log signed before."""
    return isinstance(refusal, ProofWrong) or (
        isinstance(refusal, StateDiffers) and "fork" in refusal.details
    )
