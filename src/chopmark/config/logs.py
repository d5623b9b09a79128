"""What the processes say while they run: JSON lines on standard output, without any person's data.

A request is named by its method, path and status; its body, form, query and cookies are never written.
"""

import logging.config
import traceback
from types import TracebackType
from typing import Any

import structlog
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter
from structlog.typing import EventDict, WrappedLogger


def settings(process: str) -> dict[str, Any]:
    """Django's LOGGING: everything through one JSON formatter, under the process's name."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _named(process),
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
                "foreign_pre_chain": _COMMON,
            }
        },
        "handlers": {
            "out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
        },
        "root": {"handlers": ["out"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},
            # They quote what people typed.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "axes": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: the standard loggers and structlog's end at the same handler."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_COMMON,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _named(process: str) -> structlog.typing.Processor:
    def name(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        return {"process": str(process), **event}

    return name


def _frames_only(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and frames: its message may quote a row or a form."""
    found = event.pop("exc_info", None)
    if isinstance(found, tuple) and found[0] is not None:
        event["error"], event["frames"] = found[0].__name__, _frames(found[2])
    elif isinstance(found, BaseException):
        event["error"], event["frames"] = type(found).__name__, _frames(found.__traceback__)
    return event


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


_COMMON: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(allow=("status_code",)),
    _frames_only,
]


class SilentReporter(ExceptionReporter):
    """Django's error report, reduced to the kind of error and where it was."""

    def get_traceback_text(self) -> SafeString:
        return SafeString("\n".join([self.exc_type.__name__ if self.exc_type else "", *_frames(self.tb)]))

    def get_traceback_html(self) -> SafeString:
        return self.get_traceback_text()
