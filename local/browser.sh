#!/bin/sh
# Install Chromium for tests/browser/, where it is missing and the system's packages are Debian's.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
[ -e "/Applications/Google Chrome.app" ] && exit 0
if command -v apt-get >/dev/null; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    printf '  installing Chromium for the tests of the documentation …\n'
    if { $as_root apt-get update -q && $as_root apt-get install -q -y --no-install-recommends chromium; } >/dev/null 2>&1; then
        exit 0
    fi
fi
printf '  Chromium is missing: install it, or the tests in tests/browser fail\n' >&2
