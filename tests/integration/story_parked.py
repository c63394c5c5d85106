"""What a service set aside: as its operators see it, and as it stands in its tables."""

import json
from typing import Any

import psycopg
from psycopg.rows import dict_row
from story_market import Market

from inkoop_local.stack import Stack


def rows_parked(stack: Stack, service: str, key: str) -> list[dict[str, Any]]:
    """What is set aside of a key, whole, in order."""
    url = stack.infrastructure.postgres.url("postgres", "inkoop")
    query = f"select * from {service}.parked where key = %s and released_at is null order by id"
    with psycopg.connect(url) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), [key]).fetchall()


def reasons_parked(stack: Stack, service: str, key: str) -> list[str]:
    """Why, in order."""
    return [row["reason"] for row in rows_parked(stack, service, key)]


def release(market: Market, service: str, topic: str, key: str) -> int:
    """Ask for all of a key to be tried again; how many there are."""
    body = json.dumps({"topic": topic, "key": key}).encode()
    answer = market.post(service, body, "application/json", "/v1/parked/releases")
    return int(answer.raise_for_status().json()["released"])


def counted(market: Market, service: str, event_type: str, result: str) -> float:
    """How often /metrics says that an event of this type ended so."""
    labels = f'event_type="{event_type}",result="{result}",service="{service}"'
    start = f"inkoop_events_processed_total{{{labels}}} "
    lines = market.get(service, "/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(start)).removeprefix(start))
