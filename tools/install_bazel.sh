#!/bin/sh
# Makes sure that there is a Bazel: installs it where that is a matter of apt.
set -eu
if command -v bazel || command -v bazelisk; then
  exit
fi >/dev/null

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing Bazel (apt package bazel-bootstrap).'
  export DEBIAN_FRONTEND=noninteractive
  if apt-get update -q && apt-get install -q -y bazel-bootstrap; then
    exit
  fi
fi

cat >&2 <<'END'
There is no bazel and no bazelisk on PATH, and it cannot be installed from
here. What to do:
  Debian, Ubuntu  sudo apt-get install bazel-bootstrap
  macOS           brew install bazelisk
  elsewhere       npm install -g @bazel/bazelisk
Any Bazel from 4.2 to 8 will do: the build uses a WORKSPACE file.
Without Bazel the tests run too, in an environment of your own with one of
the lock files in tools/matrix/locks: python -m pytest tests
END
exit 1
