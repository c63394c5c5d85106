"""One trace from the submit to the payable event; what a late receipt releases links to it."""

import json
import re

import pytest
from story_market import Market, until
from story_spans import Collector, SeenSpan

from inkoop_local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
CLIENT = "00f067aa0ba902b7"
"""The span of the client, which no service exports."""


def traceparent(trace_id: str) -> str:
    """As a client would send it: sampled."""
    return f"00-{trace_id}-{CLIENT}-01"


def submit(market: Market, trace_id: str, number: str, order: str) -> None:
    """An invoice whose client traces it."""
    invoice = {
        "type": "invoice",
        "department": "00000003123456780000",
        "supplier": "0106:87654321",
        "invoice": number,
        "order": order,
        "issued": "2026-11-03",
        "currency": "EUR",
        "lines": [
            {"line": "1", "order_line": "1", "quantity": "10", "unit": "EA", "price": "12.50"}
        ],
    }
    answer = market.post(
        "invoicing",
        json.dumps(invoice).encode(),
        "application/json",
        traceparent=traceparent(trace_id),
    )
    assert answer.status_code == 201


def test_a_submit_is_one_trace_up_to_the_payable_event(
    market: Market, stack: Stack, collector: Collector
) -> None:
    order, invoice, trace_id = (
        market.fresh("O"),
        market.fresh("I"),
        "4bf92f3577b34da6a3ce929d0e0e4731",
    )
    market.place_order(order)
    market.receive(order, L1="10")
    submit(market, trace_id, invoice, order)
    market.becomes(invoice, "payable")

    def complete() -> bool:
        """Every process exports its spans in its own time, so all that is claimed may be late."""
        spans = {span.span_id: span for span in collector.of(trace_id)}
        sent = ("inkoop.invoicing.presented", "inkoop.matching", "inkoop.invoicing")
        return (
            all(any(_is_send(span, topic) for span in spans.values()) for topic in sent)
            and any(span.name.startswith("POST") for span in spans.values())
            and {span.parent_id for span in spans.values()} - set(spans) == {CLIENT}
        )

    until(complete, lambda: f"the trace is whole: {collector.of(trace_id)}")
    assert {span.service for span in collector.of(trace_id)} == {"invoicing", "matching"}
    assert _log_lines(stack, trace_id)


def test_what_a_late_receipt_releases_links_to_the_submit(
    market: Market, collector: Collector
) -> None:
    order, invoice, trace_id = (
        market.fresh("O"),
        market.fresh("I"),
        "4bf92f3577b34da6a3ce929d0e0e4732",
    )
    market.place_order(order)
    submit(market, trace_id, invoice, order)
    market.becomes(invoice, "held", ["QTY_OVER_RECEIVED"])
    market.receive(order, L1="10")
    market.becomes(invoice, "payable")
    until(
        lambda: any(trace_id in span.links for span in collector.everything()),
        lambda: "a span links to the submit",
    )
    linking = [span for span in collector.everything() if trace_id in span.links]
    assert all(span.trace_id != trace_id for span in linking)
    assert {span.service for span in linking} == {"matching"}


def _is_send(span: SeenSpan, topic: str) -> bool:
    return (
        re.fullmatch(rf"(send {re.escape(topic)}|{re.escape(topic)} send)", span.name) is not None
    )


def _log_lines(stack: Stack, trace_id: str) -> list[dict[str, object]]:
    logs = (log.read_text().splitlines() for log in (stack.directory / "log").glob("*.log"))
    return [json.loads(line) for lines in logs for line in lines if trace_id in line]
