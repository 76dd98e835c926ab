#!/bin/sh
# Installs what the tests drive beside Python: a browser, LibreOffice, PostgreSQL, a TLS proxy. Elsewhere than on Debian as root
# it does nothing, and the tests that need a missing one say so.
set -eu

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v soffice >/dev/null || missing="$missing libreoffice-writer"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v softhsm2-util >/dev/null || missing="$missing softhsm2"
test -x /usr/sbin/haproxy || missing="$missing haproxy"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
test -d /usr/share/fonts/truetype/noto || missing="$missing fonts-noto-core"

# Chromium without windows draws a page in half the CPU time. Where it is not to be had, the whole browser does it.
quicker=""
command -v chromium-headless-shell >/dev/null || quicker="chromium-headless-shell"

if [ -z "$missing$quicker" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    if [ -n "$missing" ]; then
        echo "not installed here:$missing; the tests that need them are skipped" >&2
    fi
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if [ -n "$missing" ]; then
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of words is meant
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
if [ -n "$quicker" ]; then
    briefly="-o Acquire::Retries=0 -o Acquire::http::Timeout=20"
    # shellcheck disable=SC2086  # lists of words are meant
    { apt-get $briefly update -qq && apt-get $briefly install -y -qq --no-install-recommends $quicker; } >/dev/null 2>&1 ||
        echo "not installed here: $quicker; the tests in a browser take longer" >&2
fi
