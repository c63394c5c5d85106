"""The demo's story: six chapters of purchases, with numbers that no run before it used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from inkoop_cli.demo.cast import FURNISHER, MINISTRY, STATIONER
from inkoop_cli.demo.papers import (
    PEPPOL,
    Line,
    Paper,
    Party,
    credit_note,
    invoice,
    ohnl_invoice,
    ohnl_order,
    peppol_order,
    receipt,
)
from inkoop_cli.demo.step import Chapter, Step

CHAIRS = Line(line="1", quantity="40", unit="EA", price="125.00", name="Bureaustoel")
DESKS = Line(line="2", quantity="20", unit="EA", price="410.50", name="Zit-sta-bureau")
HOURS = Line(line="3", quantity="16", unit="HUR", price="65.00", name="Montage")
PENCILS = Line(line="1.1.1", quantity="1000", unit="EA", price="3.27", name="Potloden, 12 stuks")
PENS = Line(line="2.1.1", quantity="500", unit="EA", price="2.76", name="Pennen, 12 stuks")


@dataclass(frozen=True, slots=True)
class Storyteller:
    """Makes the documents of one run: `run` is a short mark in every number, `today` their date."""

    run: str
    today: date

    def chapters(self) -> list[Chapter]:
        """The whole story, in the order in which it is played."""
        return [
            self._order_first(),
            self._too_expensive(),
            self._goods_late(),
            self._invoice_first(),
            self._two_orders(),
            self._bad_input(),
        ]

    def _order_first(self) -> Chapter:
        order = self._ordered("A", FURNISHER, (CHAIRS, DESKS, HOURS), "Raamorder kantoor")
        first = self._charged("01", "A", FURNISHER, replace(CHAIRS, quantity="10"))
        second = self._charged("02", "A", FURNISHER, replace(CHAIRS, quantity="30"))
        broken = self._charged("03", "A", FURNISHER, replace(CHAIRS, quantity="2"))
        copy = invoice(replace(first, note="Zelfde nummer, ander document"))
        credit = credit_note(replace(broken, corrects=first.number))
        return Chapter(
            "A framework order, delivered in parts: two invoices, a copy, a duplicate, a credit",
            (
                _sends("Framework order (Peppol BIS Order 3)", order, peppol_order(order)),
                self._receives("First delivery: 10 chairs", "A", 1, {"1": "10"}),
                _becomes("payable", "Invoice for 10 chairs (NLCIUS)", first, invoice(first)),
                _refuses("repeated", "The same file once more", first.number, invoice(first)),
                _refuses("duplicate", "Its number on another document", first.number, copy),
                self._receives("Second delivery: 30 chairs", "A", 2, {"1": "30"}),
                _becomes("payable", "Invoice for 30 (Peppol BIS)", second, invoice(second, PEPPOL)),
                _becomes("payable", "Credit note for 2 broken chairs", broken, credit),
            ),
        )

    def _too_expensive(self) -> Chapter:
        dear = self._charged("04", "A", FURNISHER, replace(DESKS, quantity="5", price="431.00"))
        says = "Invoice, each desk 431.00 instead of 410.50"
        return Chapter(
            "A price too high: 5 % above the order, where 2 % is allowed",
            (
                self._receives("Delivery: 5 desks", "A", 3, {"2": "5"}),
                _becomes("held", says, dear, invoice(dear), "PRICE_OVER"),
            ),
        )

    def _goods_late(self) -> Chapter:
        order = self._ordered("B", STATIONER, (PENCILS, PENS), "Schrijfwaren derde kwartaal")
        early = self._charged("05", "B", STATIONER, PENCILS)
        says = "Invoice for 1000 packs of pencils"
        return Chapter(
            "The invoice comes before the goods: held, and released by a late receipt",
            (
                _sends("Order (UBL-OHNL 1.9)", order, ohnl_order(order)),
                _becomes("held", says, early, invoice(early), "QTY_OVER_RECEIVED"),
                _then(
                    self._receives("The pencils arrive", "B", 1, {PENCILS.line: "1000"}),
                    early,
                    "payable",
                ),
            ),
        )

    def _invoice_first(self) -> Chapter:
        order = self._ordered("C", FURNISHER, (HOURS,), "Montage")
        early = self._charged("06", "C", FURNISHER, HOURS)
        says, papers = "Invoice for 16 hours (Peppol BIS)", invoice(early, PEPPOL)
        confirmed = self._receives("The hours are confirmed", "C", 1, {HOURS.line: "16"})
        placed = _sends("At last its order (Peppol BIS Order 3)", order, peppol_order(order))
        return Chapter(
            "The invoice comes before its order: it waits, and goes on by itself",
            (
                _becomes("waiting", says, early, papers, "NO_ORDER_YET"),
                _then(confirmed, early, "waiting", "NO_ORDER_YET"),
                _then(placed, early, "payable"),
            ),
        )

    def _two_orders(self) -> Chapter:
        order = self._ordered("D", STATIONER, (PENS,), "Pennen voor de balie")
        first = replace(PENS, line="001", quantity="200", order=self._order("B"))
        second = replace(PENS, line="002", order=order.number)
        lines = tuple(replace(line, order_line=PENS.line) for line in (first, second))
        both = replace(self._charged("07", "B", STATIONER), lines=lines)
        says = "Invoice over both orders (UBL-OHNL 1.9)"
        late = self._receives("500 pens of the second", "D", 1, {PENS.line: "500"})
        return Chapter(
            "One invoice over two orders: payable when both of them match it",
            (
                _sends("Another order (UBL-OHNL 1.9)", order, ohnl_order(order)),
                self._receives("200 pens of the first order", "B", 2, {PENS.line: "200"}),
                _becomes("held", says, both, ohnl_invoice(both), "QTY_OVER_RECEIVED"),
                _then(late, both, "payable"),
            ),
        )

    def _bad_input(self) -> Chapter:
        lost = replace(self._charged("08", "A", FURNISHER), order="", lines=(HOURS,))
        whole = invoice(self._charged("09", "A", FURNISHER, HOURS))
        half = whole[: len(whole) // 2]
        declared = whole.replace(b"?>\n", b'?>\n<!DOCTYPE Invoice [<!ENTITY x "y">]>\n', 1)
        wrong = whole.replace(b">1258.40</cbc:PayableAmount>", b">1285.40</cbc:PayableAmount>")
        swapped = "An amount to pay with two digits swapped"
        return Chapter(
            "Bad input: each gets its answer, and nothing stops",
            (
                _becomes("held", "Names no order", lost, invoice(lost), "NO_ORDER_REFERENCE"),
                _refuses("refused", "Breaks off halfway", "broken", half, "INKOOP-XML"),
                _refuses(
                    "refused", "DOCTYPE with an entity", "doctype", declared, "INKOOP-DOCTYPE"
                ),
                _refuses("refused", swapped, "swapped", wrong, "BR-CO-16"),
            ),
        )

    def _order(self, letter: str) -> str:
        return f"4500-{self.run}-{letter}"

    def _ordered(self, letter: str, seller: Party, lines: Sequence[Line], note: str) -> Paper:
        return Paper(
            number=self._order(letter),
            issued=self.today,
            buyer=MINISTRY,
            seller=seller,
            lines=lines,
            note=note,
            contract="RO-2026-014",
        )

    def _charged(self, number: str, letter: str, seller: Party, *lines: Line) -> Paper:
        """An invoice: each line charges the order line of the same number."""
        charges = [
            replace(line, line=str(n), order_line=line.line) for n, line in enumerate(lines, 1)
        ]
        return Paper(
            number=f"F-{self.run}-{number}",
            issued=self.today,
            buyer=MINISTRY,
            seller=seller,
            lines=charges,
            note="Levering volgens order",
            order=self._order(letter),
        )

    def _receives(self, says: str, letter: str, nth: int, lines: dict[str, str]) -> Step:
        number = f"R-{self.run}-{letter}{nth}"
        document = receipt(number, MINISTRY.id, self._order(letter), self.today, lines)
        return Step(says=says, name=f"{number}.json", document=document)


def key(paper: Paper) -> str:
    """The key of an invoice: `<department OIN>/<scheme>:<supplier>/<number>` (design D6)."""
    return f"{paper.buyer.id}/0106:{paper.seller.id}/{paper.number}"


def _sends(says: str, paper: Paper, document: bytes) -> Step:
    return Step(says=says, name=f"{paper.number}.xml", document=document)


def _becomes(state: str, says: str, paper: Paper, document: bytes, *codes: str) -> Step:
    return _then(_sends(says, paper, document), paper, state, *codes)


def _then(step: Step, paper: Paper, state: str, *codes: str) -> Step:
    """The step, after which that invoice must stand so."""
    return replace(step, invoice=key(paper), state=state, codes=codes)


def _refuses(answer: str, says: str, name: str, document: bytes, *codes: str) -> Step:
    """A document that must not become anything new."""
    return Step(says=says, name=f"{name}.xml", document=document, answer=answer, codes=codes)
