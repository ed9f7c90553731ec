#!/usr/bin/env bash
# Write the lock files: requirements*.lock and package-lock.json. No registry is named in any of them.
set -euo pipefail
. "$(dirname "$0")/say.sh"

uv=.venv/bin/uv
[ -x "$uv" ] || .venv/bin/python -m pip --quiet install uv==0.13.9
compile() {
  "$uv" pip compile --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links --no-annotate --quiet "$@"
}
compile pyproject.toml --group build -o requirements.lock
compile pyproject.toml --group build --extra test -c requirements.lock -o requirements-test.lock
compile --group peers -o requirements-peers.lock
npm install --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved --loglevel=error
if grep -nE '^(--|-i )|://' requirements*.lock || grep -n '"resolved"' package-lock.json; then
  stop "A lock file names an address (above): it would fetch from there on every machine."
fi
