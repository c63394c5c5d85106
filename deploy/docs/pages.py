"""The site's pages that are made of other files: READMEs, the API, AsyncAPI. A hook of MkDocs."""

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from asyncapi_pages import asyncapi_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
COPIED = {
    "README.md": "readme.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "libs/events/README.md": "packages/events.md",
    "libs/events/CHANGELOG.md": "packages/events-changelog.md",
    "libs/kit/README.md": "packages/kit.md",
    "libs/host/README.md": "packages/host.md",
    "libs/documents/README.md": "packages/documents.md",
    "services/ordering/README.md": "services/ordering.md",
    "services/invoicing/README.md": "services/invoicing.md",
    "services/matching/README.md": "services/matching.md",
    "cli/README.md": "packages/cli.md",
    "deploy/local/README.md": "packages/local.md",
}
"""Documents that stand beside the code, and their pages."""
SHOWN = ("events", "kit", "host", "documents")
"""The libraries whose API has pages."""
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages in an order in which people look for them."""
    docs = Path(config.docs_dir)
    config.nav = [
        {"Start": ["index.md", "readme.md", "tour.md", "glossary.md", "contributing.md"]},
        {"Packages": [page for page in COPIED.values() if page.startswith("packages/")]},
        {"Services": [page for page in COPIED.values() if page.startswith("services/")]},
        {"Events": sorted(asyncapi(docs))},
        {"API": [{name: sorted(api(name))} for name in SHOWN]},
        {"Operations": _in(docs, "operations")},
        {"Decisions": _in(docs, "adr")},
        {"Changes": ["changelog.md", *_more(docs)]},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made of other files."""
    made = {page: (ROOT / path).read_text(encoding="utf-8") for path, page in COPIED.items()}
    made |= asyncapi(Path(config.docs_dir))
    for name in SHOWN:
        made |= api(name)
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead the links of the repository to the pages of the site."""
    return relinked(markdown, page.file.src_uri)


def relinked(markdown: str, page: str) -> str:
    """The text with links that hold on the site; a link to code becomes its words alone."""
    came_from = next((path for path, made in COPIED.items() if made == page), f"docs/{page}")

    def link(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        path, hash_, anchor = target.partition("#")
        if "://" in target or not path:
            return found[0]
        where = posixpath.normpath(posixpath.join(posixpath.dirname(came_from), path))
        made = COPIED.get(where) or (where.removeprefix("docs/") if _shown(where) else None)
        if made is None:
            return f"{words} (`{where}`)"
        return (
            f"[{words}]({posixpath.relpath(made, posixpath.dirname(page) or '.')}{hash_}{anchor})"
        )

    return _LINK.sub(link, markdown)


def api(name: str) -> dict[str, str]:
    """A page for each public module of a library."""
    source = ROOT / "libs" / name / "src"
    return {f"api/{module}.md": f"# `{module}`\n\n::: {module}\n" for module in _modules(source)}


def asyncapi(docs: Path) -> dict[str, str]:
    """A page for each service's AsyncAPI document, which lies beside it."""
    return {
        f"events/{path.name.partition('.')[0]}.md": asyncapi_page(json.loads(path.read_text()))
        + f"\n[The document itself]({path.name})\n"
        for path in sorted((docs / "events").glob("*.asyncapi.json"))
    }


def _modules(source: Path) -> Iterator[str]:
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if not any(part.startswith("_") for part in parts):
            yield ".".join(parts)


def _shown(path: str) -> bool:
    return path.startswith("docs/") and (ROOT / path).is_file()


def _in(docs: Path, folder: str) -> list[str]:
    return sorted(f"{folder}/{path.name}" for path in (docs / folder).glob("*.md"))


def _more(docs: Path) -> list[str]:
    """Pages that nobody put anywhere else, so that a new one is on the site at once."""
    placed = {"index.md", "tour.md", "glossary.md"}
    return sorted(path.name for path in docs.glob("*.md") if path.name not in placed)
