"""What a refusal means, in Dutch and English."""

from collections.abc import Mapping

from inkoop_events.values.faults import Fault, Faulty
from inkoop_host.outcomes import Finding, Message
from inkoop_kit.streams import Refused

WORDS: Mapping[str, Message] = {
    "NO_LINES": Message(nl="Er zijn geen regels.", en="There are no lines."),
    "TOO_MANY_LINES": Message(
        nl="Er zijn meer dan 10.000 regels.", en="There are more than 10,000 lines."
    ),
    "TOO_MANY_ORDERS": Message(
        nl="De factuur noemt meer dan 1.000 orders.",
        en="The invoice names more than 1,000 orders.",
    ),
    "DUPLICATE_LINE": Message(
        nl="Dit regelnummer komt twee keer voor.", en="This line number occurs twice."
    ),
    "NEGATIVE_PRICE": Message(
        nl="Een prijs is niet negatief; een negatief aantal verlaagt de factuur.",
        en="A price is not negative; a negative quantity lowers the invoice.",
    ),
    "TOO_MANY_DECIMALS": Message(
        nl="Te veel decimalen: hoogstens 10 voor aantal en prijs, 2 voor een bedrag.",
        en="Too many decimals: at most 10 for a quantity or price, 2 for an amount.",
    ),
    "NUMBER_TOO_LARGE": Message(
        nl="Dit getal heeft meer dan 15 cijfers voor de komma.",
        en="This number has more than 15 digits before the point.",
    ),
    "BAD_REFERENCE": Message(
        nl="Een nummer of eenheid heeft 1 tot 200 leesbare tekens.",
        en="A number or unit has 1 to 200 printable characters.",
    ),
    "BAD_TEXT": Message(
        nl="Een omschrijving is een regel van hoogstens 250 leesbare tekens.",
        en="A description is one line of at most 250 printable characters.",
    ),
    "TOO_MUCH_TEXT": Message(
        nl="De nummers en omschrijvingen van alle regels samen zijn langer dan 5 MB.",
        en="The numbers and descriptions of all lines together are longer than 5 MB.",
    ),
    "IDEMPOTENCY_KEY_REUSED": Message(
        nl="Deze Idempotency-Key is al gebruikt voor een andere inhoud.",
        en="This Idempotency-Key was used before for something else.",
    ),
    "DUPLICATE": Message(
        nl="Dit factuurnummer is al gebruikt voor een ander document; het eerste blijft gelden.",
        en="This invoice number was used for another document; the first stays in force.",
    ),
    "NO_ORDER_REFERENCE": Message(
        nl="De factuur noemt geen order (of niet op elke regel) en wordt daarom aangehouden.",
        en="The invoice names no order (or not on every line) and is therefore held.",
    ),
    "NET_DIFFERS": Message(
        nl="Een regelbedrag is niet aantal × prijs; de factuur wordt daarom aangehouden.",
        en="A line's amount is not quantity × price; the invoice is therefore held.",
    ),
    "CHARGE_WITHOUT_ORDER": Message(
        nl="Boven de regels is iets in rekening gebracht; de factuur wordt daarom aangehouden.",
        en="Something is charged on top of the lines; the invoice is therefore held.",
    ),
}
"""By code; what is missing here is told in English only."""


def explain(refused: Refused) -> list[Finding]:
    """All that a refusal says, in plain words."""
    if isinstance(refused, Faulty):
        return [_fault(fault) for fault in refused.faults]
    message = WORDS.get(refused.code, Message(nl=refused.detail, en=refused.detail))
    return [Finding(rule=refused.code, message=message)]


def warn(codes: tuple[str, ...], lines: tuple[str, ...]) -> list[Finding]:
    """Why an invoice was taken in but is held, in plain words."""
    place = f"lines[{', '.join(lines)}]" if lines else ""
    return [
        Finding(
            rule=code,
            severity="warning",
            location=place,
            message=WORDS.get(code, Message(nl=code, en=code)),
        )
        for code in codes
    ]


def _fault(fault: Fault) -> Finding:
    place = fault.field if fault.line is None else f'lines[line="{fault.line}"].{fault.field}'
    message = WORDS.get(fault.code, Message(nl=fault.code, en=fault.code))
    return Finding(rule=fault.code, location=place, message=message)
