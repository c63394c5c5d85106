"""A history for all three services, written once through the batch path, as if it had happened."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench.engine import VIEWS, Engine
from bench.messages import DEPARTMENT, OPERATOR, SUPPLIER, invoice_key, order_key
from bench.papers import Papers, order_number
from inkoop_events.values import InvoiceKey, InvoiceNumber, OrderNumber
from inkoop_host.intake import Document
from inkoop_host.service import Service
from inkoop_host.settings import Settings
from inkoop_invoicing.application.invoicing import Invoicing
from inkoop_invoicing.domain.invoice import MatchNoted, Outcome
from inkoop_invoicing.inbound.ubl import read_ubl as read_invoice
from inkoop_invoicing.main import build as build_invoicing
from inkoop_kit.batch import Batch, CommandRow, codecs
from inkoop_kit.desk import Command
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.store import Written
from inkoop_kit.streams import Ask, Original, stream_of
from inkoop_local.stack import DATABASE, Stack
from inkoop_matching.application.matching import CASE
from inkoop_ordering.application.ordering import Ordering
from inkoop_ordering.inbound.documents import OrderingReader
from inkoop_ordering.inbound.ubl import read_ubl as read_order
from inkoop_ordering.main import build as build_ordering

_CHUNK = 250
_SERVICES = ("ordering", "invoicing", "matching")
_NOW = datetime(2026, 11, 24, tzinfo=UTC)


def load(stack: Stack, papers: Papers, count: int) -> None:
    """Numbers 1 to `count`: orders, receipts, invoices, decisions, all told long ago.

    The services must not run. Kafka gets none of it: a topic's past costs its readers nothing.
    """
    url, server = stack.infrastructure.kafka.bootstrap, stack.infrastructure.postgres
    with psycopg.connect(server.url("postgres", DATABASE), autocommit=True) as admin:
        here = {"kafka": url, "database": "-", "operator": OPERATOR}
        for service, asks in (
            (build_ordering(Settings.model_validate(here)), _orders(papers, count)),
            (
                build_invoicing(Settings.model_validate(here)),
                _invoices(papers, count),
            ),
        ):
            _write(service, server.url(service.name, DATABASE), asks)
        _match(server.url("matching", DATABASE), count)
        for name in _SERVICES:
            admin.execute(
                f"update {name}.relay_position r set sequence = head"  # noqa: S608
                f" from {name}.lane l where l.lane = r.lane".encode()
            )
            admin.execute(f"delete from {name}.tracking".encode())  # noqa: S608
        admin.execute("vacuum analyze")
        admin.execute("checkpoint")


def _write(
    service: Service, url: str, asks: Iterable[tuple[str, tuple[Ask[Any, Any], ...]]]
) -> None:
    store = PostgresStore(Database(url, service.name, "past"), service.kinds, service.views)
    encoded = codecs(service.kinds)
    batch = Batch(encoded, service.views)
    for sha256, asked in asks:
        stream, before = stream_of(asked[0].kind.name, asked[0].key), len(batch.facts)
        for ask in asked:
            batch.decide(ask, _command(sha256).cause(), {})
        first = batch.facts[before].version
        batch.commands.append(CommandRow(sha256, sha256, stream, first, batch.facts[-1].version))
        if len(batch.commands) >= _CHUNK * 2:
            _put(store, batch)
            batch = Batch(encoded, service.views)
    if batch.commands:
        _put(store, batch)


def _put(store: PostgresStore, batch: Batch) -> None:
    if not isinstance(verdict := store.write(batch), Written):
        raise RuntimeError(f"not written: {verdict}")  # noqa: TRY004 — not a type of ours


def _orders(papers: Papers, count: int) -> Iterable[tuple[str, tuple[Ask[Any, Any], ...]]]:
    ordering = Ordering()
    reader, template = OrderingReader(ordering), read_order(papers.order(0)).claim("")
    for n in range(1, count + 1):
        sha256, original = _original(papers.order(n), "application/xml")
        claim = replace(template, document=sha256)
        number = OrderNumber(order_number(n))
        yield sha256, (ordering.place_order(DEPARTMENT, number, claim, original),)
        data = papers.receipt(n)
        sha256, _ = _original(data, "application/json")
        document = Document("", "application/json", data, sha256, _command(sha256))
        yield sha256, (reader.read(document).ask,)


def _invoices(papers: Papers, count: int) -> Iterable[tuple[str, tuple[Ask[Any, Any], ...]]]:
    invoicing, template = Invoicing(), read_invoice(papers.invoice(0, 0)).claim("")
    for n in range(1, count + 1):
        sha256, original = _original(papers.invoice(n, n), "application/xml")
        order = OrderNumber(order_number(n))
        claim = replace(template, document=sha256, order=order)
        number = InvoiceNumber(f"F{n:09d}")
        noted = MatchNoted(
            order=order, decision=f"{order_key(n)}|{invoice_key(n)}|1", number=1,
            outcome=Outcome.MATCHED, codes=(),
        )  # fmt: skip
        yield (
            sha256,
            (
                invoicing.receive_invoice(DEPARTMENT, SUPPLIER, number, claim, original),
                invoicing.note_decision(InvoiceKey(invoice_key(n)), noted),
            ),
        )


def _match(url: str, count: int) -> None:
    engine = Engine(PostgresStore(Database(url, "matching", "past"), [CASE], VIEWS))
    make = engine.publishers
    engine.carry_out(
        message
        for n in range(1, count + 1)
        for message in (make.order(n), make.receipt(n), make.invoice(n, n))
    )


def _original(data: bytes, media_type: str) -> tuple[str, Original]:
    sha256 = hashlib.sha256(data).hexdigest()
    return sha256, Original(sha256, media_type, data)


def _command(sha256: str) -> Command:
    return Command(sha256, sha256, "bench", DEPARTMENT, sha256[:32], None, _NOW)
