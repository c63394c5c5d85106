#!/usr/bin/env bash
# A base backup of a running PostgreSQL, with all WAL kept from then on.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: backup.sh URL DIRECTORY [SLOT]

Takes a base backup of the PostgreSQL at URL (a role that may replicate) into DIRECTORY, which must
not be there. From the first backup on, the replication slot SLOT (default: inkoop_backup) keeps all
WAL in the server's pg_wal; restore.sh takes it from there, or from your archive.
Needs psql and pg_basebackup. docs/operations/restore.md says what for.
TEXT
}

case "${1:-}" in
  -h | --help) usage && exit 0 ;;
esac
if (($# < 2 || $# > 3)); then
  usage >&2
  exit 2
fi
url=$1 directory=$2 slot=${3:-inkoop_backup}
if [[ -e $directory ]]; then
  echo "backup.sh: $directory is there already" >&2
  exit 1
fi

psql "$url" -XqAt -v ON_ERROR_STOP=1 -v "slot=$slot" >/dev/null <<'SQL'
select pg_create_physical_replication_slot(:'slot', true)
where not exists (select from pg_replication_slots where slot_name = :'slot');
SQL
pg_basebackup -d "$url" -D "$directory" -X none -c fast
echo "$directory: base backup; WAL is kept by slot $slot"
