from dataclasses import dataclass
from enum import Enum

import pytest

from inkoop_events.values import LineId, Refused
from inkoop_events.values.faults import Fault, Faulty
from inkoop_host.findings import KEY_REUSED, Finding, Message, Words, explain, finding_of, warn
from inkoop_host.questions import composed

ODD, EVEN = Message(nl="vreemd", en="odd"), Message(nl="even", en="even")
WORDS: Words = {"ODD": ODD, "EVEN": EVEN}


class Severity(Enum):
    FATAL = "fatal"
    WARNING = "warning"


@dataclass(frozen=True)
class Remark:
    rule: str
    severity: Severity
    location: str
    term: str
    message: Message


def test_every_fault_of_a_refusal_is_told_with_its_place() -> None:
    refused = Faulty((Fault("ODD", "price", LineId("2")), Fault("EVEN", "lines")))
    assert explain(refused, WORDS) == [
        Finding(rule="ODD", location='lines[line="2"].price', message=ODD),
        Finding(rule="EVEN", location="lines", message=EVEN),
    ]


def test_a_fault_without_words_says_its_code() -> None:
    [finding] = explain(Faulty((Fault("NEW", "lines"),)), WORDS)
    assert finding.message == Message(nl="NEW", en="NEW")


def test_a_refusal_without_words_says_its_detail() -> None:
    [finding] = explain(Refused("NEW", "so it is"), WORDS)
    assert (finding.rule, finding.message) == ("NEW", Message(nl="so it is", en="so it is"))


def test_that_a_key_was_used_before_is_told_for_every_service() -> None:
    [finding] = explain(Refused(KEY_REUSED, "so it is"), WORDS)
    assert "al gebruikt" in finding.message.nl


def test_a_warning_names_its_place() -> None:
    finding = warn("ODD", WORDS, "lines[2]")
    assert (finding.severity, finding.location) == ("warning", "lines[2]")
    assert finding.message == ODD


@pytest.mark.parametrize("severity", Severity)
def test_a_remark_of_a_library_becomes_a_finding(severity: Severity) -> None:
    remark = Remark("BR-1", severity, "/Invoice", "BT-1", Message(nl="n", en="e"))
    assert finding_of(remark).model_dump() == {
        "rule": "BR-1",
        "severity": severity.value,
        "location": "/Invoice",
        "term": "BT-1",
        "message": {"nl": "n", "en": "e"},
    }


def test_a_number_that_is_asked_for_has_the_form_in_which_it_is_kept() -> None:
    assert composed("e\u0301") == "\u00e9"
