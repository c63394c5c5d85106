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
    "DUPLICATE_LINE": Message(
        nl="Dit regelnummer komt twee keer voor.", en="This line number occurs twice."
    ),
    "NEGATIVE_QUANTITY": Message(
        nl="Een aantal op een order of ontvangst is niet negatief.",
        en="A quantity on an order or receipt is not negative.",
    ),
    "NEGATIVE_PRICE": Message(nl="Een prijs is niet negatief.", en="A price is not negative."),
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
    "UNKNOWN_ORDER_LINE": Message(
        nl="De order heeft geen regel met dit nummer.",
        en="The order has no line with this number.",
    ),
    "TOO_MANY_RECEIPTS": Message(
        nl="De order heeft het hoogste aantal ontvangsten bereikt.",
        en="The order has reached the highest number of receipts.",
    ),
    "IDEMPOTENCY_KEY_REUSED": Message(
        nl="Deze Idempotency-Key is al gebruikt voor een andere inhoud.",
        en="This Idempotency-Key was used before for something else.",
    ),
    "DUPLICATE": Message(
        nl="Dit nummer is al gebruikt voor een ander document; het eerste blijft gelden.",
        en="This number was used for another document; the first stays in force.",
    ),
}
"""By code; what is missing here is told in English only."""

NOT_HERE_YET = Message(
    nl="De order is hier nog niet bekend; de ontvangst is bewaard en telt mee zodra zij er is.",
    en="The order is not known here yet; the receipt is kept and counts as soon as it comes.",
)


def explain(refused: Refused) -> list[Finding]:
    """All that a refusal says, in plain words."""
    if isinstance(refused, Faulty):
        return [_finding(fault) for fault in refused.faults]
    message = WORDS.get(refused.code, Message(nl=refused.detail, en=refused.detail))
    return [Finding(rule=refused.code, message=message)]


def _finding(fault: Fault) -> Finding:
    place = fault.field if fault.line is None else f'lines[line="{fault.line}"].{fault.field}'
    message = WORDS.get(fault.code, Message(nl=fault.code, en=fault.code))
    return Finding(rule=fault.code, location=place, message=message)
