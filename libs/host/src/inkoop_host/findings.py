"""What is wrong with a document, or only worth a look, in Dutch and English: the answer's form."""

from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import BaseModel

from inkoop_events.values import Refused
from inkoop_events.values.faults import Fault, Faulty

KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
"""Code of the refusal of a command whose id came before with something else."""


class Message(BaseModel):
    """The same sentence in Dutch and English."""

    nl: str
    en: str


class Finding(BaseModel):
    """What is wrong, or only worth a look: the rule, the place, the term, and plain words."""

    rule: str
    severity: Literal["fatal", "warning"] = "fatal"
    location: str = ""
    term: str = ""
    message: Message


class Bilingual(Protocol):
    """A sentence in both languages, of whatever class."""

    @property
    def nl(self) -> str: ...  # noqa: D102
    @property
    def en(self) -> str: ...  # noqa: D102


class Grade(Protocol):
    """How bad it is: `fatal` or `warning`."""

    @property
    def value(self) -> str: ...  # noqa: D102


class Remark(Protocol):
    """A finding of a library that knows nothing of HTTP."""

    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def severity(self) -> Grade: ...  # noqa: D102
    @property
    def location(self) -> str: ...  # noqa: D102
    @property
    def term(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> Bilingual: ...  # noqa: D102


Words = Mapping[str, Bilingual]
"""What each code means; a code that is missing is told as it is."""
_OURS: Words = {
    KEY_REUSED: Message(
        nl="Deze Idempotency-Key is al gebruikt voor een andere inhoud.",
        en="This Idempotency-Key was used before for something else.",
    )
}


def finding_of(remark: Remark) -> Finding:
    """A remark in the answer's form."""
    return Finding(
        rule=remark.rule,
        severity="fatal" if remark.severity.value == "fatal" else "warning",
        location=remark.location,
        term=remark.term,
        message=_message(remark.message),
    )


def explain(refused: Refused, words: Words) -> list[Finding]:
    """All that a refusal says, in plain words; its detail where there are none."""
    if isinstance(refused, Faulty):
        return [_fault(fault, words) for fault in refused.faults]
    said = words.get(refused.code) or _OURS.get(refused.code)
    message = _message(said) if said else Message(nl=refused.detail, en=refused.detail)
    return [Finding(rule=refused.code, message=message)]


def warn(code: str, words: Words, location: str = "") -> Finding:
    """What is only worth a look, in plain words."""
    return Finding(rule=code, severity="warning", location=location, message=_said(code, words))


def _fault(fault: Fault, words: Words) -> Finding:
    place = fault.field if fault.line is None else f'lines[line="{fault.line}"].{fault.field}'
    return Finding(rule=fault.code, location=place, message=_said(fault.code, words))


def _said(code: str, words: Words) -> Message:
    return _message(words[code]) if code in words else Message(nl=code, en=code)


def _message(said: Bilingual) -> Message:
    return Message(nl=said.nl, en=said.en)
