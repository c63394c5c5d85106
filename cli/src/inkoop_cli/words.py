"""Facts, decisions and findings told in words."""

from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]


def finding_in_words(finding: Data) -> str:
    """A finding on a document: the rule, the business term, the place, and what is wrong."""
    message = finding.get("message") or {}
    said = message if isinstance(message, str) else message.get("en") or message.get("nl") or ""
    place = ", ".join(str(finding[part]) for part in ("term", "location") if finding.get(part))
    warning = " (warning)" if finding.get("severity") == "warning" else ""
    return f"{finding.get('rule', '?')}{warning}: {said}" + (f" [{place}]" if place else "")


def match_finding_in_words(finding: Data) -> str:
    """Why matching decided as it did: the code, the line, what was found, and the limit."""
    text = str(finding.get("code") or finding.get("rule") or "?")
    if finding.get("line"):
        text += f", line {finding['line']}"
        if finding.get("order_line"):
            text += f" (order line {finding['order_line']})"
    measured = [
        f"{name} {finding[part]}"
        for part, name in (("actual", "found"), ("limit", "limit"), ("excess", "excess"))
        if finding.get(part) is not None
    ]
    if measured:
        text += ": " + ", ".join(measured)
    rule = f" [rule {finding['rule']}]" if finding.get("rule") else ""
    return text + rule + (" (notice)" if finding.get("notice") else "")


def fact_in_words(kind: str, data: Data) -> str:
    """What happened, in one line; a fact that is not known here is told by its type."""
    describe = _DESCRIBED.get(kind)
    if describe is None:
        return kind.replace("-", " ").capitalize()
    return describe(data)


def reasons(data: Data) -> list[str]:
    """Why, a line each: what a fact carries as findings or codes."""
    findings = data.get("findings") or ()
    return [match_finding_in_words(finding) for finding in findings if isinstance(finding, dict)]


def _order_placed(data: Data) -> str:
    return (
        f"Order {data.get('order', '')} placed with {data.get('supplier', '?')}: "
        f"{_count(data, 'line')}, {data.get('currency', '')}"
    ).rstrip(", ")


def _goods_received(data: Data) -> str:
    lines = ", ".join(
        f"{line.get('quantity')} of line {line.get('line')}" for line in data.get("lines") or ()
    )
    return f"Receipt {data.get('receipt', '')}: {lines}"


def _invoice_received(data: Data) -> str:
    kind = "Credit note" if data.get("kind") == "credit-note" else "Invoice"
    orders = data.get("orders") or ()
    on = f", on order {', '.join(orders)}" if orders else ", names no order"
    amount = f": {data.get('currency', '')} {data['payable']}" if data.get("payable") else ""
    return f"{kind} {data.get('invoice', '')} received{amount}{on}"


def _invoice_presented(data: Data) -> str:
    return f"Presented for matching with order {data.get('order', '?')}: {_count(data, 'line')}"


def _invoice_held(data: Data) -> str:
    on = f" (order {data['order']})" if data.get("order") else ""
    return f"Held{on}: {', '.join(data.get('codes') or ('?',))}"


def _invoice_duplicated(data: Data) -> str:
    return f"DUPLICATE: another document with this number was there; kept, never paid{_doc(data)}"


def _invoice_payable(data: Data) -> str:
    amount = f": {data.get('currency', '')} {data['payable']}" if data.get("payable") else ""
    return f"Payable{amount}"


def _match_decided(data: Data) -> str:
    again = " (replaces an earlier decision)" if data.get("replaces") else ""
    order = f" with order {data['order']}" if data.get("order") else ""
    policy = f", policy {data['policy']}" if data.get("policy") else ""
    return f"{_outcome(data)}{order}{policy}{again}"


def _match_noted(data: Data) -> str:
    codes = data.get("codes") or ()
    why = f": {', '.join(codes)}" if codes else ""
    return f"Noted: {_outcome(data)} with order {data.get('order', '?')}{why}"


def _outcome(data: Data) -> str:
    return str(data.get("outcome", "?")).upper().replace("-", " ")


def _count(data: Data, noun: str) -> str:
    number = len(data.get("lines") or ())
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _doc(data: Data) -> str:
    return f" ({data['document'][:12]}…)" if data.get("document") else ""


_DESCRIBED: Mapping[str, Callable[[Data], str]] = {
    "order-placed": _order_placed,
    "goods-received": _goods_received,
    "invoice-received": _invoice_received,
    "invoice-presented": _invoice_presented,
    "invoice-held": _invoice_held,
    "invoice-duplicated": _invoice_duplicated,
    "invoice-became-payable": _invoice_payable,
    "match-decided": _match_decided,
    "match-noted": _match_noted,
}
