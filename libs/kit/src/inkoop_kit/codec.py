"""Facts and states to text and back, by stable type names and versions (design D1)."""

from typing import Any, Final, Generic, TypeVar

import msgspec

from inkoop_kit.streams import Cause, Kind

S = TypeVar("S")
F = TypeVar("F")


class UnknownFact(ValueError):  # noqa: N818 — said of the history, not raised by a rule
    """The store holds a fact type or version that this code does not know: it is too old."""


class Codec(Generic[S, F]):
    """Reads and writes the facts and the state of one kind of stream."""

    def __init__(self, kind: Kind[S, F]) -> None:
        self._kind = kind
        self._encoder = msgspec.json.Encoder()
        self._classes = {fact.TYPE: fact for fact in kind.facts}
        self._decoders = {
            (fact.TYPE, fact.VERSION): msgspec.json.Decoder(fact) for fact in kind.facts
        }
        self._state_decoder = msgspec.json.Decoder(kind.state)

    def encode(self, fact: F) -> bytes:
        """The fact as JSON."""
        return self._encoder.encode(fact)

    def decode(self, type_: str, schema: int, data: str | bytes) -> F:
        """The fact of this type and version. Raises UnknownFact; older versions are cast up."""
        if decoder := self._decoders.get((type_, schema)):
            return decoder.decode(data)
        return self._cast_up(type_, schema, msgspec.json.decode(data))

    def encode_state(self, state: S) -> bytes:
        """The state as JSON."""
        return self._encoder.encode(state)

    def decode_state(self, data: str | bytes) -> S:
        """The state as it was encoded with this shape."""
        return self._state_decoder.decode(data)

    def _cast_up(self, type_: str, schema: int, fields: dict[str, Any]) -> F:
        fact = self._classes.get(type_)
        while fact is not None and schema < fact.VERSION:
            step = self._kind.upcast.get((type_, schema))
            if step is None:
                break
            fields, schema = step(fields), schema + 1
        if fact is None or schema != fact.VERSION:
            raise UnknownFact(f"{self._kind.name}: no code reads {type_} version {schema}")
        return msgspec.convert(fields, fact)


class Meta(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is stored of a cause beside its id and time."""

    actor: str
    organisation: str
    correlation: str
    trace: str | None


_META_ENCODER: Final = msgspec.json.Encoder()
_META_DECODER: Final = msgspec.json.Decoder(Meta)


def encode_meta(cause: Cause) -> bytes:
    """The stored form of a cause's people and trace."""
    return _META_ENCODER.encode((cause.actor, cause.organisation, cause.correlation, cause.trace))


def decode_meta(data: str | bytes) -> Meta:
    """The people and the trace of a stored fact."""
    return _META_DECODER.decode(data)
