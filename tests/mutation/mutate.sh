#!/usr/bin/env bash
# Mutates a copy of the engine and lists what no unit test notices; docs/mutation.md says why each is
# harmless. Usage: tests/mutation/mutate.sh [FILE…]   FILE: the name of a module, such as holding
set -euo pipefail

place=.local/mutation
rm -rf "$place"
mkdir -p "$place"
cp -r libs/kit/src "$place/src"
cp -r libs/kit/tests "$place/tests"
find "$place" -name __pycache__ -prune -exec rm -rf {} +
cp tests/mutation/mutmut.toml "$place/pyproject.toml"
cd "$place"
if [ $# -gt 0 ]; then
  printf -v files '"src/inkoop_kit/%s.py", ' "$@"
  python - "$files" <<'PYTHON'
import pathlib, re, sys
path = pathlib.Path("pyproject.toml")
path.write_text(re.sub(r"only_mutate = \[.*?\]", f"only_mutate = [{sys.argv[1]}]", path.read_text(), flags=re.S))
PYTHON
fi
timeout --foreground 1800 mutmut run --max-children "$(nproc)" || true
echo "What survived (the mutants lie in $place/mutants; mutmut show NAME there shows one):"
mutmut results
