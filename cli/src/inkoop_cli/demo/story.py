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
        order = self._order_paper("A", FURNISHER, (CHAIRS, DESKS, HOURS), "Raamorder kantoor")
        first = self._charge("01", "A", FURNISHER, (replace(CHAIRS, quantity="10"),))
        second = self._charge("02", "A", FURNISHER, (replace(CHAIRS, quantity="30"),))
        again = replace(first, note="Zelfde nummer, ander document")
        credit = replace(
            self._charge("03", "A", FURNISHER, (replace(CHAIRS, quantity="2"),)),
            corrects=first.number,
        )
        papers = invoice(first)
        return Chapter(
            "A framework order, delivered in parts: two invoices, a copy, a duplicate, a credit",
            (
                Step(says="Framework order (Peppol BIS Order 3)", name="order-a.xml",
                     document=peppol_order(order)),
                self._receipt("First delivery: 10 chairs", "A", 1, {"1": "10"}),
                self._payable("Invoice for 10 chairs (NLCIUS)", first, papers),
                Step(says="The same file once more", name=f"{first.number}.xml", document=papers,
                     answer="repeated", invoice=key(first), state="payable"),
                Step(says="Its number on another document", name=f"{first.number}-bis.xml",
                     document=invoice(again), answer="duplicate", codes=("DUPLICATE",)),
                self._receipt("Second delivery: 30 chairs", "A", 2, {"1": "30"}),
                self._payable("Invoice for the other 30 (Peppol BIS)", second,
                              invoice(second, PEPPOL)),
                self._payable("Credit note for 2 broken chairs", credit, credit_note(credit)),
            ),
        )  # fmt: skip

    def _too_expensive(self) -> Chapter:
        dear = self._charge("04", "A", FURNISHER, (replace(DESKS, quantity="5", price="431.00"),))
        return Chapter(
            "A price too high: 5 % above the order, where 2 % is allowed",
            (
                self._receipt("Delivery: 5 desks", "A", 3, {"2": "5"}),
                Step(says="Invoice, each desk 431.00 instead of 410.50", name=f"{dear.number}.xml",
                     document=invoice(dear), invoice=key(dear), state="held",
                     codes=("PRICE_OVER",)),
            ),
        )  # fmt: skip

    def _goods_late(self) -> Chapter:
        order = self._order_paper("B", STATIONER, (PENCILS, PENS), "Schrijfwaren derde kwartaal")
        early = self._charge("05", "B", STATIONER, (PENCILS,))
        return Chapter(
            "The invoice comes before the goods: held, and released by a late receipt",
            (
                Step(says="Order (UBL-OHNL 1.9)", name="order-b.xml", document=ohnl_order(order)),
                Step(says="Invoice for 1000 packs of pencils", name=f"{early.number}.xml",
                     document=invoice(early), invoice=key(early), state="held",
                     codes=("QTY_OVER_RECEIVED",)),
                replace(self._receipt("The pencils arrive", "B", 1, {"1.1.1": "1000"}),
                        invoice=key(early), state="payable"),
            ),
        )  # fmt: skip

    def _invoice_first(self) -> Chapter:
        order = self._order_paper("C", FURNISHER, (HOURS,), "Montage")
        early = self._charge("06", "C", FURNISHER, (HOURS,))
        return Chapter(
            "The invoice comes before its order: it waits, and goes on by itself",
            (
                Step(says="Invoice for 16 hours (Peppol BIS)", name=f"{early.number}.xml",
                     document=invoice(early, PEPPOL), invoice=key(early), state="waiting",
                     codes=("NO_ORDER_YET",)),
                replace(self._receipt("The hours are confirmed", "C", 1, {"3": "16"}),
                        invoice=key(early), state="waiting", codes=("NO_ORDER_YET",)),
                Step(says="At last its order (Peppol BIS Order 3)", name="order-c.xml",
                     document=peppol_order(order), invoice=key(early), state="payable"),
            ),
        )  # fmt: skip

    def _two_orders(self) -> Chapter:
        order = self._order_paper("D", STATIONER, (PENS,), "Pennen voor de balie")
        lines = (
            replace(PENS, line="001", quantity="200", order=self._order("B"), order_line=PENS.line),
            replace(PENS, line="002", order=self._order("D"), order_line=PENS.line),
        )
        both = replace(self._charge("07", "B", STATIONER, ()), lines=lines)
        return Chapter(
            "One invoice over two orders: payable when both of them match it",
            (
                Step(says="Another order (UBL-OHNL 1.9)", name="order-d.xml",
                     document=ohnl_order(order)),
                self._receipt("200 pens of the first order", "B", 2, {PENS.line: "200"}),
                Step(says="Invoice over both orders (UBL-OHNL 1.9)", name=f"{both.number}.xml",
                     document=ohnl_invoice(both), invoice=key(both), state="held",
                     codes=("QTY_OVER_RECEIVED",)),
                replace(self._receipt("500 pens of the second", "D", 1, {PENS.line: "500"}),
                        invoice=key(both), state="payable"),
            ),
        )  # fmt: skip

    def _bad_input(self) -> Chapter:
        lost = replace(self._charge("08", "", FURNISHER, (HOURS,)), order="")
        whole = invoice(self._charge("09", "A", FURNISHER, (HOURS,)))
        declared = whole.replace(b"?>\n", b'?>\n<!DOCTYPE Invoice [<!ENTITY x "y">]>\n', 1)
        wrong = whole.replace(b">1258.40</cbc:PayableAmount>", b">1285.40</cbc:PayableAmount>")
        return Chapter(
            "Bad input: each gets its answer, and nothing stops",
            (
                Step(says="Invoice that names no order", name=f"{lost.number}.xml",
                     document=invoice(lost), invoice=key(lost), state="held",
                     codes=("NO_ORDER_REFERENCE",)),
                Step(says="A file that breaks off halfway", name="broken.xml",
                     document=whole[: len(whole) // 2], answer="refused", codes=("INKOOP-XML",)),
                Step(says="A file with a DOCTYPE and an entity", name="doctype.xml",
                     document=declared, answer="refused", codes=("INKOOP-DOCTYPE",)),
                Step(says="An amount to pay with two digits swapped", name="swapped.xml",
                     document=wrong, answer="refused", codes=("BR-CO-16",)),
            ),
        )  # fmt: skip

    def _order(self, letter: str) -> str:
        return f"4500-{self.run}-{letter}"

    def _order_paper(self, letter: str, seller: Party, lines: Sequence[Line], note: str) -> Paper:
        return Paper(
            number=self._order(letter),
            issued=self.today,
            buyer=MINISTRY,
            seller=seller,
            lines=lines,
            note=note,
            contract="RO-2026-014",
        )

    def _charge(self, number: str, letter: str, seller: Party, lines: Sequence[Line]) -> Paper:
        """An invoice: each line charges the order line of the same number."""
        charged = [
            replace(line, line=str(n), order_line=line.line) for n, line in enumerate(lines, 1)
        ]
        return Paper(
            number=f"F-{self.run}-{number}",
            issued=self.today,
            buyer=MINISTRY,
            seller=seller,
            lines=charged,
            note="Levering volgens order",
            order=self._order(letter),
        )

    def _payable(self, says: str, paper: Paper, document: bytes) -> Step:
        return Step(
            says=says,
            name=f"{paper.number}.xml",
            document=document,
            invoice=key(paper),
            state="payable",
        )

    def _receipt(self, says: str, letter: str, nth: int, lines: dict[str, str]) -> Step:
        number = f"R-{self.run}-{letter}{nth}"
        document = receipt(number, MINISTRY.id, self._order(letter), self.today, lines)
        return Step(says=says, name=f"{number}.json", document=document)


def key(paper: Paper) -> str:
    """The key of an invoice: `<department OIN>/<scheme>:<supplier>/<number>` (design D6)."""
    return f"{paper.buyer.id}/0106:{paper.seller.id}/{paper.number}"
