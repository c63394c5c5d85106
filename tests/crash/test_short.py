"""The short story of `make test`: a handful of crashes, and nothing lost or twice."""

from pathlib import Path

import pytest
from crash_run import Asked, play
from crash_stack import BreakableStack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def test_a_few_crashes_lose_nothing_and_double_nothing(place: Path) -> None:
    points = "before-store-commit=0.25,after-store-commit=0.25"  # nearly every batch
    asked = Asked(3, crashes=5, seconds=120, pause=2.0, failpoints=points, short=True)
    result = play(BreakableStack(place, asked.seed), asked)
    assert result.findings == []
    assert result.crashes >= asked.crashes
    assert result.sent > 0
