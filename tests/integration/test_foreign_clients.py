"""A client that was not made by us understands what stands on the topics."""

import json
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from story_market import Market
from story_topics import read_topics

from inkoop_local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
SCHEMAS = Path(__file__).parents[2] / "libs" / "events" / "schemas"
TOPICS = ["inkoop.ordering", "inkoop.invoicing", "inkoop.invoicing.presented", "inkoop.matching"]
URN = re.compile(r"urn:nld:oin:\d{20}:systeem:[a-z-]+")


@pytest.fixture
def traded(market: Market) -> Market:
    """An order, a receipt, an invoice and a duplicate have passed."""
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="10")
    market.invoice(invoice, order)
    market.becomes(invoice, "payable")
    return market


@pytest.mark.usefixtures("traded")
def test_every_message_is_a_cloud_event_whose_payload_fits_its_schema(stack: Stack) -> None:
    schemas = {
        schema["$id"]: Draft202012Validator(schema)
        for schema in (json.loads(path.read_text()) for path in SCHEMAS.glob("*.json"))
    }
    records = read_topics(stack.infrastructure.kafka.bootstrap, TOPICS)
    assert {record.topic for record in records} == set(TOPICS)
    for record in records:
        attributes = record.headers
        assert attributes["ce_specversion"] == "1.0"
        assert URN.fullmatch(attributes["ce_source"])
        assert attributes["content-type"] == "application/json"
        assert datetime.fromisoformat(attributes["ce_time"]).tzinfo is not None
        assert attributes["ce_subject"] == record.key
        lane, _, sequence = attributes["ce_id"].partition("-")
        assert (lane, int(sequence)) == (attributes["ce_lane"], int(attributes["ce_sequence"]))
        assert len(attributes["ce_sequence"]) == 20
        assert (
            list(schemas[attributes["ce_dataschema"]].iter_errors(json.loads(record.value))) == []
        )
        assert not any(name != name.lower() for name in attributes)


@pytest.mark.usefixtures("traded")
def test_kcat_reads_the_topics(stack: Stack) -> None:
    kcat = shutil.which("kcat") or shutil.which("kafkacat")
    if kcat is None:
        pytest.skip("kcat is not installed: apt-get install kcat")
    bootstrap = stack.infrastructure.kafka.bootstrap
    command = [
        kcat,
        "-C",
        "-b",
        bootstrap,
        "-t",
        "inkoop.matching",
        "-o",
        "beginning",
        "-e",
        "-q",
        "-J",
    ]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    messages = [json.loads(line) for line in printed.splitlines()]
    assert messages
    for message in messages:
        headers = dict(zip(message["headers"][::2], message["headers"][1::2], strict=True))
        assert headers["ce_type"] == "nl.inkoop.match.decided.v1"
        payload = json.loads(message["payload"])
        assert message["key"].startswith(payload["department"])
