#!/usr/bin/env bash
# Let services tell everything and read everything again, for a Kafka that lost the end of its log.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tell-again.sh URL SCHEMA...

In each SCHEMA (a service: ordering, invoicing, matching) of the database at URL, as its owner or a
superuser: forget which Kafka was told and read. At their next start the relays send all facts again and
the processors read from the beginning; consumers drop what they have seen. Stop the services before.
Needs psql. docs/operations/kafka-lost.md says when.
TEXT
}

case "${1:-}" in
  -h | --help) usage && exit 0 ;;
esac
if (($# < 2)); then
  usage >&2
  exit 2
fi
url=$1
shift
for schema in "$@"; do
  psql "$url" -Xq -v ON_ERROR_STOP=1 --single-transaction -v "schema=$schema" <<'SQL'
update :"schema".relay_position set cluster = 'lost';
update :"schema".tracking set cluster = 'lost';
SQL
  echo "$schema: will tell and read everything again"
done
