"""What a service declares of itself; the host makes a running process of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from inkoop_host.settings import Settings
from inkoop_kit.desk import Desk
from inkoop_kit.hearing import Subscription
from inkoop_kit.streams import Kind
from inkoop_kit.views import View


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service, as its `main.build` puts it together.

    `to_public` makes the public event of a fact, or none; it gets the stream's key and the fact.
    `told_once` are the public events that each stand for one thing: one of which the others know
    from a gap (docs/adr/0016-eras.md) is not told a second time. Without subscriptions no processor
    runs. Migrations lie in the package `inkoop_<name>`.
    """

    name: str
    settings: Settings
    kinds: tuple[Kind[Any, Any], ...]
    router: Callable[[Desk], APIRouter]
    to_public: Callable[[str, Any], Any | None]
    subscriptions: tuple[Subscription[Any], ...] = ()
    views: tuple[View[Any, Any], ...] = ()
    told_once: tuple[type[Any], ...] = ()
    api_version: str = "1.0.0"
