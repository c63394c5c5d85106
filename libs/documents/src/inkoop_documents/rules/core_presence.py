"""EN 16931: what must be there (BR-01 to BR-65). Source: EN 16931-1 §6.4.1, UBL binding."""

from inkoop_documents.rules.engine import Facts, Offence, Rule, required
from inkoop_documents.scanned import Group


def _party(id_: str, role: str, key: str) -> Rule:
    """A term of buyer or supplier, also where the whole party is missing."""

    def check(facts: Facts) -> Offence | None:
        party = facts.root.get(role)
        if party is None:
            return Offence(facts.root, role)
        return None if party.get(key) is not None and party[key] != "" else Offence(party, key)

    return Rule(id_, *_MISSING, check_all=check)


_MISSING = ("{name} ontbreekt.", "{name} is missing.")


def _either(id_: str, path: str, first: str, second: str) -> Rule:
    """One of two terms; the finding names the first."""

    def check(group: Group) -> Offence | None:
        found = first in group or second in group
        return None if found else Offence(group, first)

    nl, en = "{name} of de code ervan ontbreekt.", "{name} or its code is missing."
    return Rule(id_, nl, en, check, path)


def _not_negative(id_: str, path: str, key: str) -> Rule:
    def check(group: Group) -> Offence | None:
        number = group.get(key)
        return Offence(group, key, value=number) if number is not None and number < 0 else None

    return Rule(id_, "{name}: {value} is negatief.", "{name}: {value} is negative.", check, path)


def _in_order(id_: str, path: str, start: str, end: str) -> Rule:
    def check(group: Group) -> Offence | None:
        first, last = group.get(start), group.get(end)
        return Offence(group, end) if first and last and last < first else None

    nl, en = "{name} ligt voor het begin.", "{name} lies before the start."
    return Rule(id_, nl, en, check, path)


def _scheme(id_: str, path: str, key: str, scheme: str) -> Rule:
    def check(group: Group) -> Offence | None:
        return Offence(group, key) if key in group and not group.get(scheme) else None

    return Rule(id_, "{name} heeft geen schema.", "{name} has no scheme.", check, path)


def _payee_is_another(facts: Facts) -> Offence | None:
    """BR-17: a payee has a name, and is not the seller."""
    payee, seller = facts.root.get("BG-10"), facts.root.get("BG-4") or {}
    if payee is None:
        return None
    ids = {one.get("value") for one in seller.get("identification", ())}
    same = payee.get("BT-59") == seller.get("trading_name") or any(
        one.get("value") in ids for one in payee.get("BT-60", ())
    )
    return Offence(payee, "BT-59") if same or not payee.get("BT-59") else None


def _tax_representative_vat(group: Group) -> Offence | None:
    found = any(tax.get("number") for tax in group.get("vat", ()))
    return None if found else Offence(group, "BT-63")


def _rate_of_category(group: Group) -> Offence | None:
    """BR-48: every category but O has a rate."""
    return Offence(group, "rate") if "rate" not in group and group.get("category") != "O" else None


def _card_number(group: Group) -> Offence | None:
    """BR-51: at most the last digits of a card, never the whole number."""
    return Offence(group, "BT-87") if len(group.get("BT-87", "")) > MAX_CARD_DIGITS else None


MAX_CARD_DIGITS = 10


def _accounting_vat(facts: Facts) -> Offence | None:
    """BR-53: a VAT accounting currency needs its total."""
    currency = facts.root.get("BT-6")
    totals = facts.groups("tax_total")
    if not currency or any(total.get("currency") == currency for total in totals):
        return None
    return Offence(facts.root, "BT-111")


def _has_account(group: Group) -> Offence | None:
    """BR-61: a credit transfer names the account."""
    if group.get("BT-81") not in CREDIT_TRANSFERS:
        return None
    found = any(account.get("BT-84") for account in group.get("BG-17", ()))
    return None if found else Offence(group, "BT-84")


CREDIT_TRANSFERS = frozenset({"30", "58"})


def _account_identified(facts: Facts) -> list[Offence]:
    """BR-50: an account of a credit transfer has its identifier."""
    return [
        Offence(account, "BT-84")
        for means in facts.groups("BG-16")
        if means.get("BT-81") in CREDIT_TRANSFERS
        for account in means.get("BG-17", ())
        if not account.get("BT-84")
    ]


