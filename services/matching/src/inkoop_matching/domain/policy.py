"""Policies: what matching checks and how much may differ, as data that a department can change."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, cast

from inkoop_events.values import CENT

_ZERO = Decimal(0)
_LIMIT_KEYS = ("over_pct", "over_abs", "under_pct", "under_abs")
_UPPER_KEYS = frozenset({"over_pct", "over_abs", "combine"})
_BOTH_KEYS = _UPPER_KEYS | {"under_pct", "under_abs", "under_action"}
_RULE_KEYS = {
    "price": _BOTH_KEYS | {"rounding"},
    "line_total": _BOTH_KEYS | {"rounding", "cumulative"},
    "qty_vs_ordered": _BOTH_KEYS | {"per_invoice"},
    "qty_vs_received": _UPPER_KEYS,
}
_POLICY_KEYS = frozenset({"name", "version", "match", "infer_lines", "supplier", *_RULE_KEYS})


class Match(Enum):
    """What an invoice is compared with: the order, or the order and its receipts."""

    TWO_WAY = "two_way"
    THREE_WAY = "three_way"


class UnderAction(Enum):
    """What becomes of a figure below its lower limit."""

    IGNORE = "ignore"
    WARN = "warn"
    HOLD = "hold"


class Combine(Enum):
    """Of an absolute and a percent limit: all must hold, or any one is enough."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a figure may differ from its base; limits are inclusive, an absent one unchecked.

    Percentages are of the base's size, `abs` is in the unit of the figure (a price per unit, a
    quantity or an amount). Source: the language of matching cases, `semantics.yaml`.
    """

    over_pct: Decimal | None = None
    over_abs: Decimal | None = None
    under_pct: Decimal | None = None
    under_abs: Decimal | None = None
    under_action: UnderAction = UnderAction.IGNORE
    combine: Combine = Combine.ALL
    rounding: Decimal = CENT
    """A difference whose amount is smaller than this is none."""
    cumulative: bool = True
    """True: together with the invoices before it; False: this invoice alone."""

    def ceiling(self, base: Decimal) -> Decimal | None:
        """The highest figure that is still inside; none when the upper side is not checked."""
        spans = _spans(base, self.over_pct, self.over_abs)
        if not spans:
            return None
        return base + (min(spans) if self.combine is Combine.ALL else max(spans))

    def floor(self, base: Decimal) -> Decimal | None:
        """The lowest figure that is still inside; none when the lower side is not checked."""
        if self.under_action is UnderAction.IGNORE:
            return None
        spans = _spans(base, self.under_pct, self.under_abs)
        if not spans:
            return None
        return base - (min(spans) if self.combine is Combine.ALL else max(spans))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is checked of an invoice; a rule that is None is not checked."""

    name: str
    version: int
    match: Match = Match.THREE_WAY
    price: Limits | None = None
    """The net unit price against that of the order line."""
    line_total: Limits | None = None
    """The net amount of the line against that of the order line."""
    qty_vs_ordered: Limits | None = None
    qty_vs_received: Limits | None = None
    """Looked at only when the match is three-way."""
    infer_lines: bool = False
    """Find the order line of an invoice line that names none, if only one fits."""
    supplier: bool = False
    """Hold an invoice of another supplier than the order's, where both ids are of one scheme."""

    @property
    def label(self) -> str:
        """What a decision calls it: `<name>@<version>`."""
        return f"{self.name}@{self.version}"

    @property
    def counts_receipts(self) -> bool:
        """True when what was received limits what may be invoiced."""
        return self.match is Match.THREE_WAY and self.qty_vs_received is not None

    @property
    def looks_below(self) -> bool:
        """True when a line can be wrong that is within quantity and at the order's price."""
        ordered = self.qty_vs_ordered
        return self.line_total is not None or (
            ordered is not None and ordered.under_action is not UnderAction.IGNORE
        )


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy in force for each department, and the one for all others."""

    default: Policy
    departments: Mapping[str, Policy]

    def of(self, department: str) -> Policy:
        """The department's own policy, else the default."""
        return self.departments.get(department, self.default)


