from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from inkoop_cli.trail import Entry, flatten, merge

START = datetime(2026, 11, 24, tzinfo=UTC)


def entry(number: int, cause: int | None, after: int) -> Entry:
    return Entry(
        service="matching",
        id=f"0-{number}",
        type="fact",
        key="k",
        recorded_at=START + timedelta(seconds=after),
        cause="command/c" if cause is None else f"matching/0-{cause}",
        sequence=number,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Any causes, also such as no service would write: of what is absent, of itself, in a ring."""
    size = draw(st.integers(0, 12))
    numbers = st.one_of(st.none(), st.integers(0, size + 1))
    seconds = st.integers(0, 5)
    return [entry(number, draw(numbers), draw(seconds)) for number in range(size)]


@given(histories())
def test_every_entry_is_shown_exactly_once(history: list[Entry]) -> None:
    shown = [line.name for _, line in flatten(merge(history))]
    assert sorted(shown) == sorted(each.name for each in history)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(history: list[Entry], random: Random) -> None:
    again = list(history)
    random.shuffle(again)
    assert flatten(merge(again)) == flatten(merge(history))


def test_an_entry_told_by_two_services_is_shown_once() -> None:
    assert len(flatten(merge([entry(1, None, 0), entry(1, None, 0)]))) == 1


def test_children_stand_in_the_order_of_time() -> None:
    history = [entry(1, None, 0), entry(2, 1, 9), entry(3, 1, 4), entry(4, 3, 8)]
    assert [(depth, line.id) for depth, line in flatten(merge(history))] == [
        (0, "0-1"),
        (1, "0-3"),
        (2, "0-4"),
        (1, "0-2"),
    ]
