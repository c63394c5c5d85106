"""The services over HTTP: several addresses tried in turn, busy ones asked again."""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias, TypedDict, Unpack

import httpx

from inkoop_cli.addresses import ADVICE
from inkoop_cli.faults import BrokenError, RefusedError, UnreachableError

BUSY = 503
PATIENCE = 60.0
"""Seconds for which a busy service (503) is asked again."""
LONGEST_PAUSE = 10.0
_TIMEOUT = httpx.Timeout(60.0, connect=3.0)


Json: TypeAlias = "dict[str, Any]"
"""A JSON object, as the services answer."""


class Content(TypedDict, total=False):
    """What a request carries beside its path."""

    params: Mapping[str, str | int]
    json: Json
    content: bytes
    headers: Mapping[str, str]


def wait(seconds: float) -> None:
    """Hold the thread; an interrupt from the keyboard ends it."""
    threading.Event().wait(seconds)


class Services:
    """Asks the services; safe for several threads.

    `organisation` (an OIN) and `actor` say in whose name; `patience` is how many seconds a busy
    or absent service is given.
    """

    def __init__(
        self,
        addresses: Mapping[str, tuple[str, ...]],
        *,
        organisation: str,
        actor: str,
        patience: float = PATIENCE,
        pause: Callable[[float], None] = wait,
    ) -> None:
        self.addresses = addresses
        self._patience = patience
        self._pause = pause
        self._busy_since: dict[str, float] = {}
        headers = {"X-Organisation": organisation, "X-Actor": actor}
        self._http = httpx.Client(timeout=_TIMEOUT, headers=headers, trust_env=False)

    def __enter__(self) -> "Services":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, service: str, path: str, **params: str | int | None) -> Json:
        """What a GET answers. Raises RefusedError for 4xx, UnreachableError and BrokenError."""
        given = {name: value for name, value in params.items() if value is not None}
        return self.json(service, self.ask(service, "GET", path, params=given))

    def post(self, service: str, path: str, body: Json) -> Json:
        """The JSON that a POST of JSON answers; raises as `get`."""
        return self.json(service, self.ask(service, "POST", path, json=body))

    def json(self, service: str, response: httpx.Response) -> Json:
        """Read an answer. Raises RefusedError for 4xx and BrokenError for what is no answer."""
        try:
            body = response.json() if response.content else {}
        except ValueError:
            body = None
        if 400 <= response.status_code < 500 and isinstance(body, dict):
            raise RefusedError(response.status_code, body)
        if response.is_success and isinstance(body, dict):
            return body
        raise broken(service, response)

    def ask(
        self, service: str, method: str, path: str, **content: Unpack[Content]
    ) -> httpx.Response:
        """One request, which may be repeated: everything we ask may safely be asked twice.

        Tries the addresses in turn; a service that says 503 is asked again after its Retry-After,
        for as long as patience lasts, counted from its first 503. Raises UnreachableError.
        """
        while True:
            response = self._first_answer(service, method, path, content)
            if response.status_code != BUSY:
                self._busy_since.pop(service, None)
                return response
            since = self._busy_since.setdefault(service, time.monotonic())
            delay = retry_after(response)
            if time.monotonic() + delay > since + self._patience:
                raise UnreachableError(
                    f"{service} stayed busy for {self._patience:.0f} s: {reason(response)}",
                    "Try again later; `inkoop status` says what it waits for.",
                )
            self._pause(delay)

    @contextmanager
    def stream(self, service: str, path: str, body: Json) -> Generator[httpx.Response]:
        """A POST whose answer is read line by line; the first address that answers serves it."""
        url = self._answering(service) + path
        with self._http.stream("POST", url, json=body, timeout=None) as response:
            yield response

    def at(self, url: str, path: str, timeout: float = 3.0) -> httpx.Response:
        """A GET to one address, as it is. Raises httpx.TransportError."""
        return self._http.get(url + path, timeout=timeout)

    def _first_answer(
        self, service: str, method: str, path: str, content: Content
    ) -> httpx.Response:
        fault: httpx.TransportError | None = None
        busy: httpx.Response | None = None
        for url in self.addresses[service]:
            try:
                response = self._http.request(method, url + path, **content)
            except httpx.TransportError as error:
                fault = error
                continue
            if response.status_code != BUSY:
                return response
            busy = response
        if busy is not None:
            return busy
        raise unreachable(service, self.addresses[service], fault)

    def _answering(self, service: str) -> str:
        fault: httpx.TransportError | None = None
        for url in self.addresses[service]:
            try:
                self.at(url, "/livez")
            except httpx.TransportError as error:
                fault = error
                continue
            return url
        raise unreachable(service, self.addresses[service], fault)


def unreachable(service: str, urls: tuple[str, ...], fault: Exception | None) -> UnreachableError:
    """Nobody is at home: say where we knocked."""
    because = f" ({fault})" if fault else ""
    return UnreachableError(f"{service} does not answer at {', '.join(urls)}{because}.", ADVICE)


def broken(service: str, response: httpx.Response) -> BrokenError:
    """The service answered nonsense, or admitted a fault of its own."""
    return BrokenError(
        f"{service} answered {response.status_code}: {reason(response)}",
        f"Look at its log: `make logs S={service}`.",
    )


def reason(response: httpx.Response) -> str:
    """The words of a problem (RFC 9457), else the first line of whatever came."""
    try:
        problem = response.json()
    except ValueError:
        return next(iter(response.text.splitlines()), "")[:200] or response.reason_phrase
    if isinstance(problem, dict):
        return str(problem.get("detail") or problem.get("title") or problem)
    return str(problem)


def retry_after(response: httpx.Response) -> float:
    """Seconds that a busy service asks us to wait; 1 when it names none that we understand."""
    try:
        seconds = float(response.headers.get("Retry-After", "1"))
    except ValueError:
        seconds = 1.0
    return min(max(seconds, 0.05), LONGEST_PAUSE)
