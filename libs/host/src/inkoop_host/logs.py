"""Logs: one JSON object a line on standard output, with the trace of what was worked on.

Whoever logs gives ids, codes and counts as `extra`; never a payload, never personal data.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from inkoop_host.tracing import current

FLOODS = ("aiokafka", "faststream", "asyncio", "opentelemetry")
"""Loggers that repeat themselves while a neighbour is away (200 lines a second)."""
FLOOD_LINES = 3
"""Lines of one place in the code within a window; the others are counted."""
FLOOD_SECONDS = 10.0
MESSAGE_LENGTH = 500
"""Words are cut here and at their first line: behind it PostgreSQL quotes rows."""

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """A record as one JSON object: ts, level, logger, msg, who, trace, then what was given."""

    def __init__(self, service: str, replica: str, version: str) -> None:
        super().__init__()
        self._who = {"service": service, "replica": replica, "version": version}
        self._encode = msgspec.json.Encoder(enc_hook=str).encode

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "ts": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "msg": record.getMessage().partition("\n")[0][:MESSAGE_LENGTH],
            **self._who,
        }
        if (trace := current()) is not None:
            line["trace_id"], line["span_id"] = trace.trace_id, trace.span_id
        line.update((k, v) for k, v in record.__dict__.items() if k not in _STANDARD)
        if record.exc_info and record.exc_info[1] is not None:
            line.update(describe_error(record.exc_info[1]))
        return self._encode(line).decode()


class Flood(logging.Filter):
    """Lets the same line of certain loggers through a few times a window, and says how often."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if not record.name.startswith(FLOODS):
            return True
        place = (record.pathname, record.lineno)
        began, count = self._windows.get(place, (0.0, 0))
        now = self._clock()
        if count and now - began < FLOOD_SECONDS:
            self._windows[place] = (began, count + 1)
            return count < FLOOD_LINES
        self._windows[place] = (now, 1)
        if count > FLOOD_LINES:
            record.suppressed = count - FLOOD_LINES
        return True


def configure(
    service: str, replica: str, version: str, *, level: str = "INFO", out: TextIO | None = None
) -> None:
    """Make this the only way that the process logs."""
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(JsonLines(service, replica, version))
    handler.addFilter(Flood())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for noisy in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream", "fastapi"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def describe_error(error: BaseException) -> dict[str, object]:
    """Its class, its first line and where it was raised; no local values."""
    words = str(error).partition("\n")[0][:MESSAGE_LENGTH]
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        "error_message": words,
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
