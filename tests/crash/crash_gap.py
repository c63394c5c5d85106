"""A store of an earlier moment: what is done about it, and what can be said of it."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Sequence

from crash_checks import TOLD_BY
from crash_evidence import SERVICES, Evidence, Message, gather
from crash_load import Load
from crash_stack import BreakableStack

from inkoop_local.waiting import until


def play(load: Load) -> None:
    """Send all of it, and wait for the answers and decisions."""
    load.start()
    load.finish(300)


def above(evidence: Evidence, service: str, heads: Sequence[int]) -> list[Message]:
    """What was told by a service and is above the heads of its lanes."""
    topics = [topic for topic, publisher in TOLD_BY.items() if publisher == service]
    told = (one for topic in topics for one in evidence.messages[topic])
    return [one for one in told if one.sequence > heads[one.lane]]


def send_again(stack: BreakableStack, load: Load) -> None:
    """Send what was forgotten; decisions on invoices that are still missing lie parked."""

    def done() -> bool:
        free = none_is_parked(stack)
        try:
            load.finish(1)
        except AssertionError:
            return False
        return free and none_is_parked(stack)

    load.start()
    until(done, 200, "all is there again, and nothing is parked", pause=0.5)


def none_is_parked(stack: BreakableStack) -> bool:
    """Let everything be tried again, and look."""
    parked = json.loads(inkoop(stack, "parked", "list", "--json"))["parked"]
    assert {one["service"] for one in parked} <= {"invoicing"}
    if parked:
        ids = [f"{one['service']}/{one['id']}" for one in parked]
        inkoop(stack, "parked", "release", *ids)
    return not parked


def all_say(stack: BreakableStack, words: str) -> bool:
    """Whether every replica says this when asked whether it is ready."""
    reasons = stack.reasons()
    return len(reasons) == len(stack.all_replicas()) and all(
        words in why for why in reasons.values()
    )


def gathered(stack: BreakableStack) -> Evidence:
    """All that there is."""
    infrastructure = stack.infrastructure
    return gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)


def inkoop(stack: BreakableStack, *words: str, codes: tuple[int, ...] = (0,)) -> str:
    """What the command line answers."""
    urls = {f"INKOOP_{one.upper()}_URLS": ",".join(stack.urls(one)) for one in SERVICES}
    done = subprocess.run(
        ["inkoop", *words], env={**os.environ, **urls}, capture_output=True, text=True, check=False
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


def paid_once(evidence: Evidence) -> None:
    """No invoice was told to be payable twice."""
    payable = Counter(
        one.key
        for one in evidence.messages["inkoop.invoicing"]
        if one.type == "nl.inkoop.invoice.became-payable.v1"
    )
    assert payable
    assert set(payable.values()) == {1}
