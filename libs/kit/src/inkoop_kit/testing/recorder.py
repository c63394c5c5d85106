"""The `eventsourcing` library's recorder over our stores: its shipped tests attack them (D1).

One recorder is one lane. States are text, as all facts are.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)

from inkoop_kit.batch import Batch, FactRow, Position
from inkoop_kit.store import Store, Stored, Written

_META, _MOMENT = b'["","","",null]', datetime(2000, 1, 1, tzinfo=UTC)
_CLUSTER = "recorder"
_PAGE = 1000


class StoreRecorder(ProcessRecorder):
    """Stores and reads the library's events in one lane of a store; safe for several threads."""

    def __init__(self, store: Store, lane: int = 0) -> None:
        self._store, self._lane, self._lock = store, lane, Lock()

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Write all, with a `tracking` if given, or raise IntegrityError and write nothing."""
        tracking: Tracking | None = kwargs.get("tracking")
        if not stored_events and tracking is None:
            return None
        batch = Batch({})
        batch.counts[self._lane] = len(stored_events)
        for ordinal, event in enumerate(stored_events, 1):
            self._add(batch, ordinal, event)
        with self._lock:
            if tracking is not None:
                batch.positions.append(self._position(tracking))
            verdict = self._store.write(batch)
        if not isinstance(verdict, Written):
            raise IntegrityError(str(verdict))
        base = verdict.bases[self._lane]
        return [base + n for n in range(1, len(stored_events) + 1)] or None

    def select_events(
        self, originator_id: UUID | str, *, gt: int | None = None, lte: int | None = None,
        desc: bool = False, limit: int | None = None,
    ) -> Sequence[StoredEvent]:  # fmt: skip
        """The events of one originator."""
        with self._lock:
            stored = self._store.read_stream(
                f"es/{originator_id}", -1 if gt is None else gt + 1, lte
            )
        events = [StoredEvent(*_fields(one)) for one in stored]
        return (events[::-1] if desc else events)[:limit]

    def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None,
        topics: Sequence[str] = (), *, inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:  # fmt: skip
        """The events of the lane, in order."""
        after = 0 if start is None else start - int(inclusive_of_start)
        found: list[Notification] = []
        while len(found) < limit:
            with self._lock:
                page = self._store.read_lane(self._lane, after, _PAGE)
            if not page:
                break
            after = page[-1].sequence
            for one in page:
                if (not topics or one.type in topics) and (stop is None or one.sequence <= stop):
                    originator, version, topic, state = _fields(one)
                    found.append(Notification(originator, version, topic, state, one.sequence))
        return found[:limit]

    def max_notification_id(self) -> int | None:
        """The last position of the lane."""
        last, after = None, 0
        while page := self.select_notifications(after, _PAGE, inclusive_of_start=False):
            last = after = page[-1].id
        return last

    def insert_tracking(self, tracking: Tracking) -> None:
        """Write a position alone; it must rise."""
        self.insert_events([], tracking=tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """The last position that was tracked of an upstream application."""
        with self._lock:
            return self._tracked(application_name) - 1 if self._tracked(application_name) else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription["StoreRecorder"]:
        """Notifications as they come, looked for every 20 ms."""
        return _Polling(self, gt, topics)

    def _add(self, batch: Batch, ordinal: int, event: StoredEvent) -> None:
        batch.facts.append(
            FactRow(
                self._lane, ordinal, f"es/{event.originator_id}", event.originator_version,
                event.topic, 1, event.state, "recorder", _META, _MOMENT,
            )
        )  # fmt: skip

    def _position(self, tracking: Tracking) -> Position:
        name, after = tracking.application_name, tracking.notification_id + 1
        expected = self._tracked(name)
        if after <= expected:
            raise IntegrityError(f"{name} was tracked to {expected - 1} before")
        return Position(name, self._lane, _CLUSTER, expected, after, (0,) * 24)

    def _tracked(self, name: str) -> int:
        return self._store.positions([(name, self._lane)], _CLUSTER)[name, self._lane].next_offset


class _Polling(Subscription[StoreRecorder]):
    def __init__(self, recorder: StoreRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = Event()
        self._page: list[Notification] = []

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._stopped.is_set():
            if not self._page:
                self._page = list(self._recorder.select_notifications(
                    self._last_notification_id or 0, _PAGE, None, self._topics,
                    inclusive_of_start=False,
                ))  # fmt: skip
            if self._page:
                notification = self._page.pop(0)
                self._last_notification_id = notification.id
                return notification
            self._stopped.wait(0.02)
        raise StopIteration


def _fields(one: Stored) -> tuple[UUID, int, str, bytes]:
    return UUID(one.stream.removeprefix("es/")), one.version, one.type, one.data.encode()
