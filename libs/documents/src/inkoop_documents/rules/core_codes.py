"""EN 16931: code lists (BR-CL), decimals (BR-DEC) and what stands once (UBL-SR)."""

from collections.abc import Collection, Iterable

from inkoop_documents.rules import codes
from inkoop_documents.rules.engine import Facts, Offence, Rule, coded, required
from inkoop_documents.scanned import Group


def _document_type(facts: Facts) -> Offence | None:
    """BR-CL-01: the type belongs to the document that it stands in."""
    value = facts.root.get("BT-3")
    credit = facts.root.id == "credit-note"
    known = codes.CREDIT_NOTE_TYPES if credit else codes.INVOICE_TYPES
    return None if value is None or value in known else Offence(facts.root, "BT-3", value=value)


def _currencies(facts: Facts) -> Iterable[Offence]:
    return [
        Offence(group, term.id, value=currency or "")
        for currency, (group, term) in facts.scan.currencies.items()
        if currency not in codes.CURRENCIES
    ]


def _categories(id_: str, path: str) -> Rule:
    return coded(id_, path, "category", codes.VAT_CATEGORIES)


def _both(id_: str, key: str, known: Collection[str], *paths: str) -> tuple[Rule, ...]:
    return tuple(coded(id_, path, key, known) for path in paths)


_NOT_LISTED = (
    "{name}: “{value}” staat niet in de codelijst.",
    "{name}: “{value}” is not in the code list.",
)

CODES = (
    Rule("BR-CL-01", *_NOT_LISTED, check_all=_document_type),
    Rule("BR-CL-03", *_NOT_LISTED, check_all=_currencies),
    coded("BR-CL-04", "", "BT-5", codes.CURRENCIES),
    coded("BR-CL-05", "", "BT-6", codes.CURRENCIES),
    coded("BR-CL-06", "BG-14", "BT-8", codes.POINT_DATE_CODES),
    coded("BR-CL-07", "BT-18", "BT-18-1", codes.REFERENCE_SCHEMES),
    coded("BR-CL-07", "BG-25/BT-128", "scheme", codes.REFERENCE_SCHEMES),
    *_both("BR-CL-10", "scheme", codes.ICD, "BG-4/identification", "BG-7/identification"),
    coded("BR-CL-10", "BG-10/BT-60", "scheme", codes.ICD),
    *_both("BR-CL-11", "registration_scheme", codes.ICD, "BG-4", "BG-7"),
    coded("BR-CL-11", "BG-10", "BT-61-1", codes.ICD),
    coded("BR-CL-13", "BG-25/BT-158", "scheme", codes.CLASSIFICATIONS),
    *_both("BR-CL-14", "country", codes.COUNTRIES, "BG-4/BG-5", "BG-7/BG-8", "BG-11/BG-12"),
    coded("BR-CL-14", "BG-13/BG-15", "country", codes.COUNTRIES),
    coded("BR-CL-15", "BG-25", "BT-159", codes.COUNTRIES),
    coded("BR-CL-16", "BG-16", "BT-81", codes.PAYMENT_MEANS),
    _categories("BR-CL-17", "tax_total/BG-23"),
    _categories("BR-CL-17", "BG-20/tax"),
    _categories("BR-CL-17", "BG-21/tax"),
    _categories("BR-CL-18", "BG-25/BG-30"),
    *_both("BR-CL-19", "reason_code", codes.ALLOWANCE_REASONS, "BG-20", "BG-25/BG-27"),
    *_both("BR-CL-20", "reason_code", codes.CHARGE_REASONS, "BG-21", "BG-25/BG-28"),
    coded("BR-CL-21", "BG-25", "BT-157-1", codes.ICD),
    coded("BR-CL-22", "tax_total/BG-23", "exemption_code", codes.EXEMPTIONS),
    *_both("BR-CL-23", "BT-130", codes.UNITS, "BG-25"),
    *_both("BR-CL-23", "BT-150", codes.UNITS, "BG-25"),
    *_both("BR-CL-24", "mime", codes.MIME_CODES, "BG-24/BT-125", "BT-18/BT-125"),
    *_both("BR-CL-25", "endpoint_scheme", codes.EAS, "BG-4", "BG-7"),
    coded("BR-CL-26", "BG-13", "BT-71-1", codes.ICD),
)

DECIMALS = {
    ("BG-20", "amount"): "BR-DEC-01", ("BG-20", "base"): "BR-DEC-02",
    ("BG-21", "amount"): "BR-DEC-05", ("BG-21", "base"): "BR-DEC-06",
    ("BG-22", "BT-106"): "BR-DEC-09", ("BG-22", "BT-107"): "BR-DEC-10",
    ("BG-22", "BT-108"): "BR-DEC-11", ("BG-22", "BT-109"): "BR-DEC-12",
    ("tax_total", "amount"): "BR-DEC-13", ("BG-22", "BT-112"): "BR-DEC-14",
    ("BG-22", "BT-113"): "BR-DEC-16", ("BG-22", "BT-114"): "BR-DEC-17",
    ("BG-22", "BT-115"): "BR-DEC-18", ("BG-23", "taxable"): "BR-DEC-19",
    ("BG-23", "tax"): "BR-DEC-20", ("BG-25", "BT-131"): "BR-DEC-23",
    ("BG-27", "amount"): "BR-DEC-24", ("BG-27", "base"): "BR-DEC-25",
    ("BG-28", "amount"): "BR-DEC-27", ("BG-28", "base"): "BR-DEC-28",
}  # fmt: skip
"""The rule that limits an amount to two decimals, by group and term."""

