"""Small files and functions (rule 8): the hard limits, and how many may pass the soft ones."""

import ast
from collections.abc import Iterator

import pytest

FILE_LIMIT, FILE_AIM = 400, 250
FUNCTION_LIMIT, FUNCTION_AIM = 40, 25
PACKAGE_LIMIT = 2500
"""Lines of code of the engine, and of the host (docs/adr/0014-kit-and-host.md)."""
SHARE_ABOVE_AIM = 0.05
"""One file or function in twenty may be longer than we aim at."""


def long_functions(path: str, tree: ast.Module, limit: int) -> Iterator[str]:
    """Functions with more lines than the limit, docstring counted, decorators not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines"


def long_files(sources: dict[str, str], limit: int) -> list[str]:
    """Files with more lines than the limit."""
    counts = {path: text.count("\n") for path, text in sources.items()}
    return [f"{path} has {count} lines" for path, count in counts.items() if count > limit]


def test_no_file_is_longer_than_the_limit(sources: dict[str, str]) -> None:
    assert long_files(sources, FILE_LIMIT) == []


def test_no_function_is_longer_than_the_limit(trees: dict[str, ast.Module]) -> None:
    found = [long for path, tree in trees.items() for long in long_functions(path, tree, 40)]
    assert found == []


def test_few_files_are_longer_than_we_aim_at(sources: dict[str, str]) -> None:
    long = long_files(sources, FILE_AIM)
    assert len(long) <= SHARE_ABOVE_AIM * len(sources), long


def test_few_functions_are_longer_than_we_aim_at(trees: dict[str, ast.Module]) -> None:
    long = [one for path, tree in trees.items() for one in long_functions(path, tree, FUNCTION_AIM)]
    total = sum(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for tree in trees.values()
        for node in ast.walk(tree)
    )
    assert len(long) <= SHARE_ABOVE_AIM * total, long


def lines_of_code(text: str) -> int:
    """Lines that are neither blank, nor comment, nor docstring."""
    described = set[int]()
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        for one in body if isinstance(body, list) else ():
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                described |= set(range(one.lineno, (one.end_lineno or one.lineno) + 1))
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in described
        for number, line in enumerate(text.splitlines(), 1)
    )


@pytest.mark.parametrize("package", ["libs/kit/src/", "libs/host/src/"])
def test_what_all_services_share_is_read_in_an_hour(sources: dict[str, str], package: str) -> None:
    shared = (path for path in sources if path.startswith(package))
    mine = [sources[path] for path in shared if "/testing/" not in path]
    assert mine
    assert sum(map(lines_of_code, mine)) <= PACKAGE_LIMIT


def test_only_code_counts_as_code() -> None:
    text = '"""Module."""\n\n# why\ndef f():\n    """Doc\n    string."""\n    return 1  # yes\n'
    assert lines_of_code(text) == 2


@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_long_function_and_a_long_file_are_found(keyword: str) -> None:
    exact = f"{keyword} f():\n" + "    x()\n" * (FUNCTION_LIMIT - 1)
    assert list(long_functions("a.py", ast.parse(exact), FUNCTION_LIMIT)) == []
    longer = exact + "    x()\n"
    assert list(long_functions("a.py", ast.parse(longer), 40)) == ["a.py:1 f has 41 lines"]
    assert long_files({"a.py": "\n" * 400, "b.py": "\n" * 401}, 400) == ["b.py has 401 lines"]
