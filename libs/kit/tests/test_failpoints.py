import pytest

from inkoop_kit.failpoints import NAMES, failpoints, never


def reached(environment: dict[str, str], *names: str) -> list[str]:
    died: list[str] = []
    here = failpoints(environment, died.append)
    for name in names:
        here(name)
    return died


def test_without_a_word_there_are_none() -> None:
    assert failpoints({}) is never
    for name in NAMES:
        never(name)


def test_a_place_is_met_by_its_own_chance_only() -> None:
    died = reached({"INKOOP_FAILPOINTS": "in-rebuild=1, in-rebalance=0"}, *sorted(NAMES))
    assert died == ["in-rebuild"]


def test_the_same_seed_dies_at_the_same_places() -> None:
    asked = ["after-store-commit"] * 200

    def of(seed: str) -> list[int]:
        died: list[int] = []
        here = failpoints(
            {"INKOOP_FAILPOINTS": "after-store-commit=0.1", "INKOOP_FAILPOINT_SEED": seed},
            lambda name: died.append(len(died)),
        )
        where: list[int] = []
        for turn, name in enumerate(asked):
            before = len(died)
            here(name)
            where += [turn] * (len(died) - before)
        return where

    assert of("7") == of("7")
    assert of("7") != of("8")
    assert 5 < len(of("7")) < 45


@pytest.mark.parametrize("said", ["nowhere=0.1", "in-rebuild", "in-rebuild=often"])
def test_what_cannot_be_meant_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"no such place|could not convert"):
        failpoints({"INKOOP_FAILPOINTS": said})
