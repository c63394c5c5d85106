"""Nothing happens when a module is imported, and the kit knows no business."""

import ast
import re
from collections.abc import Iterator

import pytest

QUIET = (
    ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    | ast.Assign | ast.AnnAssign
)  # fmt: skip
"""Statements that may stand at the top of a module: definitions and constants."""
LIVE = {"FastAPI", "FastStream", "AsgiFastStream", "KafkaBroker", "APIRouter", "Typer", "connect"}
"""What `main` builds and passes on (rule 7); the classes of settings are added by their names."""
BUSINESS = re.compile(r"invoice|receipt|purchase|payable|procure|goods|inkooporder|factuur", re.I)


def loud(path: str, tree: ast.Module) -> Iterator[str]:
    """Statements that do something at import, and objects that are built there."""
    for node in tree.body:
        if not isinstance(node, QUIET) and not _is_words(node) and not _is_entry(node):
            yield f"{path}:{node.lineno} runs at import"
        if isinstance(node, ast.Assign | ast.AnnAssign) and _built(node.value):
            yield f"{path}:{node.lineno} builds {_built(node.value)} at import"


def _is_words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_entry(node: ast.stmt) -> bool:
    """The entry of a command, or imports that are for types only."""
    return isinstance(node, ast.If) and bool({"__name__", "TYPE_CHECKING"} & _names(node.test))


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _built(value: ast.expr | None) -> str:
    if not isinstance(value, ast.Call):
        return ""
    name = ast.unparse(value.func).rpartition(".")[2]
    return name if name in LIVE or name.endswith("Settings") else ""


def test_importing_a_module_does_nothing(trees: dict[str, ast.Module]) -> None:
    ours = {path: tree for path, tree in trees.items() if "/src/" in path}
    assert len(ours) > 50
    assert [fault for path, tree in ours.items() for fault in loud(path, tree)] == []


@pytest.mark.parametrize(
    "snippet",
    [
        "settings = Settings()",
        "settings: OrderingSettings = OrderingSettings()",
        "app = fastapi.FastAPI()",
        "broker = KafkaBroker('x')",
        "print('hello')",
        "for x in y:\n    f(x)",
        "try:\n    import a\nexcept ImportError:\n    a = None",
    ],
)
def test_a_module_that_does_something_is_found(snippet: str) -> None:
    assert list(loud("a.py", ast.parse(snippet)))


def test_constants_and_an_entry_are_quiet() -> None:
    snippet = (
        '"""Words."""\nimport re\nNAME = re.compile("x")\n"""More words."""\n'
        'if TYPE_CHECKING:\n    import x\nif __name__ == "__main__":\n    main()'
    )
    assert list(loud("a.py", ast.parse(snippet))) == []


def business_words(path: str, tree: ast.Module) -> Iterator[str]:
    """Names and texts of the business in code; an example in a docstring does no harm."""
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    docstrings = {value for value in statements if isinstance(value, ast.Constant)}
    for node in ast.walk(tree):
        said = "" if node in docstrings else _said(node)
        if BUSINESS.search(said):
            yield f"{path}:{getattr(node, 'lineno', 0)} says {said!r}"


def _said(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
            return name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
            return name
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ""


def test_the_kit_knows_no_business(trees: dict[str, ast.Module]) -> None:
    shared = ("libs/kit/src/", "libs/host/src/")
    kit = {path: tree for path, tree in trees.items() if path.startswith(shared)}
    assert kit
    assert [fault for path, tree in kit.items() for fault in business_words(path, tree)] == []


@pytest.mark.parametrize(
    "snippet",
    [
        "def take_invoice(): ...",
        'TOPIC = "inkoop.invoicing.invoices"',
        "x.receipts",
        "import goods",
    ],
)
def test_a_business_word_is_found(snippet: str) -> None:
    assert list(business_words("a.py", ast.parse(snippet)))
    assert list(business_words("a.py", ast.parse('"""Such as `invoice-presented`."""'))) == []
