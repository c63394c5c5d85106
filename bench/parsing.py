"""Documents: what reading and checking an invoice costs, beside bare parsing."""

import time
from collections.abc import Callable, Iterable
from functools import partial

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] — lxml has no types

from bench.harness import Bench
from bench.rows import Measured, Rival
from inkoop_documents import read, render_ubl
from inkoop_documents.testing import an_invoice, an_invoice_line


def measure(bench: Bench) -> Iterable[Measured]:
    """CPU milliseconds for one document of 10 lines, and how it grows to 1,000."""
    ten, thousand = invoice_of(10), invoice_of(1000)
    if read(ten).document is None:
        raise RuntimeError(f"the invoice is not accepted: {read(ten).findings}")
    times = bench.pick(300, 30)
    said = bench.interleaved(
        {
            "read, 10 lines": partial(cpu_ms, partial(read, ten), times),
            "lxml alone, 10 lines": partial(cpu_ms, partial(etree.fromstring, ten), times),
            "read, 1,000 lines": partial(cpu_ms, partial(read, thousand), max(2, times // 100)),
        }
    )
    short, long = said["read, 10 lines"], said["read, 1,000 lines"]
    detail = {"1,000 lines ms": sorted(long)[len(long) // 2], "bytes": len(ten)}
    rival = Rival("lxml, parsing alone", said["lxml alone, 10 lines"])
    yield Measured("documents.parse_ms", short, rival, detail)
    ratios = [(b / 1000) / (a / 10) for a, b in zip(short, long, strict=True)]
    yield Measured("documents.linear", ratios)


def invoice_of(lines: int) -> bytes:
    """An NLCIUS invoice of so many lines."""
    return render_ubl(an_invoice(lines=[an_invoice_line(str(n)) for n in range(1, lines + 1)]))


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU for one time."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1000
