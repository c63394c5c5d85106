"""What a refusal or a hold means, in Dutch and English."""

from inkoop_documents import FAULT_WORDS
from inkoop_host.findings import Message, Words

WORDS: Words = {
    **FAULT_WORDS,
    "NEGATIVE_PRICE": Message(
        nl="Een prijs is niet negatief; een negatief aantal verlaagt de factuur.",
        en="A price is not negative; a negative quantity lowers the invoice.",
    ),
    "TOO_MANY_ORDERS": Message(
        nl="De factuur noemt meer dan 1.000 orders.",
        en="The invoice names more than 1,000 orders.",
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
