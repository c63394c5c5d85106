"""The working parts of a service, made of what it declares; nothing is connected yet."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from inkoop_events.catalogue import TOPICS
from inkoop_events.envelope import source_of
from inkoop_host.comparing import ComparedDatabase, Comparing
from inkoop_host.eras import Eras
from inkoop_host.gap import find_gap
from inkoop_host.instruments import Instruments, MeasuredStore
from inkoop_host.metrics import Metrics
from inkoop_host.migrate import schema_of
from inkoop_host.retelling import RestoringOutbox, Retelling
from inkoop_host.service import Service
from inkoop_host.tracing import Tracing
from inkoop_kit.batch import codecs
from inkoop_kit.desk import Desk
from inkoop_kit.failpoints import failpoints
from inkoop_kit.hearing import Hearing
from inkoop_kit.holding import Holding
from inkoop_kit.operations import Operations
from inkoop_kit.postgres import Database
from inkoop_kit.processor import Processor, ProcessorSettings
from inkoop_kit.queries import Queries
from inkoop_kit.reading import Reading
from inkoop_kit.relay import Relay, RelaySettings
from inkoop_kit.telling import Telling

CACHE = 4096
"""States that a processor keeps in memory."""


@dataclass
class Parts:
    """The loops of a service, and what its routers and its operators work with."""

    desk: Any
    relay: Any
    processor: Any | None
    operations: Any
    comparing: Any
    """Says when the others may begin: when the store was compared with its topics."""


MakeParts = Callable[[Service, Metrics, Tracing, Instruments], Parts]


def make_parts(
    service: Service, metrics: Metrics, tracing: Tracing, instruments: Instruments
) -> Parts:
    """The real parts, for Kafka and PostgreSQL; asks for a running event loop."""
    settings, name = service.settings, service.name
    client, schema = f"{name}-{settings.replica}", schema_of(name)
    reached = failpoints(os.environ)

    def database(purpose: str) -> Database:
        return Database(settings.database, schema, f"{client}-{purpose}")

    def store(purpose: str) -> MeasuredStore:
        way = ComparedDatabase(settings.database, schema, f"{client}-{purpose}", comparing)
        return MeasuredStore(metrics, tracing, way, service.kinds, service.views, reached)

    telling = Telling(name, settings.operator, service.kinds, service.to_public)
    told = Retelling(telling, service.told_once)
    comparing = _comparing(service, told, database("eras"))
    way = ComparedDatabase(settings.database, schema, f"{client}-relay", comparing)
    relay = Relay(
        RelaySettings(settings.kafka, f"{client}-relay"),
        RestoringOutbox(way, schema, _number(settings.replica), told),
        told.of,
        instruments,
        reached,
    )
    queries = Queries(database("queries"), name, settings.operator)
    operations = Operations(database("operations"), database("rebuild"), service.views, reached)
    processor = _processor(service, client, store, instruments, relay.wake)
    desk = Desk(store("desk"), queries, codecs(service.kinds), service.views, relay.wake)
    return Parts(desk, relay, processor, operations, comparing)


def _processor(
    service: Service,
    client: str,
    store: Callable[[str], MeasuredStore],
    instruments: Instruments,
    wake: Callable[[], None],
) -> Processor | None:
    if not service.subscriptions:
        return None
    reading = Reading(Hearing(service.subscriptions), codecs(service.kinds), service.views)
    settings = ProcessorSettings(service.settings.kafka, service.name, client)
    held = Holding(reading, CACHE)
    return Processor(settings, held, store("writer"), store("reader"), instruments, wake)


def _comparing(service: Service, told: Retelling, database: Database) -> Comparing:
    settings, name = service.settings, service.name
    topics = [topic.name for topic in TOPICS.values() if topic.publisher == name]
    find = partial(find_gap, settings.kafka, topics, source_of(settings.operator, name))
    return Comparing(Eras(database), find, told.open)


def _number(replica: str) -> int:
    """The number at the end of a replica's name, as a StatefulSet gives it."""
    found = re.search(r"(\d{1,6})$", replica)
    return int(found[1]) if found else 0
