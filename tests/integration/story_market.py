"""A department and a supplier at work on the real stack: what the stories are told with."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from secrets import token_hex
from threading import Event
from typing import Any
from urllib.parse import quote

import httpx

DEPARTMENT = "00000003123456780000"
SUPPLIER = "0106:87654321"
OPERATOR = "00000099000000001000"
CALLER = {"X-Organisation": OPERATOR, "X-Actor": "tester"}
PATIENCE = 45.0


@dataclass
class Market:
    """Documents with fresh numbers, sent to the services over HTTP as their users would."""

    file: Path
    """`stack.json` of the stack."""
    numbers: "count[int]" = field(default_factory=count)
    prefix: str = field(default_factory=lambda: token_hex(3))

    def fresh(self, what: str) -> str:
        """A number that nobody has used."""
        return f"{what}-{self.prefix}-{next(self.numbers)}"

    def url(self, service: str) -> str:
        """A replica of a service that answers."""
        for url in self.urls(service):
            try:
                if httpx.get(url + "/livez", timeout=5).is_success:
                    return url
            except httpx.HTTPError:
                continue
        raise AssertionError(f"no {service} answers")

    def urls(self, service: str) -> list[str]:
        """All replicas of a service."""
        return list(json.loads(self.file.read_text())["services"][service]["urls"])

    def place_order(self, number: str, *lines: Mapping[str, Any], **more: object) -> httpx.Response:
        """The department places an order; by default ten pieces at 12.50."""
        return self.submit("ordering", order_form(number, *lines, **more))

    def receive(self, order: str, **quantities: str) -> httpx.Response:
        """The department receives: `L1="5"` is five of line 1."""
        receipt = {
            "type": "receipt",
            "department": DEPARTMENT,
            "order": order,
            "receipt": self.fresh("R"),
            "received": "2026-11-02",
            "lines": [{"line": k[1:], "quantity": q} for k, q in quantities.items()],
        }
        return self.submit("ordering", receipt)

    def invoice(
        self, number: str, order: str | None, *lines: Mapping[str, Any], **more: object
    ) -> httpx.Response:
        """The supplier sends an invoice; by default ten pieces at 12.50 of line 1."""
        return self.submit("invoicing", invoice_form(number, order, *lines, **more))

    def submit(self, service: str, document: Mapping[str, Any]) -> httpx.Response:
        """Any document as JSON."""
        return self.post(service, json.dumps(document).encode(), "application/json")

    def post(
        self,
        service: str,
        data: bytes,
        media_type: str,
        path: str = "/v1/documents",
        **headers: str,
    ) -> httpx.Response:
        """Bytes, as they are; tried again when a service is away, as every client does."""
        all_headers = {"Content-Type": media_type, **CALLER, **headers}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = httpx.post(
                    self.url(service) + path, content=data, headers=all_headers, timeout=20
                )
                if answer.status_code != 503:
                    return answer
            except (httpx.HTTPError, AssertionError):
                if time.monotonic() > deadline:
                    raise
            assert time.monotonic() < deadline

    def submit_once(self, url: str, document: Mapping[str, Any]) -> httpx.Response:
        """A document as JSON to this replica, whatever it answers."""
        headers = {"Content-Type": "application/json", **CALLER}
        data = json.dumps(document).encode()
        return httpx.post(url + "/v1/documents", content=data, headers=headers, timeout=30)

    def get(self, service: str, path: str, **query: str) -> httpx.Response:
        """A question, as the operator."""
        return httpx.get(self.url(service) + path, params=query, headers=CALLER, timeout=20)

    def state_of(self, invoice: str) -> dict[str, Any]:
        """The invoice as the invoicing service shows it."""
        path = f"/v1/invoices/{DEPARTMENT}/{SUPPLIER}/{quote(invoice, safe='')}"
        answer = self.get("invoicing", path)
        return answer.json() if answer.is_success else {}

    def order(self, number: str) -> dict[str, Any]:
        """The order as the ordering service shows it."""
        answer = self.get("ordering", f"/v1/orders/{DEPARTMENT}/{quote(number, safe='')}")
        return answer.json() if answer.is_success else {}

    def parked(self, service: str) -> list[dict[str, Any]]:
        """What a service has set aside, oldest first."""
        answer = self.get(service, "/v1/parked", limit="500")
        return list(answer.raise_for_status().json()["parked"])

    def becomes(self, invoice: str, state: str, codes: Sequence[str] = ()) -> dict[str, Any]:
        """Wait until an invoice is in this state, for these reasons."""

        def there() -> bool:
            shown = self.state_of(invoice)
            return shown.get("state") == state and list(shown.get("codes", [])) == list(codes)

        until(there, lambda: f"{invoice} is {state} {codes}; it is {self.state_of(invoice)}")
        return self.state_of(invoice)

    def receipts_matched(self, order: str, receipts: int = 1) -> None:
        """Wait until matching knows an order and this many receipts of it.

        Nothing orders the topics of two services: what is sent last may be heard first.
        """

        def recorded() -> list[str]:
            answer = self.get("matching", "/v1/trail", order=f"{DEPARTMENT}/{order}")
            return [one["type"] for one in answer.json()["entries"]] if answer.is_success else []

        until(
            lambda: (
                (recorded().count("order-recorded"), recorded().count("receipt-recorded"))
                == (1, receipts)
            ),
            lambda: f"matching knows {order} and {receipts} receipts of it: {recorded()}",
        )

    def all_told(self, *services: str) -> None:
        """Wait until all that these services recorded is on Kafka: views know it earlier."""

        def untold() -> dict[str, int | None]:
            said = {one: self.get(one, "/v1/status").json() for one in services}
            return {one: status.get("relay_backlog") for one, status in said.items()}

        until(lambda: set(untold().values()) == {0}, lambda: f"all is told: {untold()}")

    def trail(self, **of: str) -> list[dict[str, Any]]:
        """Every fact of an order or an invoice in all services, oldest first."""
        entries: list[dict[str, Any]] = []
        for service in ("ordering", "invoicing", "matching"):
            answer = self.get(service, "/v1/trail", **of)
            if answer.is_success:
                entries += answer.json()["entries"]
        return sorted(entries, key=lambda entry: entry["recorded_at"])


def order_form(number: str, *lines: Mapping[str, Any], **more: object) -> dict[str, Any]:
    """An order; by default of ten pieces at 12.50."""
    return {
        "type": "order",
        "department": DEPARTMENT,
        "order": number,
        "supplier": SUPPLIER,
        "currency": "EUR",
        "issued": "2026-11-01",
        "lines": list(lines) or [line("1", "10", "12.50")],
        **more,
    }


def invoice_form(
    number: str, order: str | None, *lines: Mapping[str, Any], **more: object
) -> dict[str, Any]:
    """An invoice; by default of ten pieces at 12.50 of line 1."""
    return {
        "type": "invoice",
        "department": DEPARTMENT,
        "supplier": SUPPLIER,
        "invoice": number,
        "issued": "2026-11-03",
        "currency": "EUR",
        "lines": list(lines) or [billed("1", "10", "12.50")],
        **({"order": order} if order else {}),
        **more,
    }


def line(number: str, quantity: str, price: str) -> dict[str, Any]:
    """A line of an order."""
    return {"line": number, "quantity": quantity, "unit": "EA", "price": price}


def billed(order_line: str, quantity: str, price: str, **more: str) -> dict[str, Any]:
    """A line of an invoice."""
    return {"order_line": order_line, **line(order_line, quantity, price), **more}


def until(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until this holds; fails after three quarters of a minute, saying what it waited for."""
    never, deadline = Event(), time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what()}"
        never.wait(0.05)
