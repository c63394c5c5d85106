"""Every fact ever stored is still read: one golden file for each type and version, never edited."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from inkoop_invoicing.application.invoicing import INVOICE
from inkoop_invoicing.domain.invoice import InvoiceFact, InvoicePresented
from inkoop_kit.codec import Codec

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


def decoded(file: Path) -> InvoiceFact:
    type_, version, _ = file.name.split(".")
    return Codec(INVOICE).decode(type_, int(version[1:]), file.read_bytes())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_golden_fact_is_read_whole(file: Path) -> None:
    again = json.loads(Codec(INVOICE).encode(decoded(file)))
    stored = json.loads(file.read_bytes())
    assert again | stored == again


def test_every_fact_has_its_golden_file() -> None:
    names = {f"{fact.TYPE}.v{fact.VERSION}.json" for fact in INVOICE.facts}
    assert names <= {file.name for file in FILES}


def test_a_golden_price_keeps_its_decimals() -> None:
    presented = decoded(GOLDEN / "invoice-presented.v1.json")
    assert isinstance(presented, InvoicePresented)
    assert presented.lines[0].price == Decimal("0.1234567890")
