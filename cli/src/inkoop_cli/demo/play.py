"""Plays a step: sends its document, waits for what must become of it, and times it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from inkoop_cli.demo.step import Step
from inkoop_cli.gather import part_of_trail
from inkoop_cli.services import Services, wait
from inkoop_cli.sniff import media_type, sniff
from inkoop_cli.sources import Source
from inkoop_cli.standing import Standing, standings
from inkoop_cli.submission import Result, submit
from inkoop_cli.why import why_answered, why_so

LOOK_AGAIN = 0.03
"""Seconds between two looks for a decision."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a step. `seconds` from the start of the submission to the decision.

    `standing` is that of the invoice that the step is about, if there is one.
    """

    step: Step
    result: Result
    standing: Standing | None
    seconds: float
    why: tuple[str, ...] = ()
    """In words."""

    @property
    def as_expected(self) -> bool:
        """The answer, the state and the reasons are those that the step names."""
        if self.result.status != self.step.answer:
            return False
        if not self.step.invoice:
            return set(self.step.codes) <= set(self.codes)
        return self.standing is not None and is_reached(self.step, self.standing)

    @property
    def outcome(self) -> str:
        """In one word: where the invoice stands, else what the service answered."""
        if self.standing is not None and self.result.status == "accepted":
            return self.standing.state
        return self.result.status

    @property
    def codes(self) -> tuple[str, ...]:
        """Why."""
        if self.standing is not None and self.result.status == "accepted":
            return self.standing.reasons
        rules = [str(finding.get("rule")) for finding in self.result.findings]
        return tuple(dict.fromkeys([*([self.result.code] if self.result.code else []), *rules]))


def play(
    services: Services,
    step: Step,
    *,
    patience: float,
    now: Callable[[], float] = time.time,
) -> Played:
    """Send the document and wait, at most `patience` seconds, until all is as the step says."""
    began, deadline = now(), time.monotonic() + patience
    [result] = submit(services, [_source(step)], lambda _: None)
    answered = now()
    if not step.invoice or result.status != step.answer:
        return Played(step, result, None, answered - began, why_answered(result))
    while True:
        standing = standing_of(services, step.invoice)
        reached = standing is not None and is_reached(step, standing)
        if reached or time.monotonic() >= deadline:
            break
        wait(LOOK_AGAIN)
    decided = standing.since.timestamp() if standing is not None else answered
    why = why_so(services, standing) if standing is not None else ()
    return Played(step, result, standing, max(decided, answered) - began, why)


def standing_of(services: Services, invoice: str) -> Standing | None:
    """Where one invoice stands now; none when nothing is known of it."""
    found = standings(part_of_trail(services, "invoicing", invoice=invoice))
    return next((each for each in found if each.invoice == invoice), None)


def is_reached(step: Step, standing: Standing) -> bool:
    """True when the invoice stands where the step wants it."""
    return standing.state == step.state and set(step.codes) <= set(standing.reasons)


def _source(step: Step) -> Source:
    kind, found = sniff(step.document)
    return Source(
        step.name,
        len(step.document),
        lambda: step.document,
        kind,
        found,
        media_type(step.document),
    )
