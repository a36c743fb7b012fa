#!/bin/sh
# Prints the path of an OpenSSH server for the tests: the installed one, else one unpacked into a cache folder. The
# package is never installed: that would start a daemon on the machine of whoever runs the tests. Needs no root.
set -eu

found=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v sshd || true)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/guard-test-sshd"
unpacked="$cache/root/usr/sbin/sshd"
if [ -n "$found" ]; then
  echo "$found"
  exit 0
fi
if [ -x "$unpacked" ]; then
  echo "$unpacked"
  exit 0
fi
[ "${1-}" != --find ] || exit 1
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
  echo 'get-sshd: please install the OpenSSH server with your package manager' >&2
  exit 1
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/get.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
# APT's own sandbox user cannot write here, and says so at length.
apt-get -qq -o APT::Sandbox::User="$(id -un)" download openssh-server libwrap0 >&2
for package in *.deb; do
  dpkg-deb -x "$package" root
done
rm -rf "$cache/root"
mv root "$cache/root"
echo "$unpacked"
