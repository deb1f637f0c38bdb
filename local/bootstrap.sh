#!/bin/sh
# Make the project's environment in .venv: of Python 3.13, which Lambda runs, where it can be had, and
# otherwise of any from 3.11 on. Says in one line which it is, or what is missing. PYTHON=/path/to/python
# chooses another for a new environment; one that is there keeps its own.
set -eu

UV_VERSION=0.13.8
LAMBDA=3.13
LOG=.outrider/logs/environment.log

fail() {
    [ -z "${started:-}" ] || echo failed
    echo "outrider: $1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

version() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# The first that starts and is new enough, Lambda's before others. What stands on PATH may be a stub of
# pyenv that starts only versions which are selected.
find_python() {
    for candidate in "python$LAMBDA" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$LAMBDA".*/bin/python \
        python3 python3.14 python3.12 python3.11; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

make_environment() {
    rm -rf .venv
    "$1" -m venv .venv >>"$LOG" 2>&1 ||
        fail "$1 cannot make virtual environments (Debian, Ubuntu: apt install python3-venv); details in $LOG"
}

install_uv() {
    [ "$(.venv/bin/uv --version 2>/dev/null | cut -d ' ' -f 2)" != "$UV_VERSION" ] || return 0
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >>"$LOG" 2>&1 ||
        fail "uv could not be installed from the package index; details in $LOG"
}

# Lambda's Python from uv, which downloads it where UV_PYTHON_DOWNLOADS allows; nothing without a network.
download_python() {
    UV_HTTP_RETRIES=0 UV_HTTP_CONNECT_TIMEOUT=3 .venv/bin/uv python install --quiet --no-bin "$LAMBDA" \
        >>"$LOG" 2>&1 || return 0
    .venv/bin/uv python find --quiet --no-project --managed-python "$LAMBDA" 2>>"$LOG" || true
}

unset VIRTUAL_ENV PYTHONHOME
mkdir -p "$(dirname "$LOG")"
: >"$LOG"

if ! new_enough .venv/bin/python; then
    python=${PYTHON:-$(find_python)}
    [ -n "$python" ] ||
        fail "Python 3.11 or newer is needed and not found; install it or name it: make PYTHON=/path/to/python3"
    new_enough "$python" || fail "PYTHON=$python does not start, or is older than 3.11"
fi
started=$(date +%s)
printf '  making .venv and installing packages … '
if [ -n "${python:-}" ]; then
    make_environment "$python"
    install_uv
    if [ -z "${PYTHON:-}" ] && [ "$(version "$python")" != "$LAMBDA" ]; then
        python=$(download_python)
        [ -z "$python" ] || make_environment "$python"
    fi
fi
install_uv
# Compiled once here, not by each process: some machines forbid processes to write .pyc files.
UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --quiet --compile-bytecode >>"$LOG" 2>&1 ||
    fail "the project's packages could not be installed; details in $LOG"
found=$(version .venv/bin/python)
[ "$found" = "$LAMBDA" ] && note= || note="; Lambda's is $LAMBDA"
echo "Python $found$note, $(($(date +%s) - started)) s"
