"""The load generator's HTTP: in bulk as archives, live over kept connections that cost little."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from bench.papers import CALLER, Papers, zipped

CHUNK = 250
"""Orders, with their receipts, or invoices in one archive."""
_CONNECTIONS = 32


async def bulk(urls: dict[str, str], papers: Papers, numbers: Sequence[int]) -> None:
    """Submit order, receipt and invoice of each number. Raises RuntimeError for a refusal."""
    chunks = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]
    orders = [zipped([*map(papers.order, c), *map(papers.receipt, c)]) for c in chunks]
    invoices = [zipped([papers.invoice(n, n) for n in chunk]) for chunk in chunks]
    await asyncio.gather(archives(urls["ordering"], orders), archives(urls["invoicing"], invoices))


async def orders_first(urls: dict[str, str], papers: Papers, numbers: Sequence[int]) -> None:
    """Submit order and receipt of each number, in bulk."""
    chunks = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]
    packed = [zipped([*map(papers.order, c), *map(papers.receipt, c)]) for c in chunks]
    await archives(urls["ordering"], packed)


async def archives(url: str, packed: Sequence[bytes]) -> None:
    """Submit archives one after another. Raises RuntimeError for a document that is refused."""
    headers = {"Content-Type": "application/zip", **CALLER}
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        for body in packed:
            answer = await client.post(f"{url}/v1/documents", content=body, headers=headers)
            outcomes = answer.raise_for_status().json()["documents"]
            refused = [one for one in outcomes if one["status"] != "accepted"]
            if refused:
                raise RuntimeError(f"{len(refused)} refused, the first: {refused[0]}")


@dataclass
class FixedRate:
    """Posts documents at a fixed rate over kept connections, whatever the answers take."""

    url: str
    sent: dict[str, float] = field(default_factory=dict[str, float])
    """Key → `time.time()` when it was due."""
    refused: list[bytes] = field(default_factory=list[bytes])

    async def post(self, rate: float, documents: Sequence[tuple[str, bytes]]) -> None:
        """All of them; what comes late is sent at once and counted from its due time."""
        due_now: asyncio.Queue[bytes | None] = asyncio.Queue()
        hands = [asyncio.create_task(self._work(due_now)) for _ in range(_CONNECTIONS)]
        began = time.time()
        for number, (key, body) in enumerate(documents):
            due = began + number / rate
            if (early := due - time.time()) > 0.001:
                await asyncio.sleep(early)
            self.sent[key] = due
            due_now.put_nowait(body)
        for _ in hands:
            due_now.put_nowait(None)
        await asyncio.gather(*hands)
        if self.refused:
            raise RuntimeError(f"{len(self.refused)} refused, the first: {self.refused[0]!r}")

    async def _work(self, due_now: "asyncio.Queue[bytes | None]") -> None:
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        extra = "".join(f"{name}: {value}\r\n" for name, value in CALLER.items())
        while (body := await due_now.get()) is not None:
            writer.write(
                f"POST /v1/documents HTTP/1.1\r\nHost: {place.netloc}\r\n{extra}"
                f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            )
            writer.write(body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            answer = await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 201"):
                self.refused.append(head[:40] + answer[:300])
        writer.close()
