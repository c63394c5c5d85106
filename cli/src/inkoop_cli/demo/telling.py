"""How the demo is shown: each step as it happens, and a table at the end."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inkoop_cli.demo.play import Played

COLOURS = {
    "accepted": "green",
    "payable": "green",
    "repeated": "cyan",
    "waiting": "yellow",
    "duplicate": "yellow",
    "held": "red",
    "refused": "red",
}
"""Of an outcome; a colour says good, not yet, or no: not whether it was expected."""


def outcome_text(outcome: str) -> Text:
    """An outcome in its colour."""
    return Text(outcome.upper(), f"bold {COLOURS.get(outcome, 'default')}")


def mark(*, good: bool) -> Text:
    """As expected, or not."""
    return Text("✓", "green") if good else Text("✗", "bold red")


def milliseconds(seconds: float) -> str:
    """A duration, short."""
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def show_step(console: Console, number: int, played: Played) -> None:
    """One line, and why where something was not simply accepted."""
    line = Text.assemble(
        "  ", mark(good=played.as_expected), f" {number:>2}  {played.step.says}  ",
        (played.step.name, "dim"), "  ", outcome_text(played.outcome),
        (f"  {milliseconds(played.seconds)}", "dim"),
    )  # fmt: skip
    console.print(line)
    for reason in played.why:
        console.print(Text(f"         {reason}", "italic"))


def show_table(console: Console, played: Sequence[Played]) -> None:
    """What was submitted, what was decided and why, and how long it took."""
    table = Table(title="What became of it", title_justify="left", title_style="bold")
    for title, justify in (("#", "right"), ("submitted", "left"), ("decided", "left"),
                           ("why", "left"), ("took", "right"), ("", "center")):  # fmt: skip
        table.add_column(title, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for number, each in enumerate(played, 1):
        submitted = Text.assemble(each.step.says, "\n", (each.step.name, "dim"))
        table.add_row(
            str(number),
            submitted,
            outcome_text(each.outcome),
            Text("\n".join(each.why)),
            milliseconds(each.seconds),
            mark(good=each.as_expected),
        )
    console.print()
    console.print(table)


def show_surprise(console: Console, played: Played) -> None:
    """What a step should have led to."""
    wanted = played.step.state or played.step.answer
    for_ = f" for {', '.join(played.step.codes)}" if played.step.codes else ""
    got = f"{played.outcome} {', '.join(played.codes)}".strip()
    console.print(Text(f"  ✗ {played.step.says}: expected {wanted}{for_}, got {got}", "bold red"))
