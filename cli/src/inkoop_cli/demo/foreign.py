"""Documents of others run through the services: what became of each, and why."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inkoop_cli.demo.play import LOOK_AGAIN, standing_of
from inkoop_cli.demo.telling import mark, outcome_text
from inkoop_cli.faults import UsageError
from inkoop_cli.services import Services, wait
from inkoop_cli.sniff import Kind
from inkoop_cli.sources import Source, find_sources
from inkoop_cli.standing import Standing
from inkoop_cli.submission import GOOD, UNSENT, Result, submit
from inkoop_cli.why import why_answered, why_so

_UNDECIDED = frozenset({"received"})
_INVOICES = frozenset({"invoice", "credit-note"})


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one document."""

    result: Result
    outcome: str
    why: tuple[str, ...]

    @property
    def is_named(self) -> bool:
        """It got an answer that a person can act on."""
        return self.outcome in GOOD | {"payable", "waiting"} or bool(
            self.why and self.outcome not in {UNSENT, *_UNDECIDED}
        )


def run_foreign(
    console: Console, services: Services, folder: Path, patience: float
) -> tuple[bool, str]:
    """Submit all documents of the folder, wait for the decisions, show a table.

    Gives whether each got a named answer, and the key of an invoice to look at.
    """
    sources = find_sources([folder])
    if not sources:
        raise UsageError(f"There is no .xml or .json document in {folder}.")
    with console.status(f"Submitting {len(sources)} documents …"):
        results = _submit_in_order(services, sources)
    with console.status("Waiting for the decisions …"):
        became = _wait_for_all(services, results, patience)
    _show(console, folder, became)
    invoices = [each.result.key for each in became if _is_taken_in(each.result)]
    return all(each.is_named for each in became), next(iter(invoices), "")


def _submit_in_order(services: Services, sources: Sequence[Source]) -> list[Result]:
    """By kind; by name where every name begins with a number: then the names tell the order."""
    if all(PurePath(source.name).name[:1].isdigit() for source in sources):
        named = sorted(sources, key=lambda source: PurePath(source.name).name)
        return [submit(services, [source], lambda _: None)[0] for source in named]
    ranked = sorted(sources, key=lambda source: _rank(source.kind))
    return submit(services, ranked, lambda _: None)


def _wait_for_all(services: Services, results: Sequence[Result], patience: float) -> list[Became]:
    deadline = time.monotonic() + patience
    return [_became(services, result, deadline) for result in results]


def _became(services: Services, result: Result, deadline: float) -> Became:
    if not _is_taken_in(result):
        return Became(result, result.status, why_answered(result))
    standing = _decided(services, result.key, deadline)
    if standing is None:
        return Became(result, "received", ())
    return Became(result, standing.state, why_so(services, standing))


def _decided(services: Services, invoice: str, deadline: float) -> Standing | None:
    while True:
        standing = standing_of(services, invoice)
        decided = standing is not None and standing.state not in _UNDECIDED
        if decided or time.monotonic() >= deadline:
            return standing
        wait(LOOK_AGAIN)


def _is_taken_in(result: Result) -> bool:
    return result.status in GOOD and result.kind in _INVOICES


def _rank(kind: Kind | None) -> int:
    return list(Kind).index(kind) if kind else len(Kind)


def _show(console: Console, folder: Path, became: Sequence[Became]) -> None:
    table = Table(title="What became of each", title_justify="left", title_style="bold")
    for title in ("file", "document", "outcome", "key, and why", ""):
        table.add_column(title, overflow="fold")
    for each in became:
        name = each.result.file.removeprefix(f"{folder}/")
        reasons = Text("\n".join([each.result.key, *each.why]).strip())
        outcome, named = outcome_text(each.outcome), mark(good=each.is_named)
        table.add_row(Text(name), each.result.kind or "?", outcome, reasons, named)
    console.print()
    console.print(table)
    unnamed = sum(not each.is_named for each in became)
    console.print(f"{len(became)} documents, {len(became) - unnamed} with a named answer.")
