"""Why something became of a document: in words, from what the services recorded."""

from collections.abc import Iterable

from inkoop_cli.gather import part_of_trail
from inkoop_cli.services import Services
from inkoop_cli.standing import Standing
from inkoop_cli.submission import Result
from inkoop_cli.trail import Entry
from inkoop_cli.words import code_in_words, finding_in_words, reasons

MOST = 8
"""Lines that people are told of one document; `--json` has all."""


def why_answered(result: Result) -> tuple[str, ...]:
    """The code and detail of a refusal, unless a finding says the same, and the findings."""
    if result.status == "repeated":
        return ("The same bytes were here before: nothing happened.",)
    findings = _shortened([finding_in_words(finding) for finding in result.findings])
    if any(finding.get("rule") == result.code for finding in result.findings):
        return findings
    told = ": ".join(part for part in (result.code, result.detail) if part)
    return (told, *findings) if told else findings


def why_so(services: Services, standing: Standing) -> tuple[str, ...]:
    """What matching found on an invoice by its decision in force for each order; else the codes."""
    in_force: dict[str, Entry] = {}
    for entry in part_of_trail(services, "matching", invoice=standing.invoice):
        if entry.type == "match-decided":
            in_force[entry.key] = entry
    if standing.state == "payable":
        return tuple(_matched(entry) for _, entry in sorted(in_force.items()))
    found = [line for entry in in_force.values() for line in reasons(entry.data)]
    told = " ".join(found)
    codes = [code_in_words(code) for code in standing.reasons if code not in told]
    return _shortened([*codes, *found])


def _matched(entry: Entry) -> str:
    order = entry.key.partition("/")[2]
    notices = "".join(f"; {reason}" for reason in reasons(entry.data))
    return f"matches order {order} (policy {entry.data.get('policy', '?')}){notices}"


def _shortened(lines: Iterable[str]) -> tuple[str, ...]:
    told = tuple(lines)
    if len(told) <= MOST:
        return told
    return (*told[: MOST - 1], f"… and {len(told) - MOST + 1} more")
