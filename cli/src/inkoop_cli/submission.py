"""Sending documents to the service that takes them in: in batches, several at a time."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import PurePath
from typing import Any

from inkoop_cli.faults import BROKEN, UNREACHABLE, BrokenError, RefusedError, StopError
from inkoop_cli.services import Services
from inkoop_cli.sniff import Kind
from inkoop_cli.sources import Source

BATCH = 200
"""Documents of one request at most."""
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes of one request at most; a larger document travels alone."""
PARALLEL = 2
"""Requests under way at a time."""
GOOD = frozenset({"accepted", "repeated"})
UNSENT = "unsent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one file: the service's Outcome, or why it got none.

    `status` is accepted, repeated, duplicate, refused or unsent.
    """

    file: str
    status: str
    kind: str = ""
    service: str = ""
    key: str = ""
    sha256: str = ""
    events: tuple[str, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    code: str = ""
    detail: str = ""
    exit_code: int = 0
    """Not 0 when it is not the document's fault that it was not sent."""


def submit(
    services: Services,
    sources: Sequence[Source],
    tell: Callable[[Sequence[Result]], None],
    *,
    batch: int = BATCH,
) -> list[Result]:
    """Send all, orders before receipts before invoices; `tell` hears of results as they come.

    Every source gets exactly one result. Raises nothing for what a service says or does not say.
    """
    results = [_unknown(each) for each in sources if not each.kind]
    tell(results)
    pool = ThreadPoolExecutor(max_workers=PARALLEL)
    try:
        for kind in Kind:
            batches = _batches([each for each in sources if each.kind is kind], batch)
            send = partial(_send_and_tell, services, kind.service, tell)
            for sent in [pool.submit(send, part) for part in batches]:
                results.extend(sent.result())
    finally:  # an interrupt must not wait for all that is still to be sent
        pool.shutdown(cancel_futures=True)
    return results


def _send_and_tell(
    services: Services,
    service: str,
    tell: Callable[[Sequence[Result]], None],
    batch: Sequence[Source],
) -> list[Result]:
    results = _send(services, service, batch)
    tell(results)
    return results


def _send(services: Services, service: str, batch: Sequence[Source]) -> list[Result]:
    try:
        outcomes = _outcomes(services, service, batch)
    except RefusedError as refusal:
        if len(batch) > 1:  # the request was refused, not each of its documents: ask one by one
            return [result for each in batch for result in _send(services, service, [each])]
        return [_refused(batch[0], service, refusal)]
    except (StopError, OSError) as fault:
        return [_unsent(each, service, fault) for each in batch]
    return [_result(*pair, service) for pair in zip(batch, outcomes, strict=True)]


def _outcomes(
    services: Services, service: str, batch: Sequence[Source]
) -> Sequence[dict[str, Any]]:
    response = services.ask(
        service,
        "POST",
        "/v1/documents",
        content=_packed(batch),
        headers={"Content-Type": "application/zip"},
    )
    outcomes = services.json(service, response).get("documents")
    if not isinstance(outcomes, list) or len(outcomes) != len(batch):
        raise BrokenError(f"{service} did not answer for each of {len(batch)} documents.")
    return outcomes


def _packed(batch: Sequence[Source]) -> bytes:
    """The documents as an archive, uncompressed: a fifth less work for a service than a form.

    The service tells JSON from XML by the name, and answers in the order of the archive.
    """
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, each in enumerate(batch):
            archive.writestr(f"{number}/{_plain_name(each)}", each.read())
    return packed.getvalue()


def _plain_name(source: Source) -> str:
    name = PurePath(source.name).name.lstrip(".")
    suffix = "." + source.media_type.rpartition("/")[2]
    return name if name.lower().endswith(suffix) else name + suffix


def _result(source: Source, outcome: dict[str, Any], service: str) -> Result:
    return Result(
        file=source.name,
        status=str(outcome.get("status", "")),
        kind=outcome.get("document") or _kind_of(source),
        service=service,
        key=outcome.get("key") or "",
        sha256=outcome.get("sha256") or "",
        events=tuple(outcome.get("events") or ()),
        findings=tuple(outcome.get("findings") or ()),
        code=outcome.get("code") or "",
        detail=outcome.get("detail") or "",
    )


def _refused(source: Source, service: str, refusal: RefusedError) -> Result:
    problem = refusal.problem
    findings = problem.get("findings")
    return Result(
        file=source.name,
        status="refused",
        kind=_kind_of(source),
        service=service,
        findings=tuple(findings) if isinstance(findings, list) else (),
        code=str(problem.get("code") or refusal.status),
        detail=str(problem.get("detail") or problem.get("title") or ""),
    )


def _unsent(source: Source, service: str, fault: Exception) -> Result:
    code = fault.code if isinstance(fault, StopError) else UNREACHABLE
    return Result(
        file=source.name,
        status=UNSENT,
        kind=_kind_of(source),
        service=service,
        code="BROKEN" if code == BROKEN else "UNREACHABLE",
        detail=str(fault),
        exit_code=code,
    )


def _unknown(source: Source) -> Result:
    what = f"<{source.found}> is" if source.found else "it is"
    return Result(
        file=source.name,
        status="refused",
        code="UNKNOWN_DOCUMENT",
        detail=f"{what} no order, receipt, invoice or credit note; --as says what it is.",
    )


def _kind_of(source: Source) -> str:
    return source.kind.value if source.kind else ""


def _batches(sources: Sequence[Source], most: int) -> Iterator[list[Source]]:
    batch: list[Source] = []
    size = 0
    for each in sources:
        if batch and (len(batch) >= most or size + each.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += each.size
    if batch:
        yield batch
