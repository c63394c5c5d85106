"""The checker: what must hold at the end, from stores, topics and answers alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from crash_evidence import LANES, SERVICES, Evidence, Kept, once
from crash_load import Submission

PUBLIC = {
    "order-placed": ("inkoop.ordering", "nl.inkoop.order.placed.v1"),
    "invoice-received": ("inkoop.invoicing", "nl.inkoop.invoice.received.v1"),
    "invoice-presented": ("inkoop.invoicing.presented", "nl.inkoop.invoice.presented.v1"),
    "invoice-held": ("inkoop.invoicing", "nl.inkoop.invoice.held.v1"),
    "invoice-duplicated": ("inkoop.invoicing", "nl.inkoop.invoice.duplicated.v1"),
    "invoice-became-payable": ("inkoop.invoicing", "nl.inkoop.invoice.became-payable.v1"),
    "match-decided": ("inkoop.matching", "nl.inkoop.match.decided.v1"),
}
"""Which facts are told, where, and as what; receipts are told by ordering only, see `_told_as`."""
TOLD_BY = {
    "inkoop.ordering": "ordering",
    "inkoop.invoicing": "invoicing",
    "inkoop.invoicing.presented": "invoicing",
    "inkoop.matching": "matching",
}
HEARS = {
    "matching": ("inkoop.ordering", "inkoop.invoicing.presented"),
    "invoicing": ("inkoop.matching",),
}
FIRST = {
    "order-placed", "order-duplicated", "receipt-recorded", "order-recorded", "invoice-recorded",
    "invoice-received", "invoice-duplicated", "match-noted",
}  # fmt: skip
"""Facts of which one cause gives exactly one."""


@dataclass(frozen=True)
class Finding:
    """Something that must not be: lost, twice or wrong; and what."""

    word: str
    what: str


def check(evidence: Evidence, submissions: Sequence[Submission]) -> list[Finding]:
    """All that is not as it must be; nothing may be under way any more."""
    found: list[Finding] = []
    for kept in evidence.kept.values():
        found += _lanes(kept)
        found += _streams(kept)
        found += _causes(kept)
        found += _told(kept, evidence)
        found += _positions(kept, evidence)
        if kept.parked:
            found.append(Finding("wrong", f"{kept.service} has parked {kept.parked}"))
    for service, topics in HEARS.items():
        found += _heard(evidence, service, topics)
    found += _outcomes(evidence, submissions)
    found += _decided(evidence, submissions)
    return found


def redelivered(evidence: Evidence) -> int:
    """Messages that relays sent again, being unsure."""
    whole = [one for messages in evidence.messages.values() for one in messages]
    return len(whole) - len(once(whole))


def final_decisions(evidence: Evidence) -> dict[str, tuple[str, tuple[str, ...], bool]]:
    """By invoice: the outcome in force, its codes in order, and whether it became payable."""
    payable = {
        _key(event): True
        for event in evidence.kept["invoicing"].events
        if event["type"] == "invoice-became-payable"
    }
    return {
        invoice: (outcome, codes, payable.get(invoice, False))
        for invoice, (outcome, codes) in _noted(evidence).items()
    }


def _lanes(kept: Kept) -> Iterator[Finding]:
    for lane in kept.lanes:
        numbers = [e["sequence"] for e in kept.events if e["lane"] == lane["lane"]]
        if numbers != _dense(kept, lane["lane"], lane["head"]):
            yield Finding("wrong", f"{kept.service}: lane {lane['lane']} has gaps or a false head")
        if kept.relayed[lane["lane"]] != lane["head"]:
            yield Finding("wrong", f"{kept.service}: lane {lane['lane']} is not relayed to its end")


def _dense(kept: Kept, lane: int, head: int) -> list[int]:
    """The positions there must be: all up to the head, without those that a raise left out."""
    edges = [0]
    for era in kept.eras:
        edges += [era["heads"][lane], era["number"] << 40]
    edges.append(head)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [n for first, last in pairs for n in range(first + 1, last + 1)]


def _streams(kept: Kept) -> Iterator[Finding]:
    versions: dict[str, list[int]] = defaultdict(list)
    for event in kept.events:
        versions[event["stream"]].append(event["version"])
    for stream, numbers in versions.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield Finding("wrong", f"{kept.service}: {stream} is not in order: {numbers}")
        if kept.states.get(stream) != len(numbers):
            yield Finding("wrong", f"{kept.service}: the state of {stream} is of another version")


def _causes(kept: Kept) -> Iterator[Finding]:
    """One cause, one effect: its facts lie together, and there is one that takes it in."""
    first = Counter(e["cause"] for e in kept.events if e["type"] in FIRST)
    for cause, count in first.items():
        if count > 1:
            yield Finding("twice", f"{kept.service}: {cause} was taken in {count} times")
    for lane, events in groupby(kept.events, key=lambda e: e["lane"]):
        met: set[tuple[str, str]] = set()
        last: tuple[str, str] | None = None
        for event in events:
            now = (event["cause"], event["stream"])
            if now != last and now in met:
                yield Finding("twice", f"{kept.service}: {now[0]} came back in lane {lane}")
            met.add(now)
            last = now


def _told_as(service: str, event: Mapping[str, Any]) -> tuple[str, str] | None:
    if event["type"] == "receipt-recorded" and service == "ordering":
        return "inkoop.ordering", "nl.inkoop.goods.received.v1"
    return PUBLIC.get(event["type"])


def _told(kept: Kept, evidence: Evidence) -> Iterator[Finding]:
    """Store and topics agree, event by event, after what consumers drop is dropped."""
    wanted = {
        f"{e['lane']}-{e['sequence']}": (*told, e["cause"], e["data"])
        for e in kept.events
        if (told := _told_as(kept.service, e)) is not None
    }
    topics = [topic for topic, service in TOLD_BY.items() if service == kept.service]
    fresh = once([one for topic in topics for one in evidence.messages[topic]])
    for one in fresh:
        forgotten = one.id in kept.gap
        if forgotten and kept.gap[one.id] is None:
            continue  # told and lost with the store; nobody told us again
        expected = wanted.pop(kept.gap[one.id] or "" if forgotten else one.id, None)
        if forgotten and expected is not None:
            expected = (expected[0], expected[1], one.cause, expected[3])
        if expected is None:
            yield Finding("twice", f"{kept.service}: {one.topic} tells {one.id}, kept by nobody")
        elif expected[:3] != (one.topic, one.type, one.cause) or not _agree(expected[3], one.data):
            yield Finding("wrong", f"{kept.service}: {one.id} is told otherwise than it is kept")
    for missing in wanted:
        yield Finding("lost", f"{kept.service}: {missing} is on no topic")


def _agree(kept: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether the plain values that both have are the same."""
    names = [n for n in kept.keys() & told.keys() if isinstance(kept[n], str | int)]
    return all(kept[name] == told[name] for name in names)