def parse_policies(data: object) -> Policies:
    """Read `{"default": policy, "departments": {OIN: policy}}`. Raises ValueError."""
    given = _mapping("policies", data)
    if unknown := sorted(given.keys() - {"default", "departments"}):
        raise ValueError(f"policies: unknown keys {unknown}")
    departments = _mapping("departments", given.get("departments") or {})
    return Policies(
        parse_policy(given.get("default")),
        {oin: parse_policy(policy) for oin, policy in departments.items()},
    )


def parse_policy(data: object) -> Policy:
    """Read one policy from data. Raises ValueError that names the key that is wrong.

    A rule given as `{}` or 0 has zero tolerance; absent or null, it is not checked. An unknown
    key is refused: a policy must not ask for what is then not done.
    """
    given = _mapping("policy", data)
    if unknown := sorted(given.keys() - _POLICY_KEYS):
        raise ValueError(f"policy: unknown keys {unknown}")
    return Policy(
        name=str(given.get("name", "unnamed")),
        version=int(given.get("version", 1)),
        match=Match(given.get("match", "three_way")),
        price=_rule("price", given),
        line_total=_rule("line_total", given),
        qty_vs_ordered=_rule("qty_vs_ordered", given),
        qty_vs_received=_rule("qty_vs_received", given),
        infer_lines=_flag("infer_lines", given, absent=False),
        supplier=_flag("supplier", given, absent=False),
    )


def _rule(name: str, policy: Mapping[str, Any]) -> Limits | None:
    """One rule; without any limit of its own it has zero tolerance upwards."""
    stated = policy.get(name)
    if stated is None:
        return None
    rule = _mapping(name, {} if stated is not False and stated == 0 else stated)
    if unknown := sorted(rule.keys() - _RULE_KEYS[name]):
        raise ValueError(f"policy {name}: unknown keys {unknown}")
    limits = {key: _number(name, key, rule[key]) for key in _LIMIT_KEYS if key in rule}
    lower = limits.get("under_pct") is not None or limits.get("under_abs") is not None
    action = UnderAction(rule.get("under_action") or ("hold" if lower else "ignore"))
    if not limits:
        limits["over_abs"] = _ZERO
    if action is not UnderAction.IGNORE and not lower:
        limits["under_abs"] = _ZERO
    rounding = _number(name, "rounding", rule.get("rounding"))
    return Limits(
        **limits,
        under_action=action,
        combine=Combine(rule.get("combine") or "all"),
        rounding=CENT if rounding is None else rounding,
        cumulative=_is_cumulative(name, rule),
    )


def _is_cumulative(name: str, rule: Mapping[str, Any]) -> bool:
    """Quantities count over all invoices unless told otherwise; line totals the other way round."""
    if name == "line_total":
        return _flag("cumulative", rule, absent=False)
    return not _flag("per_invoice", rule, absent=False)


def _spans(base: Decimal, pct: Decimal | None, size: Decimal | None) -> list[Decimal]:
    """The distances from the base that the given limits allow."""
    spans = [] if pct is None else [abs(base) * pct.scaleb(-2)]
    return spans if size is None else [*spans, size]


def _mapping(name: str, data: object) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ValueError(f"{name}: expected keys and values, found {data!r}")  # noqa: TRY004
    return cast("Mapping[str, Any]", data)


def _flag(key: str, data: Mapping[str, Any], *, absent: bool) -> bool:
    stated = data.get(key)
    if stated is None:
        return absent
    if not isinstance(stated, bool):
        raise ValueError(f"policy {key}: expected true or false, found {stated!r}")  # noqa: TRY004
    return stated


def _number(name: str, key: str, stated: object) -> Decimal | None:
    """An integer, decimal or decimal string that is not negative; a float is never exact."""
    if stated is None:
        return None
    if isinstance(stated, bool) or not isinstance(stated, int | str | Decimal):
        raise ValueError(  # noqa: TRY004
            f"policy {name}.{key}: expected a whole number or a string like '0.01'"
        )
    try:
        number = Decimal(stated)
    except InvalidOperation:
        raise ValueError(f"policy {name}.{key}: not a number: {stated!r}") from None
    if not number.is_finite() or number < 0:
        raise ValueError(f"policy {name}.{key}: {stated!r} is not zero or more")
    return number
