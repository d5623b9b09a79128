"""Reading a whole log: every entry is hashed, every tile compared, and the root held beside the signed one."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, open_checkpoint
from chopmark.pki.tlog.cosignature import Cosignature, CosignerKey, QuorumMissing, require_quorum
from chopmark.pki.tlog.merkle import RightEdge
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.tiles import CHECKPOINT_PATH
from chopmark.verifier.faults import Fault, FaultCode
from chopmark.verifier.sources import Source
from chopmark.verifier.tiles import OnEntry, TileReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found to be in order."""

    origin: str
    size: int
    root_hash: bytes
    tiles: int
    kept: tuple[int, ...]
    cosigned_by: tuple[str, ...] = ()


def verify_log(
    source: Source,
    key: VerifierKey,
    *,
    kept: Sequence[str] = (),
    witnesses: Sequence[CosignerKey] = (),
    quorum: int = 0,
    on_entry: OnEntry | None = None,
) -> Report:
    """Raise the first `Fault`, or report a log that is whole and continues every checkpoint that was kept.

    1. The checkpoint is signed, and cosigned by so many of the witnesses. 2. The kept ones are signed too, and none is of a
    longer log. 3. Every entry is what its tile says, and every tile above is what the entries make. 4. At each kept size, and
    at the end, the root is the signed one.
    """
    # 1, 2.
    note, signed = published(source, key)
    cosigned = _cosigned(note, witnesses, quorum)
    heads = [_kept(note, key, signed) for note in kept]

    # 3, 4. The reader compares the tiles while the tree grows over the hashes that it found.
    reader = TileReader(source, signed.size, on_entry)
    tree = _Tree(sorted(heads, key=lambda head: head.size), signed)
    for hashes in reader.leaf_hashes():
        tree.append(hashes)
    tree.finish()
    return Report(
        origin=signed.origin,
        size=signed.size,
        root_hash=signed.root_hash,
        tiles=reader.tiles,
        kept=tuple(sorted(head.size for head in heads)),
        cosigned_by=tuple(dict.fromkeys(one.key.name for one in cosigned)),
    )


def published(source: Source, key: VerifierKey) -> tuple[str, Checkpoint]:
    """The checkpoint that is public: the note, and what it says now that the log is known to have signed it."""
    octets = source.read(CHECKPOINT_PATH)
    if octets is None:
        raise Fault(FaultCode.CHECKPOINT_MISSING, path=CHECKPOINT_PATH)
    try:
        note = octets.decode()
        return note, open_checkpoint(note, key)
    except UnicodeDecodeError:
        raise Fault(FaultCode.CHECKPOINT_NOT_BELIEVED, path=CHECKPOINT_PATH, why="not_utf8") from None
    except Refusal as refusal:
        raise Fault(FaultCode.CHECKPOINT_NOT_BELIEVED, path=CHECKPOINT_PATH, why=refusal.code) from None


def _cosigned(note: str, witnesses: Sequence[CosignerKey], quorum: int) -> tuple[Cosignature, ...]:
    try:
        return require_quorum(note, witnesses, quorum)
    except QuorumMissing:
        raise Fault(FaultCode.QUORUM_MISSING, path=CHECKPOINT_PATH) from None
    except Refusal as refusal:
        raise Fault(FaultCode.CHECKPOINT_NOT_BELIEVED, path=CHECKPOINT_PATH, why=refusal.code) from None


def _kept(note: str, key: VerifierKey, signed: Checkpoint) -> Checkpoint:
    try:
        head = open_checkpoint(note, key)
    except Refusal as refusal:
        raise Fault(FaultCode.KEPT_CHECKPOINT_NOT_BELIEVED, why=refusal.code) from None
    if head.size > signed.size:
        raise Fault(FaultCode.LOG_SHRANK, first=signed.size, last=head.size - 1)
    return head


class _Tree:
    """The tree that the entries make, held beside every signed head whose size it passes."""

    def __init__(self, kept: Sequence[Checkpoint], signed: Checkpoint) -> None:
        self._edge = RightEdge()
        self._ahead = deque([*kept, signed])
        self._passed: list[tuple[Checkpoint, bytes]] = []

    def append(self, hashes: Sequence[bytes]) -> None:
        while self._ahead and self._ahead[0].size <= self._edge.size + len(hashes):
            head = self._ahead.popleft()
            cut = head.size - self._edge.size
            self._edge, hashes = self._edge.append(hashes[:cut]), hashes[cut:]
            self._passed.append((head, self._edge.root()))
        self._edge = self._edge.append(hashes)

    def finish(self) -> None:
        """Compare the roots, now that every tile was in order: a tile says more exactly where the fault is."""
        self.append([])  # an empty log has a signed root too
        good = 0
        for at, (head, root) in enumerate(self._passed, start=1):
            if root != head.root_hash:
                # What was appended since the last root that was right holds the fault; nobody can say more.
                is_last = at == len(self._passed)
                code = FaultCode.ROOT_DIFFERS if is_last else FaultCode.HISTORY_REWRITTEN
                last = max(head.size - 1, 0)
                raise Fault(code, first=min(good, last), last=last)
            good = head.size
