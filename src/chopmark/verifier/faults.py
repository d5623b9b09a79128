"""What can be wrong with a log, and which entries that is about."""

from enum import StrEnum


class FaultCode(StrEnum):
    CHECKPOINT_MISSING = "checkpoint_missing"
    CHECKPOINT_NOT_BELIEVED = "checkpoint_not_believed"
    KEPT_CHECKPOINT_NOT_BELIEVED = "kept_checkpoint_not_believed"
    UNREADABLE = "unreadable"
    BUNDLE_MISSING = "bundle_missing"
    BUNDLE_MALFORMED = "bundle_malformed"
    ENTRY_DIFFERS = "entry_differs"
    ENTRY_MALFORMED = "entry_malformed"
    TILE_MISSING = "tile_missing"
    TILE_MALFORMED = "tile_malformed"
    TILE_DIFFERS = "tile_differs"
    ROOT_DIFFERS = "root_differs"
    HISTORY_REWRITTEN = "history_rewritten"
    LOG_SHRANK = "log_shrank"
    QUORUM_MISSING = "quorum_missing"
    ENTRY_BEYOND_LOG = "entry_beyond_log"
    ENTRY_NOT_PROVED = "entry_not_proved"


class Fault(Exception):
    """The log is not what its checkpoint says; entries `first` to `last` are in question, if that is known."""

    def __init__(
        self,
        code: FaultCode,
        *,
        path: str = "",
        first: int | None = None,
        last: int | None = None,
        why: str = "",
    ) -> None:
        self.code, self.path, self.why = code, path, why
        self.first, self.last = first, first if last is None else last
        super().__init__(f"{code} {path} {first} {last} {why}")
