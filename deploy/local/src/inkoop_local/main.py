"""The command `inkoop-local`: starts, shows and stops the local stack."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from inkoop_local import commands
from inkoop_local.errors import StackError

_DESCRIPTION = """\
The local stack of this checkout: Apache Kafka, PostgreSQL and the services, on loopback.

Data is kept between runs in .local/ of the checkout; .local/stack.json says where everything is.
A second start takes seconds and needs no network.
"""

_EPILOGUE = """\
environment:
  INKOOP_KAFKA=host:port       use this Kafka instead of starting one
  INKOOP_DATABASE_ADMIN=url    use this PostgreSQL (a superuser's URL) instead of starting one
  INKOOP_KAFKA_PROVIDER        auto (default) | url | docker | jvm
  INKOOP_POSTGRES_PROVIDER     auto (default) | url | docker | binaries | wheel
  INKOOP_KAFKA_JIT=full        let our broker compile as one in production: slower to start, and
                               a third less CPU after half a minute under load
  INKOOP_LOCAL_DIRECTORY       where the data lies (default: .local in the checkout)
  INKOOP_INSTALL=no            do not install Debian packages, also as root
  INKOOP_CACHE                 where what was fetched lies (default: ~/.cache/inkoop)

exit codes: 0 done · 1 something is not ready or could not be done · 2 wrong usage
            130 interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code says whether it was done."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, highlight=False)
    logger = logging.getLogger("inkoop_local")
    logger.addHandler(_ConsoleHandler(console))
    logger.setLevel(logging.INFO)
    try:
        return int(options.run(options, console))
    except StackError as error:
        console.print(f"[red]inkoop-local: {_plain(error.what)}[/]", soft_wrap=True)
        if error.remedy:
            console.print(f"  → {_plain(error.remedy)}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("  interrupted; what was started goes on (make down stops it)")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="inkoop-local",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    up = verbs.add_parser("up", help="start what does not run and wait until all of it is ready")
    up.add_argument("--only-infrastructure", action="store_true", help="Kafka and PostgreSQL only")
    up.add_argument("--replicas", type=_count, default=1, help="processes of each service (1)")
    up.set_defaults(run=commands.up)

    down = verbs.add_parser("down", help="stop all of it; the data stays")
    down.set_defaults(run=commands.down)

    status = verbs.add_parser("status", help="what runs, where, and whether it is ready")
    status.add_argument("--json", action="store_true", help="for machines")
    status.set_defaults(run=commands.show_status)

    logs = verbs.add_parser("logs", help="the log of a service, of kafka or of postgres")
    logs.add_argument("service", metavar="SERVICE", help="matching, matching-1, kafka, …")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    logs.add_argument("-n", "--lines", type=_count, default=40, help="how many of the last (40)")
    logs.set_defaults(run=commands.logs)

    restart = verbs.add_parser("restart", help="stop a service and start it with today's code")
    restart.add_argument("service", metavar="SERVICE")
    restart.set_defaults(run=commands.restart)

    clean = verbs.add_parser("clean", help="stop all of it and throw the data away")
    clean.set_defaults(run=commands.clean)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {text!r}")
    return int(text)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


class _ConsoleHandler(logging.Handler):
    """Shows what the stack says about its progress, above a spinner where one turns."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.print(f"  {_plain(record.getMessage())}", soft_wrap=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
