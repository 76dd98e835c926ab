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

if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "not installed here:$missing; the tests that need them are skipped" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # a list of words is meant
apt-get install -y -qq --no-install-recommends $missing >/dev/null
