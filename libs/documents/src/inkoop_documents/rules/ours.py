"""Our own rules: what a document must have before it can be a value at all."""

from collections.abc import Callable, Iterable

from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet, required
from inkoop_documents.scanned import Group
from inkoop_documents.texts import composed
from inkoop_events.values import MAX_LINES


def _remarked(id_: str, what: str, nl: str, en: str) -> Rule:
    """Something that the scan met."""

    def check(facts: Facts) -> Iterable[Offence]:
        return [
            Offence(remark.group, remark.term.id, value=remark.said)
            for remark in facts.scan.remarks(what)
        ]

    return Rule(id_, nl, en, check_all=check)


READABLE = (
    _remarked(
        "INKOOP-NUMBER",
        "number",
        "{name}: “{value}” is geen getal.",
        "{name}: “{value}” is not a number.",
    ),
    _remarked(
        "INKOOP-NUMBER-SIZE",
        "size",
        "{name}: “{value}” heeft meer dan 15 cijfers voor de punt.",
        "{name}: “{value}” has more than 15 digits before the point.",
    ),
    _remarked(
        "INKOOP-DATE",
        "date",
        "{name}: “{value}” is geen datum (JJJJ-MM-DD).",
        "{name}: “{value}” is not a date (YYYY-MM-DD).",
    ),
    _remarked(
        "INKOOP-INDICATOR",
        "indicator",
        "{name}: “{value}” is geen true of false.",
        "{name}: “{value}” is neither true nor false.",
    ),
    _remarked(
        "INKOOP-DECIMALS",
        "fraction",
        "{name}: “{value}” heeft meer dan 10 decimalen.",
        "{name}: “{value}” has more than 10 decimals.",
    ),
    _remarked(
        "INKOOP-REPEATED",
        "repeated",
        "{name} staat er meer dan één keer.",
        "{name} is there more than once.",
    ),
)
"""What the scan could not read."""


def at_most_lines(path: str) -> Rule:
    """No more lines than every message of the chain can carry (design D6)."""

    def check(facts: Facts) -> Offence | None:
        count = len(facts.groups(path))
        return Offence(facts.root, path, count=count) if count > MAX_LINES else None

    return Rule(
        "INKOOP-LINES",
        f"Het document heeft {{count}} regels; {MAX_LINES} is het maximum.",
        f"The document has {{count}} lines; {MAX_LINES} is the most.",
        check_all=check,
    )


def unique(path: str, key: str) -> Rule:
    """Two lines with one number cannot be told apart by what refers to them."""

    def check(facts: Facts) -> Iterable[Offence]:
        seen: set[str] = set()
        for group in facts.groups(path):
            number = group.get(key)
            if number in seen:
                yield Offence(group, key, value=number)
            elif number:
                seen.add(number)

    return Rule(
        "INKOOP-LINE-TWICE",
        "{name} “{value}” komt meer dan één keer voor.",
        "{name} “{value}” occurs more than once.",
        check_all=check,
    )


def not_negative(path: str, key: str) -> Rule:
    """What a document may not ask less of than nothing."""

    def check(group: Group) -> Offence | None:
        number = group.get(key)
        return Offence(group, key, value=number) if number is not None and number < 0 else None

    return Rule(
        "INKOOP-NEGATIVE",
        "{name}: {value} is negatief.",
        "{name}: {value} is negative.",
        check,
        path,
    )


def currency_known(key: str, currency_of: Callable[[Group], str]) -> Rule:
    """A currency in its three letters (ISO 4217), from wherever the format keeps it."""

    def check(facts: Facts) -> Offence | None:
        currency = currency_of(facts.root)
        known = len(currency) == CODE_LENGTH and currency.isascii() and currency.isupper()
        return None if known else Offence(facts.root, key, value=currency)

    return Rule(
        "INKOOP-CURRENCY-CODE",
        "{name}: “{value}” is geen valutacode (ISO 4217).",
        "{name}: “{value}” is not a currency code (ISO 4217).",
        check_all=check,
    )


def key_texts(path: str, limits: dict[str, int]) -> tuple[Rule, Rule]:
    """What becomes part of a key is short and hides nothing (no control or format character).

    `limits` gives the characters allowed by key. Both rules look at what one pass found odd.
    """

    def odd(facts: Facts) -> list[tuple[Group, str, str]]:
        return [
            (group, key, composed(text))
            for group in facts.groups(path)
            for key, limit in limits.items()
            if (text := group.get(key)) and (len(text) > limit or not text.isprintable())
        ]

    def long(facts: Facts) -> Iterable[Offence]:
        return [
            Offence(group, key, count=len(text), most=limits[key])
            for group, key, text in facts.once(odd)
            if len(text) > limits[key]
        ]

    def hiding(facts: Facts) -> Iterable[Offence]:
        found = facts.once(odd)
        return [Offence(group, key) for group, key, text in found if not text.isprintable()]

    nl = "{name} heeft {count} tekens; {most} is het maximum."
    en = "{name} has {count} characters; {most} is the most."
    foreign_nl = "{name} bevat tekens die niet in tekst horen."
    foreign_en = "{name} has characters that do not belong in a text."
    return (
        Rule("INKOOP-LENGTH", nl, en, check_all=long),
        Rule("INKOOP-TEXT", foreign_nl, foreign_en, check_all=hiding),
    )


MAX_LINE_ID = 50
"""Characters of a line's number or unit: ten thousand of each travel in one event."""
CODE_LENGTH = 3


def needed(*terms: tuple[str, str]) -> RuleSet:
    """The terms without which there is no value, by path and key."""
    rules = tuple(required("INKOOP-MISSING", path, key) for path, key in terms)
    return RuleSet("INKOOP", rules)
