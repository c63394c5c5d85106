"""Facts, decisions and findings told in words."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from inkoop_cli.trail import Entry

Data: TypeAlias = Mapping[str, Any]
CODES = {
    "NO_ORDER_REFERENCE": "it names no order",
    "NO_ORDER_YET": "its order is not here yet",
    "NO_ORDER_LINE": "the order has no such line",
    "SUPPLIER_MISMATCH": "the order is with another supplier",
    "CURRENCY_MISMATCH": "the order is in another currency",
    "PRICE_OVER": "the price is above the order's",
    "PRICE_UNDER": "the price is below the order's",
    "AMOUNT_OVER": "the amount is above the order's",
    "AMOUNT_UNDER": "the amount is below the order's",
    "QTY_OVER_RECEIVED": "more is invoiced than was received",
    "QTY_UNDER_RECEIVED": "less is invoiced than was received",
    "QTY_OVER_ORDERED": "more is invoiced than was ordered",
    "QTY_UNDER_ORDERED": "less is invoiced than was ordered",
}
_SPOKEN = 5
"""Lines of a receipt that are told one by one."""


def finding_in_words(finding: Data) -> str:
    """A finding on a document: the rule, the business term, the place, and what is wrong."""
    message = finding.get("message") or {}
    said = message if isinstance(message, str) else message.get("en") or message.get("nl") or ""
    place = ", ".join(
        str(finding[part])
        for part in ("term", "location")
        if finding.get(part) not in {None, "", "/"}
    )
    warning = " (warning)" if finding.get("severity") == "warning" else ""
    return f"{finding.get('rule', '?')}{warning}: {said}" + (f" [{place}]" if place else "")


def code_in_words(code: str) -> str:
    """A code of a decision, followed by what it means where we know it."""
    return f"{code}: {CODES[code]}" if code in CODES else code


def match_finding_in_words(finding: Data) -> str:
    """Why matching decided as it did: the code, the line, what was found, and the limit."""
    text = code_in_words(str(finding.get("code") or finding.get("rule") or "?"))
    if finding.get("line"):
        text += f", line {finding['line']}"
        if finding.get("order_line"):
            text += f" (order line {finding['order_line']})"
    measured = [
        f"{name} {number(finding[part])}"
        for part, name in (("actual", "found"), ("limit", "limit"), ("excess", "excess"))
        if finding.get(part) is not None
    ]
    if measured:
        text += ": " + ", ".join(measured)
    return text + (" (notice)" if finding.get("notice") else "")


def number(value: object) -> str:
    """A number as people write it: 418.710 is 418.71, 20.5 is 20.50, 431.000 is 431."""
    whole, _, decimals = str(value).partition(".")
    if not decimals.isdigit():
        return str(value)
    told = decimals.rstrip("0")
    return f"{whole}.{told.ljust(2, '0')}" if told else whole


def fact_in_words(entry: Entry) -> str:
    """What happened, in one line; a fact that is not known here is told by its type."""
    describe = _DESCRIBED.get(entry.type)
    if describe is None:
        return entry.type.replace("-", " ").capitalize()
    return describe({"number": entry.key.rpartition("/")[2], **entry.data})


def reasons(data: Data) -> list[str]:
    """Why, a line each: the findings that a decision carries."""
    findings = data.get("findings") or ()
    return [match_finding_in_words(finding) for finding in findings if isinstance(finding, dict)]


def _order_placed(data: Data) -> str:
    return f"Order {data['number']} placed with {data.get('supplier', '?')}: {_count(data)}"


def _order_duplicated(data: Data) -> str:
    return f"DUPLICATE: order {data['number']} was there already; kept, never in force"


def _order_recorded(data: Data) -> str:
    return f"Order recorded: {_count(data)}"


def _receipt_recorded(data: Data) -> str:
    lines = data.get("lines") or ()
    told = ", ".join(f"{line['quantity']} of line {line['line']}" for line in lines[:_SPOKEN])
    more = f" and {len(lines) - _SPOKEN} lines more" if len(lines) > _SPOKEN else ""
    return f"Receipt {data.get('receipt', '')} recorded: {told}{more}"


def _invoice_received(data: Data) -> str:
    kind = "Credit note" if data.get("kind") == "credit-note" else "Invoice"
    orders = data.get("orders") or ()
    on = f"on order {', '.join(orders)}" if orders else "names no order"
    return f"{kind} {data['number']} received: {_amount(data)}, {on}"


def _invoice_presented(data: Data) -> str:
    return f"Presented to order {data.get('order', '?')}: {_count(data)}"


def _invoice_recorded(data: Data) -> str:
    kind = "Credit note" if data.get("credit") else "Invoice"
    return f"{kind} {data.get('invoice', '')} recorded: {_count(data)}"


def _invoice_held(data: Data) -> str:
    on = f" for order {data['order']}" if data.get("order") else ""
    return f"HELD{on}: {', '.join(data.get('codes') or ('?',))}"


def _invoice_duplicated(data: Data) -> str:
    return f"DUPLICATE: another document came as {data['number']}; kept, never paid"


def _invoice_payable(data: Data) -> str:
    return f"PAYABLE: {_amount(data)}"


def _match_decided(data: Data) -> str:
    again = f", decision {data['number']}" if _is_again(data) else ""
    return (
        f"Invoice {data.get('invoice', '')} {_outcome(data)} (policy {data.get('policy')}){again}"
    )


def _match_noted(data: Data) -> str:
    codes = data.get("codes") or ()
    why = f": {', '.join(codes)}" if codes else ""
    return f"Noted for order {data.get('order', '?')}: {_outcome(data)}{why}"


def _is_again(data: Data) -> bool:
    number = data.get("number")
    return isinstance(number, int) and number > 1


def _outcome(data: Data) -> str:
    return str(data.get("outcome", "?")).upper().replace("-", " ")


def _amount(data: Data) -> str:
    return f"{data.get('currency', '')} {data.get('payable', '?')}"


def _count(data: Data) -> str:
    number = len(data.get("lines") or ())
    return f"{number} line{'' if number == 1 else 's'}"


_DESCRIBED: Mapping[str, Callable[[Data], str]] = {
    "order-placed": _order_placed,
    "order-duplicated": _order_duplicated,
    "order-recorded": _order_recorded,
    "receipt-recorded": _receipt_recorded,
    "invoice-received": _invoice_received,
    "invoice-presented": _invoice_presented,
    "invoice-recorded": _invoice_recorded,
    "invoice-held": _invoice_held,
    "invoice-duplicated": _invoice_duplicated,
    "invoice-became-payable": _invoice_payable,
    "match-decided": _match_decided,
    "match-noted": _match_noted,
}
