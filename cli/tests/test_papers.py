"""The demo's documents against the official schemas and Schematron rules, where they are there."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] — lxml has no types
from saxonche import PySaxonProcessor, PyXdmValue

from inkoop_cli.demo.step import Step, numbered
from inkoop_cli.demo.story import Storyteller
from inkoop_documents import take_in

REFERENCE = Path(
    os.environ.get("INKOOP_REFERENCE", Path(__file__).parents[3] / "shared" / "reference")
)
STANDARDS = REFERENCE / "standards"
SCH = "{http://purl.oclc.org/dsdl/schematron}"
STORY = [step for _, step in numbered(Storyteller("T3ST1", date(2026, 11, 24)).chapters())]
SOUND = [step for step in STORY if step.name.endswith(".xml") and step.answer != "refused"]

needs_standards = pytest.mark.skipif(
    not STANDARDS.is_dir(), reason=f"no reference data at {REFERENCE} (INKOOP_REFERENCE)"
)


def is_ohnl(step: Step) -> bool:
    return b">1.9</cbc:CustomizationID>" in step.document


def root_of(step: Step) -> str:
    return etree.QName(etree.fromstring(step.document)).localname


def schematrons(step: Step) -> list[Path]:
    """The official rules that can be run without a compiler: those of the State itself."""
    rijk, ohnl, root = STANDARDS / "basis-rijk", STANDARDS / "ubl-ohnl/1.9/sch", root_of(step)
    if root == "Order":
        own = (
            "basisorder-rijk-ohnl-1.9.sch" if is_ohnl(step) else "basisorder-rijk-peppol-bis-3.sch"
        )
        return [rijk / own, *([ohnl / "Order.sch"] if is_ohnl(step) else [])]
    return [ohnl / "Invoice.sch"] if is_ohnl(step) else []


def broken_rules(document: bytes, schematron: Path) -> Iterator[str]:
    """The assertions that do not hold: every rule is a context and a test, both XPath 2."""
    rules = etree.parse(str(schematron))
    with PySaxonProcessor() as saxon:
        xpath = saxon.new_xpath_processor()
        for namespace in rules.iter(f"{SCH}ns"):
            xpath.declare_namespace(namespace.get("prefix"), namespace.get("uri"))
        xpath.set_context(xdm_item=saxon.parse_xml(xml_text=document.decode()))
        for rule in rules.iter(f"{SCH}rule"):
            context = "//" + rule.get("context", "").removeprefix("/")
            for check in rule.iter(f"{SCH}assert"):
                failing = f"{context}[not({check.get('test')})]"
                found: PyXdmValue | None = xpath.evaluate(failing)
                if found is not None and found.size:
                    yield f"{check.get('id') or ''} {' '.join((check.text or '').split())}"


@needs_standards
@pytest.mark.parametrize("step", SOUND, ids=lambda step: step.name)
def test_a_document_is_valid_by_its_official_schema(step: Step) -> None:
    name = root_of(step)
    rooms = (f"ubl-ohnl/1.9/xsdrt/maindoc/{name}.xsd", f"ubl-2.1-xsd/maindoc/UBL-{name}-2.1.xsd")
    schema = etree.XMLSchema(etree.parse(str(STANDARDS / rooms[0 if is_ohnl(step) else 1])))
    schema.validate(etree.fromstring(step.document))
    assert [error.message for error in schema.error_log] == []


@needs_standards
@pytest.mark.parametrize(
    ("step", "schematron"),
    [(step, path) for step in SOUND for path in schematrons(step)],
    ids=lambda each: each.name,
)
def test_a_document_breaks_no_rule_of_the_state(step: Step, schematron: Path) -> None:
    assert list(broken_rules(step.document, schematron)) == []


@pytest.mark.parametrize("step", SOUND, ids=lambda step: step.name)
def test_our_own_rules_find_nothing_in_a_sound_document(step: Step) -> None:
    read = take_in(step.document)
    assert read.findings == ()
    assert read.document is not None


@needs_standards
def test_the_check_by_schematron_can_fail() -> None:
    order = next(step for step in SOUND if step.name.endswith("-B.xml"))
    spoilt = order.document.replace(b'schemeAgencyName="OIN"', b'schemeAgencyName="KvK"')
    rules = STANDARDS / "basis-rijk/basisorder-rijk-ohnl-1.9.sch"
    assert [rule.split()[0] for rule in broken_rules(spoilt, rules)] == ["BR-NL-BOR-26"]
