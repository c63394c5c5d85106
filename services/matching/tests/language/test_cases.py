"""Cases of the language of matching cases: our own, and the shared example where it is."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

Play = Callable[[Mapping[str, Any]], list[str]]
OWN = Path(__file__).parent / "cases"
REPOSITORY = Path(__file__).parents[4]
SHARED = Path(os.environ.get("INKOOP_MATCHING_CASES", REPOSITORY / "../shared/matching"))


def _cases(folder: Path, pattern: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"])
        for path in sorted(folder.glob(pattern))
        for case in yaml.safe_load(path.read_text()).get("cases", ())
    ]


@pytest.mark.parametrize("case", _cases(OWN, "*.yaml"))
def test_our_case_ends_as_it_says(case: Mapping[str, Any], play: Play) -> None:
    assert play(case) == []


def test_there_are_enough_cases_and_none_has_the_id_of_another() -> None:
    ids = [parameter.id for parameter in _cases(OWN, "*.yaml")]
    assert len(ids) >= 40
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared matching cases at {SHARED}")
@pytest.mark.parametrize("case", _cases(SHARED, "*.yaml"))
def test_a_shared_case_ends_as_it_says(case: Mapping[str, Any], play: Play) -> None:
    try:
        differs = play(case)
    except NotImplementedError as error:
        pytest.skip(f"not in this slice: {error}")
    assert differs == []


def test_a_case_that_is_wrong_is_told(play: Play) -> None:
    # Given a case whose expectations are all wrong
    case = yaml.safe_load(
        """
        policy: {match: three_way, qty_vs_received: {}}
        order: {lines: [{id: L1, qty: 2, price: 5}]}
        events:
        - invoice: {id: I1, lines: [{line: 1, order_line: L1, qty: 2, price: 5}]}
          expect: {outcome: match, codes: [{line: 1, code: QTY_OVER_RECEIVED, excess: 1}]}
        - receipt: {id: R1, lines: [{order_line: L1, qty: 2}]}
          expect: {still_held: [I1]}
        final: {L1: {received: 3}}
        """
    )
    # Then each of them is named
    assert len(play(case)) == 4
