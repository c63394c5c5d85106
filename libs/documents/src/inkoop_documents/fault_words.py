"""What a fault of a document in itself means (`inkoop_events.values.faults`), in plain words."""

from collections.abc import Mapping

from inkoop_documents.findings import Message

FAULT_WORDS: Mapping[str, Message] = {
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
}
"""By code; a service may say it closer to its own document."""