def _attribute_complete(group: Group) -> Offence | None:
    return None if group.get("BT-160") and group.get("BT-161") else Offence(group, "BT-161")


PRESENCE = (
    *(
        required(id_, path, key)
        for id_, path, key in (
            ("BR-01", "", "BT-24"), ("BR-02", "", "BT-1"), ("BR-03", "", "BT-2"),
            ("BR-04", "", "BT-3"), ("BR-05", "", "BT-5"), ("BR-09", "BG-4/BG-5", "country"),
            ("BR-11", "BG-7/BG-8", "country"), ("BR-12", "BG-22", "BT-106"),
            ("BR-13", "BG-22", "BT-109"), ("BR-14", "BG-22", "BT-112"),
            ("BR-15", "BG-22", "BT-115"), ("BR-16", "", "BG-25"), ("BR-18", "BG-11", "BT-62"),
            ("BR-19", "BG-11", "BG-12"), ("BR-20", "BG-11/BG-12", "country"),
            ("BR-21", "BG-25", "BT-126"), ("BR-22", "BG-25", "BT-129"),
            ("BR-23", "BG-25", "BT-130"), ("BR-24", "BG-25", "BT-131"),
            ("BR-25", "BG-25", "BT-153"), ("BR-26", "BG-25", "BT-146"),
            ("BR-31", "BG-20", "amount"), ("BR-36", "BG-21", "amount"),
            ("BR-41", "BG-25/BG-27", "amount"), ("BR-43", "BG-25/BG-28", "amount"),
            ("BR-45", "tax_total/BG-23", "taxable"), ("BR-46", "tax_total/BG-23", "tax"),
            ("BR-47", "tax_total/BG-23", "category"), ("BR-49", "BG-16", "BT-81"),
            ("BR-52", "BG-24", "BT-122"), ("BR-52", "BT-18", "BT-122"), ("BR-55", "BG-3", "BT-25"),
            ("BR-57", "BG-13/BG-15", "country"),
        )
    ),
    _party("BR-06", "BG-4", "name"),
    _party("BR-07", "BG-7", "name"),
    _party("BR-08", "BG-4", "BG-5"),
    _party("BR-10", "BG-7", "BG-8"),
    _either("BR-33", "BG-20", "reason", "reason_code"),
    _either("BR-CO-21", "BG-20", "reason", "reason_code"),
    _either("BR-38", "BG-21", "reason", "reason_code"),
    _either("BR-CO-22", "BG-21", "reason", "reason_code"),
    _either("BR-42", "BG-25/BG-27", "reason", "reason_code"),
    _either("BR-CO-23", "BG-25/BG-27", "reason", "reason_code"),
    _either("BR-44", "BG-25/BG-28", "reason", "reason_code"),
    _either("BR-CO-24", "BG-25/BG-28", "reason", "reason_code"),
    _not_negative("BR-27", "BG-25", "BT-146"),
    _not_negative("BR-28", "BG-25/price_allowance", "BT-148"),
    _in_order("BR-29", "BG-14", "BT-73", "BT-74"),
    _in_order("BR-30", "BG-25/BG-26", "BT-134", "BT-135"),
    _scheme("BR-62", "BG-4", "endpoint", "endpoint_scheme"),
    _scheme("BR-63", "BG-7", "endpoint", "endpoint_scheme"),
    _scheme("BR-64", "BG-25", "BT-157", "BT-157-1"),
    _scheme("BR-65", "BG-25/BT-158", "value", "scheme"),
    Rule("BR-17", *_MISSING, check_all=_payee_is_another),
    Rule("BR-48", *_MISSING, _rate_of_category, "tax_total/BG-23"),
    Rule("BR-50", *_MISSING, check_all=_account_identified),
    Rule(
        "BR-51",
        "{name} mag alleen de laatste cijfers bevatten.",
        "{name} may hold the last digits only.",
        _card_number,
        "BG-16/BG-18",
    ),
    Rule("BR-53", *_MISSING, check_all=_accounting_vat),
    Rule("BR-54", *_MISSING, _attribute_complete, "BG-25/BG-32"),
    Rule("BR-56", *_MISSING, _tax_representative_vat, "BG-11"),
    Rule("BR-61", *_MISSING, _has_account, "BG-16"),
)  # fmt: skip
