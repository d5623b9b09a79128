"""The process's own log lines: which part failed how, and nothing that somebody typed or was shown."""

import logging
import traceback

OURS = "chopmark."


class BareFormatter(logging.Formatter):
    """Writes no library's message and no exception's text: addresses, parameters and SQL can hold a name."""

    def format(self, record: logging.LogRecord) -> str:
        words = [self.formatTime(record), record.levelname, record.name]
        if record.name.startswith(OURS):
            words.append(record.getMessage())
        status = getattr(record, "status_code", None)
        if status is not None:
            words.append(f"status {status}")
        if record.exc_info and record.exc_info[1] is not None:
            words.append(_where(record.exc_info[1]))
        return " ".join(words)


def _where(error: BaseException) -> str:
    # The chain of causes by type and place; no source lines' values, no messages.
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    cause = error.__cause__ or error.__context__
    return f"{type(error).__module__}.{type(error).__qualname__} at {place}" + (
        f" from {_where(cause)}" if cause else ""
    )


def log_failure(part: str, failure: Exception) -> None:
    """Say that a part failed, by the failure's type and place."""
    logging.getLogger(part).error("failed", exc_info=failure)
