#!/usr/bin/env bash
# Makes .venv with what requirements.lock pins and our own packages; does nothing when all is so.
# Usage: deploy/local/bootstrap.sh PACKAGE-FOLDER…   from the root of the checkout.
# Needs only Python 3.11; what Debian splits off from it is installed as root, or named.
set -euo pipefail

say() { printf '  %s\n' "$*" >&2; }
fail() { printf 'install: %s\n  → %s\n' "$1" "$2" >&2; exit 1; }

# Debian's own Python before one that was built by hand: compiled with profiles, it is a fifth faster.
find_python() {
  local python
  for python in "${PYTHON:-}" "$(able /usr/bin/python3.11)" python3.11 python3; do
    if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      printf '%s' "$python"
      return
    fi
  done
  fail "Python 3.11 is missing" "apt-get install python3 (Debian 12), or PYTHON=/path/to/python3.11 make install"
}

# Says its name back if it can make a virtual environment as it is.
able() { ! "$1" -c 'import ensurepip, venv' 2>/dev/null || printf '%s' "$1"; }

make_venv() {
  local python
  python=$(find_python)
  say "making .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1 && return
  # Debian's python3 has no ensurepip without this package.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "apt-get install python3-venv"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends python3-venv >/dev/null 2>&1 || true
    rm -rf .venv
    "$python" -m venv .venv && return
  fi
  rm -rf .venv
  fail "$python cannot make a virtual environment" "sudo apt-get install python3-venv"
}

# A stamp holds a digest of what an install came from; the folder is part of it, since editable
# packages and scripts point into it.
digest() { { pwd; cat "$@"; } | sha256sum | cut -c1-64; }
is_current() { [ "$(cat ".venv/$1" 2>/dev/null)" = "$2" ]; }

main() {
  .venv/bin/python -c '' 2>/dev/null || make_venv
  export PATH="$PWD/.venv/bin:$PATH" PIP_DISABLE_PIP_VERSION_CHECK=1
  local locked ours package editable=()
  locked=$(digest requirements.lock)
  if ! is_current .locked "$locked"; then
    say "installing $(grep -c '^[a-z].*==' requirements.lock) locked packages (about a minute, once)"
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock \
      || fail "the locked packages could not be installed" "check the network, then make install"
    printf '%s' "$locked" >.venv/.locked
  fi
  ours=$(digest "${@/%//pyproject.toml}")
  if ! is_current .ours "$ours"; then
    say "installing our own $# packages"
    for package in "$@"; do editable+=(-e "$package"); done
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation "${editable[@]}"
    printf '%s' "$ours" >.venv/.ours
  fi
}

main "$@"
