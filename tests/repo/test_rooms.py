"""What stands in which room: a command is short, and SQL stands where it is kept."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

COMMAND_LIMIT = 5
"""Lines of a method of an application class (rule 4), signature and docstring not counted."""
SQL = re.compile(r"\s*(select|insert into|update|delete from|create|drop|alter)\s", re.I)
WITH_SQL = ("libs/kit/", "libs/host/", "/views/", "deploy/local/")


def long_commands(path: str, tree: ast.Module) -> Iterator[str]:
    """Methods of an application class that do more than name a stream and a decision (rule 4)."""
    if "/application/" not in path:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    body = method.body[1:] if ast.get_docstring(method) else method.body
                    lines = (method.end_lineno or 0) - body[0].lineno + 1 if body else 0
                    if lines > COMMAND_LIMIT:
                        yield f"{path}:{method.lineno} {method.name} has {lines} lines"


def stray_sql(path: str, tree: ast.Module) -> Iterator[str]:
    """SQL outside the views of a service and the libraries that keep the store."""
    if any(place in path for place in WITH_SQL):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
            if SQL.match(words) and re.search(r"\b(from|into|set|table|where)\s+\w", words):
                yield f"{path}:{node.lineno} has SQL"


Rule = Callable[[str, ast.Module], Iterator[str]]


@pytest.mark.parametrize("rule", [long_commands, stray_sql])
def test_every_module_keeps_the_rule(rule: Rule, trees: dict[str, ast.Module]) -> None:
    modules = {path: tree for path, tree in trees.items() if "/src/" in path}
    assert [fault for path, tree in modules.items() for fault in rule(path, tree)] == []


def test_a_command_that_decides_is_found() -> None:
    body = "\n".join(f"        x{n} = {n}" for n in range(6))
    snippet = f'class A:\n    def place(self):\n        """Place."""\n{body}\n'
    path = "services/x/src/inkoop_x/application/x.py"
    assert list(long_commands(path, ast.parse(snippet))) == [f"{path}:2 place has 6 lines"]
    shorter = snippet.replace("        x5 = 5\n", "")
    assert list(long_commands(path, ast.parse(shorter))) == []


@pytest.mark.parametrize(
    ("path", "faults"),
    [
        ("services/x/src/inkoop_x/inbound/http.py", 1),
        ("services/x/src/inkoop_x/domain/x.py", 1),
        ("services/x/src/inkoop_x/views/x.py", 0),
    ],
)
def test_sql_outside_its_place_is_found(path: str, faults: int) -> None:
    for words in ("select a from b", "\n  insert into b values (1)", "update b set a = 1"):
        assert len(list(stray_sql(path, ast.parse(f"x = {words!r}")))) == faults
    assert list(stray_sql(path, ast.parse('"""Select what is there."""'))) == []