ONCE = {
    ("invoice", "BT-12"): "UBL-SR-01", ("credit-note", "BT-12"): "UBL-SR-01",
    ("invoice", "BT-15"): "UBL-SR-02", ("credit-note", "BT-15"): "UBL-SR-02",
    ("invoice", "BT-16"): "UBL-SR-03", ("credit-note", "BT-16"): "UBL-SR-03",
    ("BG-3", "BT-25"): "UBL-SR-06", ("invoice", "BG-14"): "UBL-SR-08",
    ("credit-note", "BG-14"): "UBL-SR-08", ("BG-4", "name"): "UBL-SR-09",
    ("BG-4", "trading_name"): "UBL-SR-10", ("BG-4", "registration"): "UBL-SR-11",
    ("BG-4", "legal_form"): "UBL-SR-14", ("BG-7", "name"): "UBL-SR-15",
    ("BG-7", "registration"): "UBL-SR-17", ("BG-10", "BT-59"): "UBL-SR-19",
    ("BG-10", "BT-61"): "UBL-SR-21", ("BG-11", "BT-62"): "UBL-SR-22",
    ("BG-20", "reason"): "UBL-SR-30", ("BG-21", "reason"): "UBL-SR-31",
    ("BG-23", "exemption"): "UBL-SR-32", ("BG-25", "BT-127"): "UBL-SR-34",
    ("BG-25", "BT-132"): "UBL-SR-35", ("BG-25", "BG-26"): "UBL-SR-36",
    ("BG-7", "trading_name"): "UBL-SR-40",
}  # fmt: skip
"""The rule that forbids a second one, by group and term."""


def _remarked(what: str, ids: dict[tuple[str, str], str], nl: str, en: str) -> tuple[Rule, ...]:
    """One rule for each id: the scan has met everything in one pass."""

    def met(facts: Facts) -> object:
        return facts.scan.remarks(what)

    def rule(id_: str) -> Rule:
        def check(facts: Facts) -> Iterable[Offence]:
            return [
                Offence(remark.group, remark.term.id, value=remark.said)
                for remark in facts.scan.remarks(what)
                if ids.get((remark.group.id, remark.term.id)) == id_
            ]

        return Rule(id_, nl, en, check_all=check, when=met)

    return tuple(rule(id_) for id_ in dict.fromkeys(ids.values()))


_TOO_LONG = (
    "{name}: “{value}” heeft meer dan 2 decimalen.",
    "{name}: “{value}” has more than 2 decimals.",
)

FORMS = (
    *_remarked(
        "decimals",
        DECIMALS,
        *_TOO_LONG,
    ),
    *_remarked(
        "repeated", ONCE, "{name} staat er meer dan één keer.", "{name} is there more than once."
    ),
)


def _registered_once(id_: str, role: str) -> Rule:
    def check(group: Group) -> Offence | None:
        return Offence(group, "vat") if len(group.get("vat", ())) > 1 else None

    nl, en = "{name} staat er meer dan één keer.", "{name} is there more than once."
    return Rule(id_, nl, en, check, role)


def _one_value(id_: str, key: str) -> Rule:
    """Payment means may repeat, but all with the same code and the same reference."""

    def check(facts: Facts) -> Offence | None:
        values = {means[key] for means in facts.groups("BG-16") if key in means}
        return Offence(facts.groups("BG-16")[-1], key) if len(values) > 1 else None

    nl, en = "{name} verschilt per betaalwijze.", "{name} differs between payment means."
    return Rule(id_, nl, en, check_all=check)


def _registered_twice_at_most(group: Group) -> Offence | None:
    count = len(group.get("vat", ())) + len(group.get("tax_registration", ()))
    return Offence(group, "tax_registration") if count > TAX_REGISTRATIONS else None


TAX_REGISTRATIONS = 2


def _any_long_amount(facts: Facts) -> Iterable[Offence]:
    return [
        Offence(remark.group, remark.term.id, value=remark.said)
        for remark in facts.scan.remarks("decimals")
    ]


def _one_category(group: Group) -> Offence | None:
    return None if len(group.get("BG-30", ())) == 1 else Offence(group, "BG-30")


SYNTAX = (
    _registered_once("UBL-SR-12", "BG-4"),
    _registered_once("UBL-SR-18", "BG-7"),
    Rule(
        "UBL-SR-42",
        "Een leverancier heeft hooguit twee belastingregistraties.",
        "A seller has two tax registrations at most.",
        _registered_twice_at_most,
        "BG-4",
    ),
    _one_value("UBL-SR-44", "BT-83"),
    _one_value("UBL-SR-47", "BT-81"),
    Rule(
        "UBL-SR-48",
        "Een regel heeft precies één btw-categorie.",
        "A line has exactly one VAT category.",
        _one_category,
        "BG-25",
    ),
    Rule("UBL-DT-01", *_TOO_LONG, check_all=_any_long_amount),
    required("UBL-DT-06", "BG-24/BT-125", "mime"),
    required("UBL-DT-07", "BG-24/BT-125", "filename"),
)
