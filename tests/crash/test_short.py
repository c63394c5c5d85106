"""The short story of `make test`: a handful of crashes, and nothing lost or twice."""

from pathlib import Path

import pytest
from crash_run import Asked, play
from crash_stack import BreakableStack

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]


def test_a_few_crashes_lose_nothing_and_double_nothing(place: Path) -> None:
    points = "before-store-commit=0.02,after-store-commit=0.02,before-relay-position=0.02"
    asked = Asked(3, crashes=6, seconds=12, pause=0.5, compare=False, failpoints=points, short=True)
    result = play(BreakableStack(place, asked.seed), asked)
    assert result.findings == []
    assert result.crashes >= 3
    assert result.sent > 0