def _positions(kept: Kept, evidence: Evidence) -> Iterator[Finding]:
    for topic in HEARS.get(kept.service, ()):
        places = {row["lane"]: row for row in kept.tracking if row["topic"] == topic}
        highest: dict[tuple[int, int], int] = defaultdict(int)
        for one in evidence.messages[topic]:
            place = (one.partition, one.lane)
            highest[place] = max(highest[place], one.sequence)
        for lane in range(LANES):
            row = places.get(lane)
            if row is None or row["next_offset"] != evidence.ends[topic, lane]:
                yield Finding("wrong", f"{kept.service}: {topic}/{lane} is not read to its end")
            elif list(row["seen"]) != [highest[lane, source] for source in range(LANES)]:
                yield Finding("wrong", f"{kept.service}: {topic}/{lane} has seen something else")


def _heard(evidence: Evidence, service: str, topics: Iterable[str]) -> Iterator[Finding]:
    """What was told was taken in: once."""
    taken = Counter(e["cause"] for e in evidence.kept[service].events if e["type"] in FIRST)
    for topic in topics:
        for one in once(evidence.messages[topic]):
            if not taken[f"{TOLD_BY[topic]}/{one.id}"]:
                yield Finding("lost", f"{service} did not take in {topic} {one.id}")


def _outcomes(evidence: Evidence, submissions: Sequence[Submission]) -> Iterator[Finding]:
    """Every document has exactly one outcome in the stores, and the answer told it."""
    held = Counter(_documents(evidence))
    sent = {_document(one) for one in submissions}
    for name in sent:
        if held[name] != 1:
            word = "twice" if held[name] else "lost"
            yield Finding(word, f"the document {name} has {held[name]} outcomes")
    for name in held.keys() - sent:
        yield Finding("wrong", f"nobody sent the document {name}")
    for one in submissions:
        again = one.expects == "accepted" and one.tries > 1 and one.answer == "repeated"
        if one.answer != one.expects and not again:
            yield Finding("wrong", f"{one.kind} {one.number}: {one.answer}, not {one.expects}")


def _document(one: Submission) -> str:
    return f"receipt {one.number}" if one.kind == "receipt" else one.sha256


def _documents(evidence: Evidence) -> Iterator[str]:
    for service in SERVICES[:2]:
        for event in evidence.kept[service].events:
            if event["type"] == "receipt-recorded":
                yield f"receipt {event['data']['receipt']}"
            elif event["type"] in FIRST and "document" in event["data"]:
                yield event["data"]["document"]


def _decided(evidence: Evidence, submissions: Sequence[Submission]) -> Iterator[Finding]:
    """Every invoice has a decision, which matching and invoicing know alike."""
    final, noted = _matched(evidence), _noted(evidence)
    sent = {
        one.number
        for one in submissions
        if one.service == "invoicing" and one.expects == "accepted" and one.answer != "unanswered"
    }
    known = {invoice.rpartition("/")[2]: invoice for invoice in final}
    for number in sorted(sent - known.keys()):
        yield Finding("lost", f"there is no decision on {number}")
    for invoice, decision in final.items():
        if noted.get(invoice) != decision:
            yield Finding("wrong", f"{invoice}: {decision}, invoicing says {noted.get(invoice)}")


def _matched(evidence: Evidence) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The last decision on each invoice, by invoice key; ours are for one order each."""
    return {
        f"{_key(e).rpartition('/')[0]}/{e['data']['supplier']}/{e['data']['invoice']}": (
            e["data"]["outcome"],
            tuple(finding["code"] for finding in e["data"]["findings"]),
        )
        for e in _in_order(evidence.kept["matching"], "match-decided")
    }


def _noted(evidence: Evidence) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        _key(e): (e["data"]["outcome"], tuple(e["data"].get("codes", ())))
        for e in _in_order(evidence.kept["invoicing"], "match-noted")
    }


def _in_order(kept: Kept, kind: str) -> list[dict[str, Any]]:
    return [event for event in kept.events if event["type"] == kind]


def _key(event: Mapping[str, Any]) -> str:
    return event["stream"].partition("/")[2]
