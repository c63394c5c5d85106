"""What stands in the files: first sentences, no address of a package registry, no mocks."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
]
"""Hosts that no file names (design D16): where packages come from is the machine's affair."""


def registry_hosts(text: str) -> list[str]:
    """The package registries that a text names."""
    return [host for host in REGISTRIES if host in text]


def test_no_file_names_a_package_registry(root: Path) -> None:
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=root, capture_output=True, check=True, text=True).stdout
    texts = {
        name: (root / name).read_text(encoding="utf-8", errors="replace")
        for name in listed.split("\0")
        if name and (root / name).is_file()
    }
    assert len(texts) > 50
    assert {name: hosts for name, text in texts.items() if (hosts := registry_hosts(text))} == {}


@pytest.mark.parametrize("host", REGISTRIES)
def test_a_registry_is_found_in_a_text(host: str) -> None:
    assert registry_hosts(f"it comes from {host}, says who asks") == [host]
    assert registry_hosts("pip install --require-hashes -r requirements.lock") == []


def wordless(path: str, tree: ast.Module) -> Iterator[str]:
    """A module that does not say in one sentence what it is for; in a test its tests say it."""
    first = (ast.get_docstring(tree) or "").partition("\n\n")[0]
    if not first.endswith((".", "?")):
        yield f"{path}: the docstring has no first sentence"


def test_every_module_says_what_it_is_for(trees: dict[str, ast.Module]) -> None:
    modules = {path: tree for path, tree in trees.items() if "/test_" not in path and tree.body}
    assert [fault for path, tree in modules.items() for fault in wordless(path, tree)] == []


@pytest.mark.parametrize("snippet", ["import os", '"""Helpers"""', "# What it is for.\nimport os"])
def test_a_module_without_a_first_sentence_is_found(snippet: str) -> None:
    assert list(wordless("a.py", ast.parse(snippet)))


def replaced(path: str, tree: ast.Module) -> Iterator[str]:
    """Where a test replaces a function instead of giving another argument (rules 7 and 9).

    A limit, whose name is in capitals, may be lowered: the code under test stays the real one.
    """
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith("unittest"):
                yield f"{path}:{node.lineno} imports from {module}"
            case ast.Import(names=names) if any(n.name.startswith("unittest") for n in names):
                yield f"{path}:{node.lineno} imports unittest"
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ) if name.isupper():
                continue
            case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr")):
                yield f"{path}:{node.lineno} replaces an attribute"
            case _:
                pass


def test_no_test_replaces_our_own_code(trees: dict[str, ast.Module]) -> None:
    assert [fault for path, tree in trees.items() for fault in replaced(path, tree)] == []


@pytest.mark.parametrize(
    "snippet",
    [
        "from unittest.mock import patch",
        "from unittest import mock",
        "import unittest.mock",
        "def test(monkeypatch):\n    monkeypatch.setattr('inkoop_kit.desk.ask', None)",
        "def test(monkeypatch):\n    monkeypatch.setattr(desk, 'ask', None)",
    ],
)
def test_a_replaced_function_is_found(snippet: str) -> None:
    assert list(replaced("a.py", ast.parse(snippet)))
    lowered = "def test(monkeypatch):\n    monkeypatch.setattr(desk, 'LIMIT', 3)"
    assert list(replaced("a.py", ast.parse(lowered))) == []


def naps(path: str, tree: ast.Module) -> Iterator[str]:
    """Where a test waits for a time instead of for something; ruff bans `time.sleep` everywhere."""
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    tests = (function for function in functions if function.name.startswith("test_"))
    for node in (inner for test in tests for inner in ast.walk(test)):
        match node:
            case ast.Call(func=ast.Attribute(attr="sleep"), args=[ast.Constant(value=0)]):
                continue
            case ast.Call(func=ast.Attribute(attr="sleep") | ast.Name(id="sleep")):
                yield f"{path}:{node.lineno} sleeps"
            case _:
                pass


def test_no_test_sleeps(trees: dict[str, ast.Module]) -> None:
    tests = {path: tree for path, tree in trees.items() if Path(path).name.startswith("test_")}
    assert [nap for path, tree in tests.items() for nap in naps(path, tree)] == []


@pytest.mark.parametrize("snippet", ["await asyncio.sleep(0.1)", "anyio.sleep(pause)", "sleep(1)"])
def test_a_nap_is_found(snippet: str) -> None:
    in_a_test = f"async def test_it():\n    {snippet}"
    assert list(naps("a.py", ast.parse(in_a_test)))
    yielding = "async def test_it():\n    await asyncio.sleep(0)"
    assert list(naps("a.py", ast.parse(yielding))) == []
