"""Policies as data: absent is not zero, and what cannot be done is refused."""

from decimal import Decimal

import pytest

from inkoop_matching.domain.policy import (
    Combine,
    Limits,
    Match,
    UnderAction,
    parse_policies,
    parse_policy,
)


def price(rule: object) -> Limits | None:
    return parse_policy({"price": rule}).price


def test_an_absent_rule_is_not_checked() -> None:
    policy = parse_policy({"name": "bare", "version": 3})
    assert policy.label == "bare@3"
    assert policy.match is Match.THREE_WAY
    assert (policy.price, policy.line_total) == (None, None)
    assert (policy.qty_vs_ordered, policy.qty_vs_received) == (None, None)
    assert not policy.infer_lines
    assert not policy.supplier


@pytest.mark.parametrize("rule", [{}, 0, {"rounding": "0.01"}, {"combine": "any"}])
def test_a_rule_without_limits_has_zero_tolerance_upwards(rule: object) -> None:
    limits = price(rule)
    assert limits is not None
    assert limits.ceiling(Decimal(10)) == 10
    assert limits.floor(Decimal(10)) is None


def test_a_limit_of_null_is_not_checked_though_the_rule_is_there() -> None:
    limits = price({"over_pct": None})
    assert limits is not None
    assert limits.ceiling(Decimal(10)) is None


def test_a_lower_limit_alone_leaves_the_upper_side_unchecked() -> None:
    limits = price({"under_abs": 1})
    assert limits is not None
    assert limits.under_action is UnderAction.HOLD
    assert limits.ceiling(Decimal(10)) is None
    assert limits.floor(Decimal(10)) == 9


def test_an_action_without_a_lower_limit_has_zero_tolerance_downwards() -> None:
    limits = price({"over_pct": 5, "under_action": "warn"})
    assert limits is not None
    assert limits.floor(Decimal(10)) == 10


def test_a_lower_limit_that_is_to_be_ignored_is_ignored() -> None:
    limits = price({"under_pct": 1, "under_action": "ignore"})
    assert limits is not None
    assert limits.floor(Decimal(10)) is None


@pytest.mark.parametrize(
    ("combine", "ceiling", "floor"), [("all", "10.5", "9.5"), ("any", "11", "9")]
)
def test_limits_combine(combine: str, ceiling: str, floor: str) -> None:
    rule = {"over_pct": 10, "over_abs": "0.5", "under_pct": 10, "under_abs": "0.5"}
    limits = price({**rule, "combine": combine})
    assert limits is not None
    assert limits.combine is Combine(combine)
    assert limits.ceiling(Decimal(10)) == Decimal(ceiling)
    assert limits.floor(Decimal(10)) == Decimal(floor)


def test_a_percentage_of_a_negative_base_is_of_its_size() -> None:
    limits = price({"over_pct": 10, "under_pct": 10})
    assert limits is not None
    assert limits.ceiling(Decimal(-10)) == -9
    assert limits.floor(Decimal(-10)) == -11


def test_quantities_are_cumulative_and_line_totals_are_not_unless_told() -> None:
    policy = parse_policy({"qty_vs_ordered": {}, "line_total": {}})
    other = parse_policy(
        {"qty_vs_ordered": {"per_invoice": True}, "line_total": {"cumulative": True}}
    )
    for one, cumulative in ((policy, (True, False)), (other, (False, True))):
        assert one.qty_vs_ordered is not None
        assert one.line_total is not None
        assert (one.qty_vs_ordered.cumulative, one.line_total.cumulative) == cumulative


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "expected keys and values"),
        ({"charges": {}}, "unknown keys \\['charges'\\]"),
        ({"price": {"per_invoice": True}}, "price: unknown keys"),
        ({"qty_vs_received": {"under_pct": 1}}, "qty_vs_received: unknown keys"),
        ({"price": True}, "price: expected keys"),
        ({"price": False}, "price: expected keys"),
        ({"price": 5}, "price: expected keys"),
        ({"price": {"over_pct": 2.5}}, "whole number or a string"),
        ({"price": {"over_pct": True}}, "whole number or a string"),
        ({"price": {"over_pct": "two"}}, "not a number"),
        ({"price": {"over_pct": "-1"}}, "not zero or more"),
        ({"price": {"over_pct": "NaN"}}, "not zero or more"),
        ({"price": {"combine": "some"}}, "some"),
        ({"match": "four_way"}, "four_way"),
        ({"infer_lines": "yes"}, "true or false"),
    ],
)
def test_a_policy_that_cannot_be_carried_out_is_refused(data: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_policy(data)


def test_a_department_has_its_own_policy_or_the_default() -> None:
    policies = parse_policies(
        {"default": {"name": "all"}, "departments": {"1": {"name": "one", "version": 2}}}
    )
    assert policies.of("1").label == "one@2"
    assert policies.of("2").label == "all@1"


def test_unknown_keys_beside_the_policies_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown keys"):
        parse_policies({"default": {}, "Departments": {}})
