"""The site: links hold on it, AsyncAPI documents are readable, and every library is shown."""

import json
from pathlib import Path

import pages
import pytest
from asyncapi_pages import asyncapi_page


def test_a_page_for_each_service_says_what_it_tells_and_hears(root: Path) -> None:
    made = pages.asyncapi(root / "docs")
    assert set(made) == {f"events/{name}.md" for name in ("ordering", "invoicing", "matching")}
    text = made["events/matching.md"]
    assert "## Tells on `inkoop.matching`" in text
    assert "## Hears on `inkoop.invoicing.presented`" in text
    assert "| `outcome` | [MatchOutcome](#matchoutcome) | yes |" in text
    assert "| `findings` | list of [MatchFinding](#matchfinding) | yes |" in text
    assert "[The document itself](matching.asyncapi.json)" in text


@pytest.mark.parametrize("name", ["ordering", "invoicing", "matching"])
def test_every_message_schema_and_field_is_on_the_page(root: Path, name: str) -> None:
    document = json.loads((root / f"docs/events/{name}.asyncapi.json").read_text())
    page = asyncapi_page(document)
    for message in document["components"]["messages"].values():
        assert f"`{message['name']}`" in page
    for title, schema in document["components"]["schemas"].items():
        assert title == "CloudEvent" or f"### {title}\n" in page
        assert all(f"| `{field}` |" in page for field in schema.get("properties", ()))
    assert " <" not in "".join(page.split("`")[::2])


@pytest.mark.parametrize(
    ("page", "link", "there"),
    [
        ("index.md", "[r](../README.md)", "[r](readme.md)"),
        ("tour.md", "[c](../CONTRIBUTING.md#the-ten-rules)", "[c](contributing.md#the-ten-rules)"),
        ("operations/rebuild.md", "[d](../adr/README.md)", "[d](../adr/README.md)"),
        ("readme.md", "[t](docs/tour.md)", "[t](tour.md)"),
        ("packages/kit.md", "[x](../../docs/adr/README.md)", "[x](../adr/README.md)"),
        ("readme.md", "[l](LICENSE)", "l (`LICENSE`)"),
        ("readme.md", "[e](https://inkoop.example/)", "[e](https://inkoop.example/)"),
        ("readme.md", "[a](#here)", "[a](#here)"),
    ],
)
def test_a_link_of_the_repository_leads_to_a_page_of_the_site(
    page: str, link: str, there: str
) -> None:
    assert pages.relinked(link, page) == there


def test_every_public_module_of_the_libraries_has_a_page() -> None:
    assert "::: inkoop_kit.desk" in pages.api("kit")["api/inkoop_kit.desk.md"]
    assert "api/inkoop_events.values.faults.md" in pages.api("events")
    assert "api/inkoop_host.service.md" in pages.api("host")


def test_every_readme_beside_the_code_has_a_page(root: Path) -> None:
    beside = [
        str(path.relative_to(root))
        for folder in ("libs", "services", "cli", "deploy")
        for path in (root / folder).rglob("README.md")
        if not {"tests", "migrations"} & set(path.parts)
    ]
    assert set(beside) <= set(pages.COPIED)
