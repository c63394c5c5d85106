"""A command line, and doubles of the services for it to ask."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from inkoop_cli.addresses import SERVICES
from inkoop_cli.main import run
from inkoop_cli.testing import Doubles, Inkoop, Said, served


@pytest.fixture
def doubles(monkeypatch: pytest.MonkeyPatch) -> Iterator[Doubles]:
    found = Doubles()
    with ExitStack() as stack:
        for name in SERVICES:
            url = stack.enter_context(served(getattr(found, name)))
            monkeypatch.setenv(f"INKOOP_{name.upper()}_URLS", url)
        yield found


@pytest.fixture
def inkoop(capsys: pytest.CaptureFixture[str]) -> Inkoop:
    def ask(*arguments: str | Path) -> Said:
        code = run([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return ask
