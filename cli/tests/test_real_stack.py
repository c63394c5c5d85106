"""The commands on the real services, broker and database."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from inkoop_cli.commands.demo import mark_of
from inkoop_cli.demo.cast import MINISTRY
from inkoop_cli.demo.step import Step, numbered
from inkoop_cli.demo.story import Storyteller
from inkoop_cli.testing import Inkoop
from inkoop_local.stack import SERVICES, Stack
from inkoop_local.status import status
from inkoop_local.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
EXAMPLES = (
    Path(os.environ.get("INKOOP_REFERENCE", ROOT.parent / "shared" / "reference"))
    / "corpora/logius-basisfactuur-rijk"
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """All services, with a stack of their own and no data from before."""
    stack = Stack(ROOT / ".local" / "commands")
    stack.clean()
    yield stack
    stack.clean()


@pytest.fixture(scope="module")
def running(stack: Stack) -> Stack:
    """All services run."""
    stack.up()
    return stack


@pytest.fixture
def services(running: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The command line finds the services that run."""
    for name in SERVICES:
        monkeypatch.setenv(f"INKOOP_{name.upper()}_URLS", running.service(name).url)
    return running


@pytest.fixture
def steps(tmp_path: Path) -> list[Step]:
    """The demo's documents, as files in `tmp_path`; their numbers are this test's own."""
    run = mark_of(datetime.fromtimestamp(tmp_path.stat().st_ctime_ns / 1e9, UTC)) + "T"
    found = [each for _, each in numbered(Storyteller(run, date(2026, 11, 24)).chapters())]
    for number, each in enumerate(found, 1):
        (tmp_path / f"{number:02}-{each.name}").write_bytes(each.document)
    return found


def submit_in_order(inkoop: Inkoop, steps: list[Step], folder: Path) -> None:
    """The invoice goes when matching knows order and receipt: else it may be held for a moment."""
    assert inkoop("submit", *sorted(folder.glob("0[12]-*"))).code == 0
    order = steps[0].name.removesuffix(".xml")

    def heard() -> bool:
        trail = json.loads(inkoop("show", order, "--json").out)["trail"]
        return ("matching", "receipt-recorded") in {(e["service"], e["type"]) for e in trail}

    until(heard, 45, "matching knows the receipt")
    assert inkoop("submit", *folder.glob("03-*")).code == 0


def test_the_demo_starts_a_stack_and_stops_it_unless_it_is_to_stay(
    stack: Stack, inkoop: Inkoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKOOP_LOCAL_DIRECTORY", str(stack.directory))
    said = inkoop("demo")
    assert "24 of 24 outcomes as expected" in said.out
    assert said.code == 0
    assert status(stack.file) == ()
    kept = inkoop("demo", "--keep")
    assert kept.code == 0
    assert "The services still run. Try:" in kept.out
    assert inkoop("status").code == 0


def test_an_invoice_is_followed_until_it_is_payable(
    services: Stack, inkoop: Inkoop, steps: list[Step], tmp_path: Path
) -> None:
    submit_in_order(inkoop, steps, tmp_path)
    said = inkoop("show", steps[2].invoice, "--follow", "--json")
    assert said.code == 0
    answer = json.loads(said.out)
    assert [each["state"] for each in answer["invoices"]] == ["payable"]
    types = [(line["service"], line["type"]) for line in answer["trail"]]
    assert ("matching", "match-decided") in types
    assert ("ordering", "order-placed") in types
    assert {line["depth"] for line in answer["trail"]} >= {0, 1, 2}


def test_an_order_is_shown_with_its_invoices(
    services: Stack, inkoop: Inkoop, steps: list[Step], tmp_path: Path
) -> None:
    submit_in_order(inkoop, steps, tmp_path)
    inkoop("show", steps[2].invoice, "--follow")
    order = steps[0].name.removesuffix(".xml")
    said = inkoop("show", f"{MINISTRY.id}/{order}")
    assert f"{steps[2].invoice}  PAYABLE" in said.out
    assert said.out == inkoop("show", order).out


def test_all_is_well_and_a_view_is_rebuilt(services: Stack, inkoop: Inkoop) -> None:
    said = inkoop("status", "--json")
    assert said.code == 0, said.out
    assert json.loads(said.out)["well"] is True
    assert inkoop("parked", "list").out == "Nothing is parked.\n"
    assert inkoop("rebuild", "invoicing/invoices").code == 0


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no reference data (INKOOP_REFERENCE)")
def test_official_examples_each_get_a_named_answer(services: Stack, inkoop: Inkoop) -> None:
    said = inkoop("demo", "--docs", EXAMPLES)
    assert said.code == 0, said.out
    assert "3 documents, 3 with a named answer." in said.out


def test_a_service_that_goes_away_is_said_and_nothing_is_lost(
    services: Stack, inkoop: Inkoop, steps: list[Step], tmp_path: Path
) -> None:
    services.service("invoicing").kill()
    said = inkoop("submit", tmp_path, "--json")
    assert said.code == 3
    unsent = [each for each in json.loads(said.out)["documents"] if each["status"] == "unsent"]
    assert {each["service"] for each in unsent} == {"invoicing"}
    assert inkoop("status").code == 3
    services.start_service("invoicing")
    again = json.loads(inkoop("submit", tmp_path, "--json").out)
    assert "unsent" not in again["summary"]
