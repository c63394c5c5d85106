"""Orders as XML: what the library of documents reads of them, in our terms."""

from dataclasses import dataclass

from inkoop_documents import Order, take_in
from inkoop_events.values import Oin, OrderNumber, SupplierId
from inkoop_events.values.faults import describe
from inkoop_host.findings import Finding, Message, finding_of
from inkoop_host.outcomes import NotUnderstood
from inkoop_ordering.domain.order import OrderLine, OrderPlaced

_NO_ORDER = Finding(
    rule="UNKNOWN_DOCUMENT",
    location="/",
    message=Message(
        nl="Dit is geen order; facturen gaan naar de dienst invoicing.",
        en="This is no order; invoices go to the invoicing service.",
    ),
)


@dataclass(frozen=True, slots=True)
class UblOrder:
    """An order that could be read, with what is only worth a look."""

    department: Oin
    supplier: SupplierId
    number: OrderNumber
    order: Order
    warnings: tuple[Finding, ...]

    def claim(self, document: str) -> OrderPlaced:
        """What the order claims; `document` is the SHA-256 of its bytes."""
        return OrderPlaced(
            supplier=self.supplier,
            currency=self.order.currency,
            issued=self.order.issued,
            lines=tuple(
                OrderLine(
                    line=line.line,
                    quantity=line.quantity,
                    unit=line.unit,
                    price=line.net_unit_price,
                    net=line.net,
                    description=describe(line.name or line.description),
                )
                for line in self.order.lines
            ),
            document=document,
        )


def read_ubl(data: bytes) -> UblOrder:
    """Read an order. Raises NotUnderstood with all that is wrong with it."""
    read = take_in(data)
    findings = tuple(map(finding_of, read.findings))
    match read.document:
        case None:
            raise NotUnderstood(sorted(findings, key=lambda finding: finding.severity))
        case Order(department=department, supplier_id=supplier, number=number) as order:
            if department is None or supplier is None:  # `take_in` lets no such order through
                raise NotUnderstood([_NO_ORDER])
            return UblOrder(department, supplier, number, order, findings)
        case _:
            raise NotUnderstood([_NO_ORDER])
