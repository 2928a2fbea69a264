#!/bin/sh
# make_tools.sh DIRECTORY REQUIREMENTS MINOR: makes an environment there, of a
# Python >= 3.MINOR, with the packages of a file in this folder.
set -eu
directory=$1
requirements=$2
minor=$3
here=$(dirname "$0")

# Prints the path of a Python >= 3.$minor that can make environments.
find_python() {
  for python in python3 3.13 3.12 3.11 3.10 3.9 3.8; do
    case $python in
      3.*) python=$("$here/matrix/find_python.sh" "$python" 2>/dev/null) ;;
    esac
    if "$python" -c 'import sys, venv, ensurepip
sys.exit(sys.version_info < (3, int(sys.argv[1])))' "$minor" 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

if ! python=$(find_python); then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -q -y python3-venv
  fi
  python=$(find_python) || {
    echo "$requirements needs a Python >= 3.$minor with venv and ensurepip" \
      '(on Debian and Ubuntu: apt-get install python3-venv).' >&2
    exit 1
  }
fi

echo "Making $directory with $python."
"$python" -m venv --clear "$directory"
"$directory/bin/python" -m pip install -q --disable-pip-version-check \
  -r "$here/$requirements"
touch "$directory/ok"
