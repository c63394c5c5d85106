"""What a gap's events say already is not told again when it is submitted or decided again.

A restored service has lost facts that it told of. When such a fact comes again, it is a new one for
the others: they would count a receipt twice. So it is recognised by what it says, and stands for
the event that the others know (docs/adr/0016-eras.md).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from inkoop_host.eras import Eras
from inkoop_host.gap import digest_of
from inkoop_kit.lanes import event_id
from inkoop_kit.outbox import Outbox
from inkoop_kit.postgres import Database
from inkoop_kit.store import Stored
from inkoop_kit.telling import Outgoing, Telling

Place = tuple[int, int]
"""Era and ordinal of an event of a gap."""


class Retelling:
    """What a service tells, without what a gap holds; `once` are the types to look for."""

    def __init__(self, telling: Telling, once: Iterable[type[Any]] = ()) -> None:
        self._telling = telling
        self._once = {event.TYPE for event in once}
        self._restored: dict[str, Place] = {}
        self._waiting: dict[bytes, deque[Place]] = {}

    def open(self, gaps: Iterable[tuple[int, int, str, bytes, str | None]]) -> None:
        """Know what the gaps hold: era, ordinal, type, digest, the event that restored it."""
        self._restored, self._waiting = {}, {}
        for era, ordinal, type_, digest, restored_as in gaps:
            if restored_as is not None:
                self._restored[restored_as] = (era, ordinal)
            elif type_ in self._once:
                self._waiting.setdefault(digest, deque()).append((era, ordinal))

    def of(self, stored: Stored) -> Outgoing | None:
        """The message of this fact, or None for one that is private or known to the others."""
        outgoing = self._telling.of(stored)
        if outgoing is None or not (self._restored or self._waiting):
            return outgoing
        return None if self._known(event_id(stored.lane, stored.sequence), outgoing) else outgoing

    def restored(self, stored: Sequence[Stored]) -> dict[str, Place]:
        """Those of these facts that a gap holds, by event id."""
        ids = [event_id(fact.lane, fact.sequence) for fact in stored] if self._restored else []
        return {one: self._restored[one] for one in ids if one in self._restored}

    def _known(self, event: str, outgoing: Outgoing) -> bool:
        if event in self._restored:
            return True
        said = dict(outgoing.headers)["ce_type"].decode()
        digest = digest_of(said, outgoing.key, outgoing.value)
        if not self._waiting.get(digest):
            return False
        self._restored[event] = self._waiting[digest].popleft()
        return True


class RestoringOutbox(Outbox):
    """The outbox, which notes what of a gap is in the store again before it moves on."""

    def __init__(self, database: Database, schema: str, member: int, retelling: Retelling) -> None:
        super().__init__(database, schema, member)
        self._eras, self._retelling = Eras(database), retelling

    def sent(self, stored: Sequence[Stored]) -> None:
        """These facts are on Kafka, or were there: move the positions."""
        if restored := self._retelling.restored(stored):
            self._eras.restored(restored)
        super().sent(stored)
