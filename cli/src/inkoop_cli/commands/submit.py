"""`inkoop submit`: give documents to the services and show what became of each."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from inkoop_cli import screen
from inkoop_cli.faults import NOT_AS_EXPECTED, OK, UsageError
from inkoop_cli.options import (
    LOCAL_OPERATOR,
    SOMEONE,
    Actor,
    AsJson,
    Organisation,
    Patience,
    open_services,
)
from inkoop_cli.services import PATIENCE, Services
from inkoop_cli.sniff import Kind
from inkoop_cli.sources import Source, find_sources
from inkoop_cli.submission import BATCH, GOOD, Result
from inkoop_cli.submission import submit as send
from inkoop_cli.why import why_answered

HELP = """\
Submit orders, receipts, invoices and credit notes: XML or JSON, files, folders, zip archives.

What a document is, is seen from its root element or its JSON "type". Orders go before receipts,
receipts before invoices. The same file may be submitted again: it gets the same answer and
changes nothing. A busy service is asked again after its Retry-After.

[bold]Examples[/]
  inkoop submit order.xml receipt.json invoice.xml
  inkoop submit invoices/ march.zip --json
  inkoop submit strange-name.txt --as invoice

[bold]Exit codes[/] 0 all accepted (or the same again), 1 some refused or duplicate, 2 usage,
3 service unreachable, 4 service at fault.
"""
MOST_ROWS = 60
"""Above this only what was not accepted is shown, unless --all asks for every row."""
_COLOURS = {"accepted": "green", "repeated": "cyan", "duplicate": "yellow"}

Files = Annotated[list[Path], typer.Argument(help="Files, folders, zip archives.")]
As = Annotated[Kind | None, typer.Option("--as", help="What all of it is.")]
Every = Annotated[bool, typer.Option("--all", help="A row for each file, also of many.")]
Batch = Annotated[int, typer.Option(min=1, max=500, help="Documents of one request.")]


def submit(
    files: Files,
    *,
    kind: As = None,
    every: Every = False,
    as_json: AsJson = False,
    organisation: Organisation = LOCAL_OPERATOR,
    actor: Actor = SOMEONE,
    patience: Patience = PATIENCE,
    batch: Batch = BATCH,
) -> None:
    """Find the documents, send them, show what became of each."""
    sources = find_sources(files, kind)
    if not sources:
        raise UsageError("There is no .xml or .json document there.", "Name a file or a folder.")
    started = time.monotonic()
    with open_services(organisation, actor, patience) as services:
        results = _send_with_progress(services, sources, batch)
    seconds = time.monotonic() - started
    if as_json:
        screen.machine(answer(results, seconds))
    else:
        _show(results, seconds, every)
    raise typer.Exit(exit_code(results))


def answer(results: Sequence[Result], seconds: float) -> dict[str, Any]:
    """The form of `--json`: every result, a count of each status, and the time it took."""
    documents = [msgspec.to_builtins(result) for result in results]
    for document in documents:
        del document["exit_code"]
    summary = dict(sorted(Counter(result.status for result in results).items()))
    return {"documents": documents, "summary": summary, "seconds": round(seconds, 3)}


def exit_code(results: Sequence[Result]) -> int:
    """The services' faults weigh more than the documents'."""
    worst = max((result.exit_code for result in results), default=OK)
    if worst:
        return worst
    return OK if all(result.status in GOOD for result in results) else NOT_AS_EXPECTED


def _send_with_progress(services: Services, sources: Sequence[Source], batch: int) -> list[Result]:
    with screen.progress("documents") as bar:
        task = bar.add_task("Submitting", total=len(sources))

        def tell(results: Sequence[Result]) -> None:
            bar.advance(task, len(results))

        return send(services, sources, tell, batch=batch)


def _show(results: Sequence[Result], seconds: float, every: bool) -> None:
    console = screen.people()
    shown = results
    if len(results) > MOST_ROWS and not every:
        shown = [result for result in results if result.status not in GOOD]
    if shown:
        console.print(_table(shown))
    counts = Counter(result.status for result in results)
    said = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    rate = len(results) / seconds if seconds else 0
    console.print(f"{len(results)} documents: {said}; {seconds:.1f} s ({rate:.0f}/s).")


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("file", "document", "answer", "key or reason"):
        table.add_column(title, overflow="fold", header_style="dim")
    for result in results:
        colour = _COLOURS.get(result.status, "red")
        table.add_row(
            Text(result.file), result.kind or "?", Text(result.status, colour), _reason(result)
        )
    return table


def _reason(result: Result) -> Text:
    lines = [result.key] if result.key else []
    if result.status != "repeated":
        lines.extend(why_answered(result))
    return Text("\n".join(lines))
