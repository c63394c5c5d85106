"""The CloudEvents envelope of every public event on Kafka: binary mode, NL GOV profile 1.1."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import msgspec

CONTENT_TYPE = ("content-type", b"application/json")
SPEC_VERSION = ("ce_specversion", b"1.0")


class EnvelopeError(ValueError):
    """The headers of a message are not a CloudEvent of ours; the text says which and why."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The attributes of one event (CloudEvents 1.0; NL GOV profile 1.1; extensions of design D5).

    `id` is `<lane>-<sequence>`, unique within `source`; `time` aware UTC, when the publisher
    stored the fact; `cause` names the event (`<service>/<id>`) or command that it came from.
    """

    # A struct, since one is made for every message: a frozen dataclass takes ten times as long.

    id: str
    source: str
    type: str
    time: datetime
    subject: str
    dataschema: str
    lane: int
    sequence: int
    department: str
    supplier: str | None
    cause: str
    actor: str
    organisation: str
    correlation: str
    trace: str | None

    @property
    def event(self) -> str:
        """How other facts name this event: `<service>/<id>`."""
        return f"{service_of(self.source)}/{self.id}"


def source_of(operator: str, service: str) -> str:
    """The `source` of a service that the operator with this OIN runs (NL GOV profile, source)."""
    return f"urn:nld:oin:{operator}:systeem:{service}"


def service_of(source: str) -> str:
    """The service's name in a `source`."""
    return source.rpartition(":")[2]


def to_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The headers of a Kafka message in binary content mode (CloudEvents Kafka binding §3.2)."""
    headers = [
        SPEC_VERSION,
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_time", _time(envelope.time)),
        ("ce_subject", envelope.subject.encode()),
        ("ce_dataschema", envelope.dataschema.encode()),
        ("ce_lane", b"%d" % envelope.lane),
        ("ce_sequence", b"%020d" % envelope.sequence),  # as text in the order of its number
        ("ce_department", envelope.department.encode()),
        ("ce_cause", envelope.cause.encode()),
        ("ce_actor", envelope.actor.encode()),
        ("ce_organisation", envelope.organisation.encode()),
        ("ce_correlation", envelope.correlation.encode()),
        CONTENT_TYPE,
    ]
    if envelope.supplier is not None:
        headers.append(("ce_supplier", envelope.supplier.encode()))
    if envelope.trace is not None:
        trace = envelope.trace.encode()
        headers += [("ce_traceparent", trace), ("traceparent", trace)]
    return headers


def from_headers(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """Read an envelope. Raises EnvelopeError that names the attribute that is missing or wrong."""
    raw = dict(headers)
    if b"\0" in b"".join(raw.values()):
        raise EnvelopeError("a header holds a NUL")
    if raw.get("ce_specversion") != b"1.0":
        raise EnvelopeError(f"ce_specversion must be 1.0, not {raw.get('ce_specversion')!r}")
    try:
        return _read(raw)
    except KeyError as missing:
        raise EnvelopeError(f"the header {missing} is missing") from missing
    except ValueError as wrong:
        raise EnvelopeError(f"a header cannot be read: {wrong}") from wrong


def _read(raw: dict[str, bytes]) -> Envelope:
    supplier, trace = raw.get("ce_supplier"), raw.get("ce_traceparent") or raw.get("traceparent")
    time = datetime.fromisoformat(raw["ce_time"].decode())
    if time.tzinfo is None:
        raise EnvelopeError("ce_time has no time zone")
    lane, sequence = _digits(raw["ce_lane"]), _digits(raw["ce_sequence"])
    return Envelope(
        id=raw["ce_id"].decode(),
        source=raw["ce_source"].decode(),
        type=raw["ce_type"].decode(),
        time=time,
        subject=raw["ce_subject"].decode(),
        dataschema=raw["ce_dataschema"].decode(),
        lane=lane,
        sequence=sequence,
        department=raw["ce_department"].decode(),
        supplier=None if supplier is None else supplier.decode(),
        cause=raw["ce_cause"].decode(),
        actor=raw["ce_actor"].decode(),
        organisation=raw["ce_organisation"].decode(),
        correlation=raw["ce_correlation"].decode(),
        trace=None if trace is None else trace.decode(),
    )


def _digits(value: bytes) -> int:
    if not value.isdigit():  # of bytes: ASCII digits only, where int() takes 1_0 and +5 too
        raise EnvelopeError(f"{value!r} is not a number in digits")
    return int(value)


@lru_cache(maxsize=64)  # what is stored together has one time
def _time(moment: datetime) -> bytes:
    return moment.isoformat().replace("+00:00", "Z").encode()
