import json
from pathlib import Path

import pytest

from inkoop_cli.addresses import find_addresses
from inkoop_cli.faults import UNREACHABLE, UnreachableError


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".local").mkdir()
    note = {"services": {"ordering": "http://a:1/", "matching": ["http://b:1", "http://b:2"]}}
    (tmp_path / ".local/stack.json").write_text(json.dumps(note))
    (tmp_path / "deep/down").mkdir(parents=True)
    return tmp_path


def test_the_note_of_the_local_stack_is_found_from_any_folder_below(checkout: Path) -> None:
    found = find_addresses({}, checkout / "deep/down", ("ordering", "matching"))
    assert found == {"ordering": ("http://a:1",), "matching": ("http://b:1", "http://b:2")}


def test_the_environment_wins(checkout: Path) -> None:
    environ = {"INKOOP_ORDERING_URLS": "http://c:1, http://c:2/"}
    found = find_addresses(environ, checkout, ("ordering", "matching"))
    assert found["ordering"] == ("http://c:1", "http://c:2")
    assert found["matching"] == ("http://b:1", "http://b:2")


def test_a_service_that_is_nowhere_is_said_with_what_to_do(checkout: Path) -> None:
    with pytest.raises(UnreachableError) as told:
        find_addresses({}, checkout, ("ordering", "nobody"))
    assert told.value.what == "Nobody said where to find: nobody."
    assert "make up" in told.value.advice
    assert told.value.code == UNREACHABLE


def test_a_note_that_is_half_written_is_no_note(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/stack.json").write_text('{"services": {"nobody"')
    with pytest.raises(UnreachableError):
        find_addresses({}, tmp_path, ("nobody",))
