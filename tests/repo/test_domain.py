"""The domain is pure: it applies without refusing, and time, chance and the world stay outside."""

import ast
from collections.abc import Callable, Iterator

import pytest

PURE = {
    "abc",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
}
"""Modules of the standard library that give the same answer today and tomorrow."""
CLOCKS = {"now", "today", "utcnow", "fromtimestamp"}


def impurities(path: str, tree: ast.Module) -> Iterator[str]:
    """What a domain module takes from outside: other imports than pure ones, and clocks."""
    service = path.split("/")[3]
    for node in ast.walk(tree):
        for module in _imported(node):
            own = f"{module}.".startswith((f"{service}.domain.", "inkoop_events.values."))
            if not own and module.partition(".")[0] not in PURE:
                yield f"{path}:{getattr(node, 'lineno', 0)} imports {module}"
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield f"{path}:{node.lineno} reads a clock: .{node.attr}"


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names) if module == "inkoop_events":
            return [f"{module}.{alias.name}" for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []


def refusals(path: str, tree: ast.Module) -> Iterator[str]:
    """Where `evolve`, or a function of its module that it calls, raises or asserts."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    waiting, seen = [name for name in functions if name == "evolve"], set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Raise | ast.Assert):
                yield f"{path}:{node.lineno} {name} refuses"
            if isinstance(node, ast.Name) and node.id in functions.keys() - seen:
                waiting.append(node.id)


def forgetful(path: str, tree: ast.Module) -> Iterator[str]:
    """An `evolve` that does not end in assert_never: a new fact would pass it unseen."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "evolve":
            names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            if "assert_never" not in names:
                yield f"{path}:{node.lineno} evolve does not cover every fact"


def domain(trees: dict[str, ast.Module]) -> dict[str, ast.Module]:
    """The modules of the services' domains."""
    return {
        path: tree
        for path, tree in trees.items()
        if path.startswith("services/") and "/src/" in path and "/domain/" in path
    }


Rule = Callable[[str, ast.Module], Iterator[str]]


@pytest.mark.parametrize("rule", [impurities, refusals, forgetful])
def test_every_domain_keeps_the_rule(rule: Rule, trees: dict[str, ast.Module]) -> None:
    modules = domain(trees)
    assert modules
    assert [fault for path, tree in modules.items() for fault in rule(path, tree)] == []


PATH = "services/x/src/inkoop_x/domain/thing.py"


@pytest.mark.parametrize(
    "snippet",
    [
        "import random",
        "from uuid import uuid5",
        "import os.path",
        "from time import monotonic",
        "import inkoop_events",
        "from inkoop_events import ordering",
        "from inkoop_events.ordering import OrderPlaced",
        "from inkoop_events.values_of_others import Oin",
        "from inkoop_kit.streams import Ask",
        "from inkoop_x.application.thing import Thing",
        "from inkoop_y.domain.thing import Thing",
        "from datetime import date\nd = date.today()",
        "from datetime import datetime\nd = datetime.now(tz=UTC)",
    ],
)
def test_what_comes_from_outside_is_found(snippet: str) -> None:
    assert list(impurities(PATH, ast.parse(snippet)))


@pytest.mark.parametrize(
    "snippet",
    [
        "from decimal import Decimal",
        "from collections.abc import Iterator",
        "from inkoop_events.values import Oin",
        "from inkoop_events import values",
        "from inkoop_events.values.faults import Fault",
        "from inkoop_x.domain.other import Other",
    ],
)
def test_what_is_pure_is_let_through(snippet: str) -> None:
    assert list(impurities(PATH, ast.parse(snippet))) == []


@pytest.mark.parametrize(
    "snippet",
    [
        "def evolve(s, f):\n    raise ValueError",
        "def evolve(s, f):\n    if s:\n        assert f\n    return s",
        "def evolve(s, f):\n    return _placed(s)\ndef _placed(s):\n    return _deep(s)\n"
        "def _deep(s):\n    raise ValueError",
    ],
)
def test_an_evolve_that_refuses_is_found(snippet: str) -> None:
    assert list(refusals(PATH, ast.parse(snippet)))


def test_a_decision_may_refuse() -> None:
    snippet = "def decide(s):\n    raise ValueError\ndef evolve(s, f):\n    return s"
    assert list(refusals(PATH, ast.parse(snippet))) == []


def test_an_evolve_that_forgets_a_fact_is_found() -> None:
    assert list(forgetful(PATH, ast.parse("def evolve(s, f):\n    return s")))
    covers = "def evolve(s, f):\n    match f:\n        case _:\n            assert_never(f)"
    assert list(forgetful(PATH, ast.parse(covers))) == []
