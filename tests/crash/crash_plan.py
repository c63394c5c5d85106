"""What the load sends: stories made of a seed, the same bytes whenever they are asked for.

A story is one order with its receipts and with the invoices that compete for it. Whoever plays it
sends an invoice only when there is a decision on the one before it: only then do its final
decisions not depend on how fast anybody was.
"""

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from story_market import DEPARTMENT, SUPPLIER
from story_papers import ubl_invoice

PRICE = "12.50"
XML, JSON = "application/xml", "application/json"


@dataclass(frozen=True)
class Step:
    """One submission of a story; `expects` is what the first answer to it should say."""

    kind: str
    number: str
    order: str
    body: bytes
    media_type: str = JSON
    expects: str = "accepted"
    """accepted, repeated, or duplicate: the same number with other bytes."""

    @property
    def service(self) -> str:
        """Who takes it in."""
        return "ordering" if self.kind in ("order", "receipt") else "invoicing"

    @property
    def sha256(self) -> str:
        """The document's name in the stores."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def awaits(self) -> bool:
        """Whether the next step waits for a decision on it."""
        return self.service == "invoicing" and self.expects == "accepted"


def story(seed: int, index: int) -> list[Step]:
    """The steps of story `index`, in order."""
    dice = random.Random(f"{seed}/{index}")  # noqa: S311
    order = f"O{seed}-{index}"
    early = [_order(order), _receipt(order, "a", dice.randint(2, 6))]
    late = [_receipt(order, "b", dice.randint(1, 6))]
    bills = [_bill(dice, order, number) for number in range(dice.randint(1, 4))]
    if dice.random() < 0.25:
        bills.append(_credit(order, dice.randint(1, 2)))
    if dice.random() < 0.3:
        early, late = [], [*early, *late]  # the invoices come first
    steps = [*early, *bills[:2], *late, *bills[2:]]
    return _with_repeats(dice, steps)


def _with_repeats(dice: random.Random, steps: list[Step]) -> list[Step]:
    more: list[Step] = []
    for step in steps:
        more.append(step)
        chance = dice.random()
        if chance < 0.12:
            more.append(replace(step, expects="repeated"))
        elif chance < 0.2 and step.kind == "invoice" and step.media_type == JSON:
            other = json.dumps({**json.loads(step.body), "issued": "2026-11-04"}).encode()
            more.append(replace(step, body=other, expects="duplicate"))
    return more


def _order(order: str) -> Step:
    lines = [{**_line("1", "10"), "description": "paper"}]
    return _step("order", order, order, {"order": order, "lines": lines, **_deal("2026-11-01")})


def _receipt(order: str, which: str, quantity: int) -> Step:
    number = f"R{order[1:]}{which}"
    data = {
        "order": order,
        "receipt": number,
        "received": "2026-11-02",
        "lines": [{"line": "1", "quantity": str(quantity)}],
    }
    return _step("receipt", number, order, data)


def _bill(dice: random.Random, order: str, which: int) -> Step:
    number = f"I{order[1:]}-{which}"
    if dice.random() < 0.15:
        return Step("invoice", number, order, ubl_invoice(number, order), XML)
    price = PRICE if dice.random() < 0.85 else "14.00"
    return _step("invoice", number, order, _billed(number, order, dice.randint(1, 6), price))


def _credit(order: str, quantity: int) -> Step:
    number = f"C{order[1:]}"
    return _step("credit-note", number, order, _billed(number, order, quantity, PRICE))


def _billed(number: str, order: str, quantity: int, price: str) -> dict[str, Any]:
    line = {"order_line": "1", **_line("1", str(quantity), price)}
    return {"invoice": number, "order": order, "lines": [line], **_deal("2026-11-03")}


def _deal(issued: str) -> dict[str, str]:
    return {"supplier": SUPPLIER, "currency": "EUR", "issued": issued}


def _line(line: str, quantity: str, price: str = PRICE) -> dict[str, str]:
    return {"line": line, "quantity": quantity, "unit": "EA", "price": price}


def _step(kind: str, number: str, order: str, data: Mapping[str, Any]) -> Step:
    whole = {"type": kind, "department": DEPARTMENT, **data}
    return Step(kind, number, order, json.dumps(whole).encode())
