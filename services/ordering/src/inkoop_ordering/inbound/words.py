"""What a refusal means, in Dutch and English."""

from inkoop_documents import FAULT_WORDS
from inkoop_host.findings import Message, Words

WORDS: Words = {
    **FAULT_WORDS,
    "UNKNOWN_ORDER_LINE": Message(
        nl="De order heeft geen regel met dit nummer.",
        en="The order has no line with this number.",
    ),
    "TOO_MANY_RECEIPTS": Message(
        nl="De order heeft het hoogste aantal ontvangsten bereikt.",
        en="The order has reached the highest number of receipts.",
    ),
    "DUPLICATE": Message(
        nl="Dit nummer is al gebruikt voor een ander document; het eerste blijft gelden.",
        en="This number was used for another document; the first stays in force.",
    ),
    "ORDER_NOT_HERE_YET": Message(
        nl="De order is hier nog niet bekend; de ontvangst is bewaard en telt mee zodra zij er is.",
        en="The order is not known here yet; the receipt is kept and counts as soon as it comes.",
    ),
}
