import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest

from inkoop_host.logs import FLOOD_LINES, FLOOD_SECONDS, Flood, configure
from inkoop_host.tracing import begin_trace, within


class Lines:
    """What was logged."""

    def __init__(self) -> None:
        self.out = io.StringIO()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def lines() -> Generator[Lines]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    made = Lines()
    configure("thing", "2", "1.0", out=made.out)
    yield made
    root.handlers = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def record(name: str = "aiokafka", line: int = 1) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "conn.py", line, "no %s", ("broker",), None)


def test_a_line_is_one_object_that_says_when_who_and_what(lines: Lines) -> None:
    logging.getLogger("kit").info("read %d", 3, extra={"topic": "things"})

    [line] = lines.read()
    assert list(line)[:4] == ["ts", "level", "logger", "msg"]
    assert line["msg"] == "read 3"
    assert line["topic"] == "things"
    assert (line["service"], line["replica"], line["version"]) == ("thing", "2", "1.0")
    assert len(line["ts"]) == len("2026-11-24T22:52:32.680Z")
    assert line["ts"].endswith("Z")


def test_a_line_carries_the_trace_of_what_is_worked_on(lines: Lines) -> None:
    trace = begin_trace()
    with within(trace):
        logging.getLogger("kit").info("inside")
    logging.getLogger("kit").info("outside")

    inside, outside = lines.read()
    assert (inside["trace_id"], inside["span_id"]) == (trace.trace_id, trace.span_id)
    assert "trace_id" not in outside


def test_an_error_says_where_but_not_what_the_database_quotes(lines: Lines) -> None:
    quoting = ValueError("duplicate key\nDETAIL:  Key (name)=(J. Jansen) already exists.")
    try:
        raise quoting
    except ValueError as error:
        logging.getLogger("kit").exception("failed")
        logging.getLogger("kit").warning("failed: %s", error)

    caught, said = lines.read()
    assert caught["error"] == "ValueError"
    assert caught["error_message"] == "duplicate key"
    assert any("test_logs.py" in frame for frame in caught["stack"])
    assert "Jansen" not in lines.out.getvalue()
    assert said["msg"] == "failed: duplicate key"


def test_a_line_break_in_a_value_makes_no_second_line(lines: Lines) -> None:
    logging.getLogger("kit").info("said", extra={"reason": "one\ntwo", "at": object()})

    assert len(lines.read()) == 1


def test_a_flood_is_counted_instead_of_written() -> None:
    now = [100.0]
    flood = Flood(clock=lambda: now[0])

    written = [flood.filter(record()) for _ in range(200)]
    now[0] += FLOOD_SECONDS
    later = record()

    assert sum(written) == FLOOD_LINES
    assert flood.filter(later)
    assert later.__dict__["suppressed"] == 200 - FLOOD_LINES


def test_our_own_lines_and_other_places_are_not_part_of_a_flood() -> None:
    flood = Flood(clock=lambda: 0.0)
    for _ in range(10):
        flood.filter(record(line=1))

    assert flood.filter(record(line=2))
    assert all(flood.filter(record(name="inkoop_kit")) for _ in range(100))
