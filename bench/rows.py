"""The rows that are measured, with their budgets (design §5), and what a measurement says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: `budget` is the least that is asked, or the most where `most` is set."""

    id: str
    what: str
    unit: str
    budget: float | None = None
    most: bool = True

    def is_met(self, value: float) -> bool | None:
        """Whether a value keeps the budget; None where there is no budget."""
        if self.budget is None:
            return None
        return value <= self.budget if self.most else value >= self.budget


@dataclass(frozen=True, slots=True)
class Rival:
    """What did the same work in the same run."""

    name: str
    rounds: Sequence[float]

    @property
    def value(self) -> float:
        """The median of the rounds, in the unit of the row."""
        return median(self.rounds)


@dataclass(frozen=True, slots=True)
class Measured:
    """The rounds of a row; its value is their median unless the row is one `value` of its own."""

    id: str
    rounds: Sequence[float]
    rival: Rival | None = None
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    value_of_its_own: float | None = None

    @property
    def value(self) -> float:
        """What is held against the budget."""
        return median(self.rounds) if self.value_of_its_own is None else self.value_of_its_own


def _at_least(id_: str, what: str, unit: str, budget: float) -> Row:
    return Row(id_, what, unit, budget, most=False)


ROWS: tuple[Row, ...] = (
    _at_least("append.vs_hand", "1,000 facts a batch by the kit ÷ best by hand", "×", 0.8),
    _at_least("append.vs_library", "the same ÷ the library's PostgreSQL recorder", "×", 4),
    Row("match.kafka.cpu_us", "CPU a message, Python + PostgreSQL + broker, backlog", "µs", 40),
    _at_least("match.kafka.messages_per_s", "the same run, one process", "messages/s", 20_000),
    _at_least("match.kafka.invoices_per_s", "the same run, 5-line invoices", "invoices/s", 6_500),
    _at_least("match.vs_library", "÷ the library's process application", "×", 40),
    Row("match.kafka.two_processes", "messages/s of two processes ÷ of one", "×"),
    Row("match.live.p50_ms", "1,000 invoices/s offered, record to decision on Kafka", "ms", 20),
    Row("match.live.p99_ms", "the same", "ms", 100),
    Row("flow.live.p99_ms", "200 invoices/s by HTTP, submit to payable event", "ms", 250),
    Row("flow.live.highest_per_s", "the highest rate tried that keeps 250 ms", "invoices/s"),
    Row("flow.bulk.cpu_ms", "CPU a 5-line invoice with its order and receipt, in bulk", "ms", 5),
    Row("flow.live.cpu_ms", "CPU a 5-line invoice, live at 200/s", "ms", 6),
    Row("flow.history_ratio", "flow.bulk.cpu_ms, 100,000 invoices in history ÷ 1,000", "×", 1.1),
    Row("flow.large_invoice_s", "an invoice of 10,000 lines, submit to payable event", "s"),
    Row("documents.parse_ms", "parse and check a 10-line invoice, all rules", "ms", 0.5),
    Row("documents.linear", "CPU a line at 1,000 lines ÷ at 10", "×", 1.1),
    _at_least("relay.events_per_s", "store to Kafka, mapped, all headers", "events/s", 60_000),
    _at_least("rebuild.events_per_s", "a view from zero", "facts/s", 100_000),
    Row("memory.idle_mb", "the largest idle service that parses no documents", "MB", 80),
    Row("memory.idle_parsing_mb", "the largest idle service that parses documents", "MB", 100),
    Row("stack.second_start_s", "`make up`, data there, until every service is ready", "s", 10),
    Row("curve.order_ratio", "CPU a message on an order with 5,000 invoices ÷ with 1", "×", 1.1),
)
"""Every row in the order of the report."""
