"""A service as the local stack knows one: `migrate`, then `run` with /readyz on its port.

Started as a process by the tests; it keeps one table, so that a restart can be seen to keep data.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg


class _Edge(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        reason = os.environ.get("STAND_IN_NOT_READY", "")
        self.send_response(503 if reason else 204)
        self.end_headers()
        self.wfile.write(reason.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        return


def main(verb: str) -> int:
    """Do what the verb says, as the console script of a service does."""
    if verb == "migrate":
        if "STAND_IN_BROKEN" in os.environ:
            print("this schema cannot be", file=sys.stderr)
            return 3
        with psycopg.connect(os.environ["INKOOP_OWNER_DATABASE"]) as connection:
            connection.execute("create table if not exists visit (pid int)")
        return 0
    with psycopg.connect(os.environ["INKOOP_DATABASE"]) as connection:
        connection.execute("select 1")
    print("listening", flush=True)
    HTTPServer(("127.0.0.1", int(os.environ["INKOOP_HTTP_PORT"])), _Edge).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
