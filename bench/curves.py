"""One order with 1, 100 and 5,000 invoices on it: what the next invoices cost."""

from collections.abc import Iterable
from itertools import count
from statistics import median

from bench.harness import Bench
from bench.held_back import HeldBack
from bench.messages import Publishers, orders_in_every_lane
from bench.rows import Measured

_EACH = 200
"""Invoices that each order gets in a round; one order in each lane."""


def measure(bench: Bench) -> Iterable[Measured]:
    """24 orders at a time; CPU of Python, PostgreSQL and broker together, through Kafka."""
    sizes = (1, 20, 100) if bench.quick else (1, 100, 5_000)
    with bench.stack("curves", ("matching",)) as stack:
        curve = _Curve(HeldBack(stack))
        most = curve.orders_with(sizes[-1])
        said = bench.interleaved(
            {
                str(sizes[0]): lambda: curve.cost(curve.orders_with(sizes[0])),
                str(sizes[1]): lambda: curve.cost(curve.orders_with(sizes[1])),
                str(sizes[2]): lambda: curve.cost(most),
            }
        )
    first, last = said[str(sizes[0])], said[str(sizes[2])]
    detail = {f"µs after {size} invoices": median(rounds) for size, rounds in said.items()}
    ratios = [b / a for a, b in zip(first, last, strict=True)]
    yield Measured("curve.order_ratio", ratios, None, detail)


class _Curve:
    def __init__(self, held: HeldBack) -> None:
        self._held, self._make = held, Publishers()
        self._next_order = 1
        self._numbers = count(1)

    def orders_with(self, invoices: int) -> list[int]:
        """Fresh orders, one in each lane, with so many invoices on each."""
        orders = list(orders_in_every_lane(self._next_order, 1))
        self._next_order = orders[-1] + 1
        make = self._make
        self._held.carry_out([make.order(n) for n in orders] + [make.receipt(n) for n in orders])
        for done in range(0, invoices, 1000):
            self._invoice(orders, min(1000, invoices - done))
        return orders

    def cost(self, orders: list[int]) -> float:
        """Microseconds of CPU for each of the next invoices."""
        return self._invoice(orders, _EACH)

    def _invoice(self, orders: list[int], each: int) -> float:
        messages = [
            self._make.invoice(next(self._numbers), order) for _ in range(each) for order in orders
        ]
        run = self._held.carry_out(messages)
        return run.cpu.total / run.messages * 1e6
