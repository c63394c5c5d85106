"""Why something became of a document: in words, from what the services recorded."""

from inkoop_cli.gather import part_of_trail
from inkoop_cli.services import Services
from inkoop_cli.standing import Standing
from inkoop_cli.submission import Result
from inkoop_cli.words import code_in_words, finding_in_words, reasons


def why_not_accepted(result: Result) -> tuple[str, ...]:
    """The code and detail of its refusal, unless a finding says the same, and all findings."""
    findings = tuple(finding_in_words(finding) for finding in result.findings)
    if any(finding.get("rule") == result.code for finding in result.findings):
        return findings
    told = ": ".join(part for part in (result.code, result.detail) if part)
    return (told, *findings) if told else findings


def why_so(services: Services, standing: Standing) -> tuple[str, ...]:
    """What matching found on the invoice, by its last decision for each order; else the codes."""
    if not standing.reasons:
        return ()
    in_force: dict[str, tuple[str, ...]] = {}
    for entry in part_of_trail(services, "matching", invoice=standing.invoice):
        if entry.type == "match-decided":
            in_force[entry.key] = tuple(reasons(entry.data))
    found = [line for lines in in_force.values() for line in lines]
    told = " ".join(found)
    return (*(code_in_words(code) for code in standing.reasons if code not in told), *found)
