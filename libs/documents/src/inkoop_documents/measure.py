"""What a document costs on this machine: `python -m inkoop_documents.measure`."""

import sys
import time
from collections.abc import Callable
from functools import partial

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] — lxml has no types

from inkoop_documents import read, render_ubl
from inkoop_documents.testing import an_invoice, an_invoice_line

SIZES = {1: 200, 10: 100, 100: 20, 1_000: 3, 10_000: 1}
"""Lines of an invoice, and how often it is read in one measurement."""
ROUNDS = 9


def main() -> None:
    """Print CPU milliseconds per document, all rules, beside bare parsing by lxml."""
    sys.stdout.write(
        f"{'lines':>6} {'bytes':>9} {'parse':>8} {'read':>8}  ms CPU, best of {ROUNDS}\n"
    )
    for lines, times in SIZES.items():
        data = render_ubl(an_invoice(lines=[an_invoice_line(str(n)) for n in range(1, lines + 1)]))
        parse = cpu_milliseconds(partial(etree.fromstring, data), times)
        whole = cpu_milliseconds(partial(read, data), times)
        sys.stdout.write(f"{lines:>6} {len(data):>9} {parse:>8.3f} {whole:>8.3f}\n")


def cpu_milliseconds(work: Callable[[], object], times: int) -> float:
    """The least of several measurements: other work on the machine only adds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - started) / times)
    return best * 1_000


if __name__ == "__main__":
    main()
