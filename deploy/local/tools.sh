#!/usr/bin/env bash
# Programs that only the tests use, so that they are not skipped: installed as root, else named.
set -euo pipefail

command -v kcat >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "  apt-get install kcat" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends kcat; } >/dev/null 2>&1 && exit 0
fi
echo "  kcat is not here, its test is skipped → sudo apt-get install kcat" >&2
