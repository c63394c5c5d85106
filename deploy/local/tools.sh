#!/usr/bin/env bash
# What only the tests use, so that nothing is skipped: installed as root, else named.
set -euo pipefail

missing=()
command -v kcat >/dev/null || missing+=(kcat)
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(libfaketime)
[ "${#missing[@]}" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "  apt-get install ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 && exit 0
fi
echo "  what needs it is left out → sudo apt-get install ${missing[*]}" >&2
