"""The documents are true where a machine can tell: files, links, names, decisions."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FENCE = re.compile(r"```.*?```", re.S)
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FOLDERS = ("libs", "services", "cli", "deploy", "tests", "docs", "bench")
PARTS = ["Context", "Decision", "Consequences", "Enforced by"]
COLUMNS = 4
"""Of the glossary: Dutch, English, name in code, what it is."""


def dead_paths(root: Path, here: Path, text: str) -> Iterator[str]:
    """Paths in backquotes that lead to no file, from the repository's root nor from here."""
    for quoted in QUOTED.findall(FENCE.sub("", text)):
        path = quoted.partition(":")[0]
        named = path.startswith(tuple(f"{folder}/" for folder in FOLDERS)) and " " not in path
        if named and not (_is_there(root, path) or _is_there(here, path)):
            yield path


def _is_there(root: Path, path: str) -> bool:
    pattern = re.sub(r"<[^>]+>", "*", path)
    return any(root.glob(pattern)) if "*" in pattern else (root / path).exists()


def dead_links(document: Path, text: str) -> Iterator[str]:
    """Relative links that lead to no file."""
    for target in LINK.findall(FENCE.sub("", text)):
        path = target.partition("#")[0]
        if path and "://" not in path and not (document.parent / path).exists():
            yield target


def documents(root: Path) -> list[Path]:
    """Everything that people read."""
    folders = [path for name in FOLDERS for path in (root / name).rglob("*.md")]
    return sorted([*root.glob("*.md"), *folders])


def test_every_file_that_a_document_names_is_there(root: Path) -> None:
    found = {
        str(document.relative_to(root)): dead
        for document in documents(root)
        if (dead := list(dead_paths(root, document.parent, document.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_every_link_leads_somewhere(root: Path) -> None:
    found = {
        str(document.relative_to(root)): dead
        for document in documents(root)
        if (dead := list(dead_links(document, document.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_a_dead_path_and_a_dead_link_are_found(tmp_path: Path) -> None:
    (tmp_path / "libs/kit").mkdir(parents=True)
    text = "`libs/kit`, `libs/gone.py`, `libs/<lib>`, `cli/*.py` [a](libs/kit) [b](gone.md#x)"
    assert list(dead_paths(tmp_path, tmp_path / "libs", text)) == ["libs/gone.py", "cli/*.py"]
    assert list(dead_links(tmp_path / "README.md", text)) == ["gone.md#x"]


def glossary_rows(text: str) -> list[list[str]]:
    """The rows of the glossary's tables."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if row[0] != "Nederlands" and not set(row[0]) <= set("-: ")]


def unknown_names(rows: list[list[str]], code: set[str]) -> list[str]:
    """Names in the third column that stand nowhere in the code."""
    quoted = [name for row in rows for name in QUOTED.findall(row[2])]
    return [name for name in quoted if not set(NAME.findall(name)) <= code]


def test_the_glossary_names_what_is_in_the_code(root: Path, sources: dict[str, str]) -> None:
    rows = glossary_rows((root / "docs/glossary.md").read_text(encoding="utf-8"))
    assert len(rows) > 20
    assert [row for row in rows if len(row) != COLUMNS] == []
    texts = [text for path, text in sources.items() if "/src/" in path]
    code = {name for text in texts for name in NAME.findall(text)}
    assert unknown_names(rows, code) == []
    words = [row[0] for row in rows]
    assert len(words) == len(set(words))


def test_a_name_that_is_not_in_the_code_is_found() -> None:
    rows = [["bestelling", "order", "`OrderPlaced`, `order_gone`", "…"]]
    assert unknown_names(rows, {"OrderPlaced"}) == ["order_gone"]


def adr_faults(pages: dict[str, str], index: str) -> Iterator[str]:
    """Decisions with a gap in their numbers, another form, or no place in the list."""
    for nr, (name, text) in enumerate(sorted(pages.items()), 1):
        if not name.startswith(f"{nr:04d}-"):
            yield f"{name}: expected number {nr:04d}"
        if not text.startswith(f"# {name[:4]} "):
            yield f"{name}: the title does not begin with its number"
        if re.findall(r"^## (.+)$", text, re.M) != PARTS:
            yield f"{name}: the parts are not {', '.join(PARTS)}"
        if f"({name})" not in index:
            yield f"{name}: not in the list"


def test_decisions_are_in_form_and_in_the_list(root: Path) -> None:
    folder = root / "docs/adr"
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("[0-9]*.md")}
    assert pages
    assert list(adr_faults(pages, (folder / "README.md").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("0002-a.md", "# 0002 A", "expected number 0001"),
        ("0001-a.md", "# A", "the title"),
        ("0001-a.md", "# 0001 A\n## Decision", "the parts"),
        ("0001-b.md", "# 0001 B", "not in the list"),
    ],
)
def test_a_decision_out_of_form_is_found(name: str, text: str, said: str) -> None:
    assert any(said in fault for fault in adr_faults({name: text}, "[1](0001-a.md)"))


def test_the_readme_is_read_in_five_minutes(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    assert "make demo" in text
    assert "make test" in text


def ownerless(root: Path, text: str) -> list[str]:
    """Paths in CODEOWNERS that are not there."""
    paths = [line.split()[0] for line in text.splitlines() if line and not line.startswith("#")]
    return [path for path in paths if path != "*" and not (root / path.lstrip("/")).exists()]


def test_every_path_with_an_owner_is_there(root: Path, tmp_path: Path) -> None:
    text = (root / "CODEOWNERS").read_text(encoding="utf-8")
    assert ownerless(root, text) == []
    assert "/libs/kit/" in ownerless(tmp_path, text)


def test_points_of_the_plan_that_code_names_stand_in_it(
    root: Path, sources: dict[str, str]
) -> None:
    plan = set(re.findall(r"^\| (D\d+) \|", (root / "docs/design.md").read_text(), re.M))
    named = {point for text in sources.values() for point in re.findall(r"design (D\d+)", text)}
    assert named
    assert named <= plan


def test_no_code_points_to_a_paper_that_is_not_in_the_house(sources: dict[str, str]) -> None:
    papers = re.compile(r"research/\w|\b[a-z-]+\.md [§A-Z]\b")
    assert [path for path, text in sources.items() if papers.search(text)] == []
