"""Views: the rows that live, and those that a rebuild from zero makes of the same facts."""

import json
from typing import Any

import httpx
from crash_checks import Finding
from crash_evidence import rows
from crash_stack import BreakableStack

VIEWS = (
    ("ordering", "orders"),
    ("invoicing", "invoices"),
    ("invoicing", "invoice_orders"),
    ("invoicing", "documents"),
    ("matching", "cases"),
    ("matching", "decisions"),
)


def rebuild_and_compare(stack: BreakableStack) -> list[Finding]:
    """Rebuild every view on a quiet stack; what is not as it was."""
    found: list[Finding] = []
    for service, view in VIEWS:
        before = _rows(stack, service, view)
        answer = httpx.post(
            f"{stack.urls(service)[0]}/v1/views/{view}/rebuilds", timeout=60, trust_env=False
        )
        end = json.loads(answer.text.splitlines()[-1])
        if not end.get("done"):
            found.append(Finding("wrong", f"{service}.{view} is not rebuilt: {end}"))
        elif (after := _rows(stack, service, view)) != before:
            changed = len(set(after) ^ set(before))
            found.append(
                Finding("wrong", f"{service}.{view} has {changed} other rows when rebuilt")
            )
    return found


def _rows(stack: BreakableStack, service: str, view: str) -> list[str]:
    query = f"select to_jsonb(v) as row from {service}.{view} as v"
    found: list[dict[str, Any]] = rows(stack.infrastructure.postgres.admin_url, query)
    return sorted(json.dumps(one["row"], sort_keys=True) for one in found)
