"""Which business term a neutral key means in its group: `name` of BG-4 is BT-27."""

_SELLER = {
    "name": "BT-27", "trading_name": "BT-28", "identification": "BT-29", "registration": "BT-30",
    "vat": "BT-31", "tax_registration": "BT-32", "legal_form": "BT-33", "endpoint": "BT-34",
    "address": "BG-5", "registration_scheme": "BT-30", "endpoint_scheme": "BT-34",
}  # fmt: skip
_BUYER = {
    "name": "BT-44", "trading_name": "BT-45", "identification": "BT-46", "registration": "BT-47",
    "vat": "BT-48", "endpoint": "BT-49", "address": "BG-8", "registration_scheme": "BT-47",
    "endpoint_scheme": "BT-49",
}  # fmt: skip
_ADJUSTMENT = ("amount", "base", "percent", "category", "rate", "reason", "reason_code")
_ADDRESS = ("street", "additional", "line", "city", "postal_zone", "subdivision", "country")
_CONTACT = ("name", "phone", "email")

ALIASES: dict[tuple[str, str], str] = {
    **{("BG-4", key): id_ for key, id_ in _SELLER.items()},
    **{("BG-7", key): id_ for key, id_ in _BUYER.items()},
    **{("BG-20", key): f"BT-{92 + n}" for n, key in enumerate(_ADJUSTMENT)},
    **{("BG-21", key): f"BT-{99 + n}" for n, key in enumerate(_ADJUSTMENT)},
    **{("BG-27", key): id_ for key, id_ in zip(
        ("amount", "base", "percent", "reason", "reason_code"),
        ("BT-136", "BT-137", "BT-138", "BT-139", "BT-140"), strict=True)},
    **{("BG-28", key): id_ for key, id_ in zip(
        ("amount", "base", "percent", "reason", "reason_code"),
        ("BT-141", "BT-142", "BT-143", "BT-144", "BT-145"), strict=True)},
    **{("BG-23", key): id_ for key, id_ in zip(
        ("taxable", "tax", "category", "rate", "exemption", "exemption_code"),
        ("BT-116", "BT-117", "BT-118", "BT-119", "BT-120", "BT-121"), strict=True)},
    **{(group, key): f"BT-{number}" for group, numbers in {
        "BG-5": (35, 36, 162, 37, 38, 39, 40), "BG-8": (50, 51, 163, 52, 53, 54, 55),
        "BG-12": (64, 65, 164, 66, 67, 68, 69), "BG-15": (75, 76, 165, 77, 78, 79, 80),
    }.items() for key, number in zip(_ADDRESS, numbers, strict=True)},
    **{("BG-6", key): id_ for key, id_ in zip(_CONTACT, ("BT-41", "BT-42", "BT-43"), strict=True)},
    **{("BG-9", key): id_ for key, id_ in zip(_CONTACT, ("BT-56", "BT-57", "BT-58"), strict=True)},
    ("BG-30", "category"): "BT-151", ("BG-30", "rate"): "BT-152",
    ("tax_total", "amount"): "BT-110", ("BOR-2", "name"): "BOR-2.1",
    ("BOR-2", "trading_name"): "BOR-2.1", ("BOR-2", "registration"): "BOR-2.2",
    ("BOR-2", "endpoint"): "BOR-2.2", ("BOR-2", "identification"): "BOR-2.2",
    ("BOR-3", "name"): "BOR-3.1", ("BOR-3", "trading_name"): "BOR-3.1",
    ("BOR-3", "registration"): "BOR-3.2", ("BOR-3", "endpoint"): "BOR-3.2",
    ("BOR-3", "identification"): "BOR-3.2",
}  # fmt: skip
"""The business term that a neutral key means in its group."""


def term_id(group: str, key: str) -> str:
    """The business term (BT-…) of a key in a group."""
    return ALIASES.get((group, key), key)
