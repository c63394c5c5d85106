"""From bytes of Kafka to a question and back to bytes: what is understood, what is set aside."""

from dataclasses import replace

import pytest
from kit_tally import NOW, OPERATOR, TALLY, Added, Counted, TallyGrown, add, counted, hearing

from inkoop_events.envelope import from_headers
from inkoop_kit.codec import encode_meta
from inkoop_kit.desk import Command
from inkoop_kit.hearing import (
    Heard,
    Hearing,
    Ignored,
    Subscription,
    Unreadable,
    key_text,
    recall,
    set_aside,
    short,
)
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.store import Stored
from inkoop_kit.streams import Ask, Cause
from inkoop_kit.telling import Telling

TOPIC = "in"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HEARING = hearing(TOPIC)


def unreadable(message: object) -> Unreadable:
    assert isinstance(message, Unreadable)
    return message


def test_the_event_is_the_cause_of_what_is_asked() -> None:
    causes: list[Cause] = []

    def ask(event: Counted, cause: Cause) -> Ask[object, Added]:
        causes.append(cause)
        return add(event.name, event.number)  # pyright: ignore[reportReturnType] — any state

    message = counted(TOPIC, 5, "a")
    headers = [*message.headers, ("ce_traceparent", TRACE.encode())]
    heard = Hearing([Subscription(TOPIC, Counted, ask)]).hear(replace(message, headers=headers))
    assert isinstance(heard, Heard)
    known = Cause("counter/0-5", "tester", OPERATOR, "c-1", NOW, TRACE)
    assert (causes, heard.cause) == ([known], known)


def test_what_nobody_acts_on_keeps_its_envelope() -> None:
    ignored = HEARING.hear(replace(counted(TOPIC, 5, "a"), topic="other"))
    assert isinstance(ignored, Ignored)
    assert ignored.envelope.sequence == 5


def test_a_known_type_in_a_schema_of_later_is_set_aside_and_known_again() -> None:
    now = counted(TOPIC, 5, "a")
    later = [(n, b"urn:v2" if n == "ce_dataschema" else value) for n, value in now.headers]
    said = unreadable(HEARING.hear(replace(now, headers=later)))
    assert said.reason == "schema"
    assert "urn:v2" in said.detail
    assert said.envelope is not None
    assert said.envelope.sequence == 5


def test_an_envelope_that_is_none_is_said_to_be_none() -> None:
    said = unreadable(HEARING.hear(replace(counted(TOPIC, 5, "a"), headers=())))
    assert (said.reason, said.envelope) == ("envelope", None)
    assert "ce_" in said.detail


@pytest.mark.parametrize(("lane", "sequence"), [(LANES, 1), (0, 2**63)])
def test_a_place_that_no_publisher_has_is_none(lane: int, sequence: int) -> None:
    said = unreadable(HEARING.hear(counted(TOPIC, sequence, "a", source_lane=lane)))
    assert (said.reason, said.detail) == ("envelope", f"there is no place {lane}-{sequence}")


def test_the_last_lane_is_one() -> None:
    assert isinstance(HEARING.hear(counted(TOPIC, 1, "a", source_lane=LANES - 1)), Heard)


@pytest.mark.parametrize(
    ("value", "words"), [(None, "truncated"), (b"{}", "name"), (b'{"name":"\xff"}', "utf-8")]
)
def test_a_payload_that_cannot_be_read_says_why_and_is_known_again(
    value: bytes | None, words: str
) -> None:
    said = unreadable(HEARING.hear(replace(counted(TOPIC, 5, "a"), value=value)))
    assert said.reason == "payload"
    assert words in said.detail
    assert said.envelope is not None


def test_a_question_that_fails_is_set_aside_and_known_again() -> None:
    def broken(_: Counted, __: Cause) -> Ask[object, object]:
        raise RuntimeError("a bug")

    heard = Hearing([Subscription(TOPIC, Counted, broken)]).hear(counted(TOPIC, 5, "a"))
    said = unreadable(heard)
    assert (said.reason, said.detail) == ("failed", "RuntimeError('a bug')")
    assert said.envelope is not None


def test_a_key_in_another_partition_is_set_aside_and_known_again() -> None:
    elsewhere = (lane_of("a") + 1) % LANES
    said = unreadable(HEARING.hear(replace(counted(TOPIC, 5, "a"), partition=elsewhere)))
    assert (said.reason, said.detail) == (
        "key",
        f"'a' does not belong in partition {elsewhere}",
    )
    assert said.envelope is not None


def test_a_key_that_postgresql_cannot_hold_is_set_aside() -> None:
    message = replace(counted(TOPIC, 5, "x"), value=b'{"name":"a\\u0000b","number":1}')
    said = unreadable(HEARING.hear(replace(message, partition=lane_of("a\0b"))))
    assert said.reason == "key"


