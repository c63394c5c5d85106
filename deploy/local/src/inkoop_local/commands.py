"""What each subcommand of `inkoop-local` does."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from inkoop_local.errors import StackError
from inkoop_local.stack import Stack
from inkoop_local.status import Part, status


def up(options: argparse.Namespace, console: Console) -> int:
    """Start the stack, then show it."""
    stack = Stack()
    with console.status("starting the stack"):
        stack.up(replicas=options.replicas, only_infrastructure=options.only_infrastructure)
    console.print(_table(status(stack.file)))
    return 0


def down(_options: argparse.Namespace, console: Console) -> int:
    """Stop the stack."""
    with console.status("stopping the stack"):
        Stack().down()
    console.print("  stopped; the data stays (make clean throws it away)")
    return 0


def clean(_options: argparse.Namespace, console: Console) -> int:
    """Stop the stack and throw its data away."""
    stack = Stack()
    with console.status("stopping the stack"):
        stack.clean()
    console.print(f"  {stack.directory} is gone")
    return 0


def show_status(options: argparse.Namespace, console: Console) -> int:
    """Show every part; 0 only when all of them are ready."""
    parts = status(Stack().file)
    if options.json:
        print(json.dumps([asdict(part) for part in parts], indent=2))
    elif parts:
        Console(highlight=False).print(_table(parts))
    else:
        console.print("  nothing runs (make up starts it)")
    return 0 if parts and all(part.is_ready for part in parts) else 1


def restart(options: argparse.Namespace, console: Console) -> int:
    """Restart every running replica of a service."""
    stack = Stack()
    running = [p.name for p in status(stack.file) if p.name.rpartition("-")[0] == options.service]
    if not running:
        raise StackError(f"{options.service} does not run", "make up")
    for name in running:
        number = int(name.rpartition("-")[2])
        with console.status(f"restarting {name}"):
            stack.service(options.service, number).stop()
            stack.start_service(options.service, number)
        console.print(f"  {name} is ready")
    return 0


def logs(options: argparse.Namespace, _console: Console) -> int:
    """Hand over to `tail`, which knows how to follow."""
    directory = Stack().directory
    places = {
        "kafka": directory / "kafka/kafka.log",
        "postgres": directory / "postgres/postgres.log",
    }
    named = sorted((directory / "log").glob(f"{options.service}*.log"))
    found = [places[options.service]] if options.service in places else named
    if not any(path.exists() for path in found):
        raise StackError(f"there is no log of {options.service} in {directory}", "make up")
    sys.stdout.flush()
    follow = ["-F"] if options.follow else []
    return subprocess.run(
        ["tail", "-n", str(options.lines), *follow, *found], check=False
    ).returncode


def _table(parts: tuple[Part, ...]) -> Table:
    table = Table(box=None, pad_edge=True)
    for heading in ("part", "", "address", "pid"):
        table.add_column(heading, no_wrap=heading != "")
    for part in parts:
        colour = "green" if part.is_ready else "red"
        detail = f"[{colour}]{part.detail.replace('[', chr(92) + '[')}[/]"
        table.add_row(part.name, detail, part.address.rpartition("@")[2], str(part.pid or ""))
    return table
