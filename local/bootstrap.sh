#!/bin/sh
# Make the project's environment in .venv. Needs only Python >= 3.11; says in one line what is missing.
set -eu

UV_VERSION=0.13.8
LOG=.outrider/logs/environment.log

fail() {
    [ -z "${started:-}" ] || echo failed
    echo "outrider: $1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

unset VIRTUAL_ENV PYTHONHOME
mkdir -p "$(dirname "$LOG")"
: >"$LOG"

python=
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
    if new_enough "$candidate"; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed and not found; install it or name it: make PYTHON=/path/to/python3"

started=$(date +%s)
printf '  making .venv and installing packages … '
if ! new_enough .venv/bin/python; then
    rm -rf .venv
    "$python" -m venv .venv >>"$LOG" 2>&1 ||
        fail "$python cannot make virtual environments (Debian, Ubuntu: apt install python3-venv); details in $LOG"
fi
if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d ' ' -f 2)" != "$UV_VERSION" ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >>"$LOG" 2>&1 ||
        fail "uv could not be installed from the package index; details in $LOG"
fi
# Compiled once here, not by each process: some machines forbid processes to write .pyc files.
UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --quiet --compile-bytecode >>"$LOG" 2>&1 ||
    fail "the project's packages could not be installed; details in $LOG"
echo "$(($(date +%s) - started)) s"
