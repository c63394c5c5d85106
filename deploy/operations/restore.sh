#!/usr/bin/env bash
# Put a base backup in the place of a stopped PostgreSQL's data, to be brought forward by WAL.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: restore.sh DATA BACKUP [--wal DIRECTORY] [--to-point NAME | --to-time MOMENT]

DATA is the data directory of a PostgreSQL that is stopped or dead; it is kept as DATA.lost. BACKUP is
a base backup of it, which is moved to DATA. When PostgreSQL is started it reads all WAL of
DATA.lost/pg_wal, and of --wal first, and then takes writes: nothing is lost.

--to-point and --to-time stop earlier, at a restore point or a moment (2026-11-24 12:00:00+01): what
came later is lost. Read docs/operations/restore-earlier.md before.
TEXT
}

fail() {
  echo "restore.sh: $1" >&2
  exit "${2:-1}"
}

quoted() { printf "%s" "${1//\'/\'\'}"; }

case "${1:-}" in
  -h | --help) usage && exit 0 ;;
esac
if (($# < 2)); then
  usage >&2
  exit 2
fi
data=$1 backup=$2 wal="" target=""
shift 2
while (($#)); do
  (($# > 1)) || fail "$1 needs a value" 2
  case "$1" in
    --wal) wal=$(realpath -- "$2") ;;
    --to-point) target="recovery_target_name = '$(quoted "$2")'" ;;
    --to-time) target="recovery_target_time = '$(quoted "$2")'" ;;
    *) fail "what is $1? See --help" 2 ;;
  esac
  shift 2
done

[[ -f $backup/backup_label ]] || fail "$backup is no base backup"
[[ ! -e $data.lost ]] || fail "$data.lost is there already: put it away first"
if [[ -f $data/postmaster.pid ]] && kill -0 "$(head -n 1 "$data/postmaster.pid")" 2>/dev/null; then
  fail "PostgreSQL still runs on $data"
fi

mv -- "$data" "$data.lost"
mv -- "$backup" "$data"
chown -R --reference="$data.lost" -- "$data"
chmod --reference="$data.lost" -- "$data"

lost="$(realpath -- "$data.lost")/pg_wal"
command="cp \"$lost/%f\" \"%p\""
[[ -z $wal ]] || command="cp \"$wal/%f\" \"%p\" 2>/dev/null || $command"
{
  echo "restore_command = '$(quoted "$command")'"
  if [[ -n $target ]]; then
    echo "$target"
    echo "recovery_target_action = 'promote'"
  fi
} >>"$data/postgresql.auto.conf"
: >"$data/recovery.signal"
chown --reference="$data.lost" -- "$data/recovery.signal"
echo "$data: start PostgreSQL; it reads the WAL, then takes writes"