def test_a_message_comes_back_as_it_was_set_aside() -> None:
    message = counted(TOPIC, 5, "a", 3, offset=7)
    headers = (*message.headers, ("x", b"\x00\xe9\xff"))
    row = set_aside(replace(message, headers=headers), "failed", "why")
    assert (row.lane, row.topic, row.offset, row.key) == (lane_of("a"), TOPIC, 7, "a")
    assert (row.reason, row.detail, row.value) == ("failed", "why", message.value)
    assert recall(row) == replace(message, headers=headers)


def test_what_a_message_does_not_have_is_set_aside_as_nothing() -> None:
    headers = (("x", None),)
    empty = replace(counted(TOPIC, 5, "a"), key=None, value=None, headers=headers)
    row = set_aside(empty, "envelope", "why")
    assert (row.key, row.value, row.headers) == ("", b"", b'[["x",""]]')
    assert recall(row).headers == (("x", b""),)


@pytest.mark.parametrize(
    ("key", "text"), [(None, ""), (b"\xff", "\ufffd"), (b"a\0b", "a\ufffdb"), (b"4500/1", "4500/1")]
)
def test_any_key_can_be_shown_and_stored(key: bytes | None, text: str) -> None:
    assert key_text(replace(counted(TOPIC, 5, "a"), key=key)) == text


def test_a_reason_is_as_long_as_people_read() -> None:
    assert short("a\0" + "b" * 3000) == "a\ufffd" + "b" * 1998


def stored(**changes: object) -> Stored:
    cause = Cause("command/1", "jan", OPERATOR, "c-1", NOW, TRACE)
    values = {
        "lane": 3,
        "sequence": 17,
        "stream": "tally/x/y",
        "version": 1,
        "type": "added",
        "schema": 1,
        "data": '{"number":5}',
        "cause": cause.id,
        "meta": encode_meta(cause).decode(),
        "occurred_at": NOW,
        "recorded_at": NOW.replace(microsecond=123_000),
    }
    return Stored(**(values | changes))  # pyright: ignore[reportArgumentType] — by name


def telling() -> Telling:
    def to_public(key: str, fact: Added) -> TallyGrown | None:
        return TallyGrown(OPERATOR, key, fact.number) if fact.number else None

    return Telling("tally", OPERATOR, [TALLY], to_public)


def test_a_fact_becomes_a_message_with_its_envelope() -> None:
    out = telling().of(stored())
    assert out is not None
    assert (out.topic, out.partition, out.key) == (TallyGrown.TOPIC, lane_of("x/y"), b"x/y")
    assert out.value == b'{"department":"%s","key":"x/y","number":5}' % OPERATOR.encode()
    assert out.timestamp_ms == int(NOW.timestamp() * 1000) + 123
    assert (out.event, out.trace) == ("tally/3-17", TRACE)
    envelope = from_headers(out.headers)
    assert (envelope.id, envelope.lane, envelope.sequence) == ("3-17", 3, 17)
    assert envelope.source == f"urn:nld:oin:{OPERATOR}:systeem:tally"
    assert (envelope.type, envelope.subject) == (TallyGrown.TYPE, "x/y")
    assert envelope.dataschema == f"urn:nld:inkoop:schema:{TallyGrown.TYPE}"
    assert envelope.time == NOW.replace(microsecond=123_000)
    assert (envelope.department, envelope.supplier) == (OPERATOR, None)
    assert (envelope.cause, envelope.actor) == ("command/1", "jan")
    assert (envelope.organisation, envelope.correlation) == (OPERATOR, "c-1")
    assert envelope.trace == TRACE


def test_a_fact_that_concerns_nobody_else_is_not_told() -> None:
    assert telling().of(stored(data='{"number":0}')) is None


def test_a_private_fact_is_not_even_read() -> None:
    private = Telling("tally", OPERATOR, [replace(TALLY, private=(Added,))], lambda _, fact: fact)
    assert private.of(stored(data="not read")) is None


def test_the_supplier_concerned_travels_in_the_envelope() -> None:
    grown = type("Grown", (TallyGrown,), {"supplier": "0106:12345678", "__slots__": ()})
    out = Telling("tally", OPERATOR, [TALLY], lambda key, _: grown(OPERATOR, key, 1)).of(stored())
    assert out is not None
    assert from_headers(out.headers).supplier == "0106:12345678"


def test_a_command_is_the_cause_of_its_facts() -> None:
    command = Command("1", "print", "jan", OPERATOR, "c-1", TRACE, NOW)
    assert command.cause() == Cause("command/1", "jan", OPERATOR, "c-1", NOW, TRACE)
