"""A proxy for TCP that cuts, slows and holds what it passes on; for tests, on loopback only."""

import asyncio
import threading
from collections.abc import Callable

from inkoop_local.ports import LOOPBACK

_PIECE = 65536


class Proxy:
    """Listens on `port` and passes on to `target()`, which is asked anew for every connection."""

    def __init__(self, port: int, target: Callable[[], str]) -> None:
        self.port, self._target = port, target
        self.delay = 0.0
        """Seconds that every piece takes longer, in both directions."""
        self.cuts = 0
        """Connections that were cut."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy-{port}", daemon=True)

    @property
    def address(self) -> str:
        """What clients are told."""
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listen; returns when it does."""
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """Cut everything and listen no more; harmless when it never began."""
        if self._ready.is_set():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(10)

    def cut(self) -> None:
        """Cut every connection now, in the middle of whatever it is."""
        self._loop.call_soon_threadsafe(self._cut)

    def hold(self, held: bool) -> None:
        """Pass nothing on, keeping connections open, until this is taken back."""
        act = self._open.clear if held else self._open.set
        self._loop.call_soon_threadsafe(act)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._open, self._stopping = asyncio.Event(), asyncio.Event()
        self._open.set()
        server = await asyncio.start_server(self._connected, LOOPBACK, self.port)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        self._cut()

    def _cut(self) -> None:
        for writer in list(self._writers):
            if isinstance(writer.transport, asyncio.Transport):
                writer.transport.abort()
                self.cuts += 1

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:  # who is gone with all it had has no address either
            host, _, port = self._target().rpartition(":")
            back, forth = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        both = {writer, forth}
        self._writers |= both
        try:
            await asyncio.gather(self._pass(reader, forth), self._pass(back, writer))
        finally:
            self._writers -= both
            for one in both:
                one.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(_PIECE):
                await self._open.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
