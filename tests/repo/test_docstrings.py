"""Public names say what they mean: a sentence, not their own name again; and what they raise."""

import ast
import re
from collections.abc import Iterator

import pytest

Function = ast.FunctionDef | ast.AsyncFunctionDef
LIBRARIES = ("libs/events/src/", "libs/kit/src/", "libs/host/src/", "libs/documents/src/")
WORD = re.compile(r"[a-z]+")


def public(tree: ast.Module) -> Iterator[ast.ClassDef | Function]:
    """The public classes and functions of a module, and the public methods of the former."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, Function) and not inner.name.startswith("_"):
                        yield inner


def empty_words(path: str, tree: ast.Module) -> Iterator[str]:
    """Docstrings that are no sentence, or say no more than the name does."""
    for node in public(tree):
        words = ast.get_docstring(node)
        if words is None:  # ruff asks for one, or somebody said why there is none
            continue
        first = words.partition("\n\n")[0]
        said = set(WORD.findall(first.lower())) - {"a", "an", "the", "of", "its"}
        named = set(WORD.findall(re.sub(r"([A-Z])", r" \1", node.name).lower()))
        if not first.rstrip().endswith((".", "?", ":")):
            yield f"{path}:{node.lineno} {node.name}: the first sentence does not end"
        if said <= named:
            yield f"{path}:{node.lineno} {node.name}: the docstring only repeats the name"


def untold_errors(path: str, tree: ast.Module) -> Iterator[str]:
    """Public functions that raise what their docstring does not name."""
    for node in public(tree):
        if not isinstance(node, Function):
            continue
        words = ast.get_docstring(node) or ""
        for name in raised(node):
            if name not in words and not re.search(r"[Rr]aises|see `", words):
                yield f"{path}:{node.lineno} {node.name} raises {name} and does not say so"


def raised(function: Function) -> set[str]:
    """The classes of exceptions that the function itself raises."""
    found: set[str] = set()
    inner = {
        id(node)
        for other in ast.walk(function)
        if isinstance(other, Function | ast.Lambda) and other is not function
        for node in ast.walk(other)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and id(node) not in inner:
            match node.exc:
                case ast.Call(func=ast.Name(id=name)) | ast.Name(id=name) if name[0].isupper():
                    found.add(name)
                case _:
                    pass
    return found


def test_every_docstring_says_more_than_the_name(trees: dict[str, ast.Module]) -> None:
    modules = {path: tree for path, tree in trees.items() if "/src/" in path}
    assert [fault for path, tree in modules.items() for fault in empty_words(path, tree)] == []


def test_a_library_says_what_it_raises(trees: dict[str, ast.Module]) -> None:
    modules = {path: tree for path, tree in trees.items() if path.startswith(LIBRARIES)}
    assert modules
    assert [fault for path, tree in modules.items() for fault in untold_errors(path, tree)] == []


@pytest.mark.parametrize(
    "snippet",
    [
        'class OrderLine:\n    """An order line."""',
        'def find_order():\n    """Find order."""',
        'def find_order():\n    """Find the one with this number"""',
        'class A:\n    """One thing."""\n    def go(self):\n        """Go."""',
    ],
)
def test_a_docstring_without_meaning_is_found(snippet: str) -> None:
    assert len(list(empty_words("a.py", ast.parse(snippet)))) == 1


def test_a_sentence_is_let_through() -> None:
    snippet = 'def find_order():\n    """The order with this number, or none."""'
    assert list(empty_words("a.py", ast.parse(snippet))) == []


@pytest.mark.parametrize(
    ("words", "faults"), [("Two numbers.", 1), ("Two numbers. Raises ValueError.", 0)]
)
def test_an_error_that_nobody_is_told_of_is_found(words: str, faults: int) -> None:
    snippet = f'def parse():\n    """{words}"""\n    raise ValueError("no")'
    assert len(list(untold_errors("a.py", ast.parse(snippet)))) == faults
    nested = f'def parse():\n    """{words}"""\n    def inner():\n        raise ValueError("no")'
    assert list(untold_errors("a.py", ast.parse(nested))) == []
