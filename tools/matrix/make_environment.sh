#!/bin/sh
# make_environment.sh ROW DIRECTORY: makes an environment of a row there, from
# its lock file, unless it is there already.
set -eu
here=$(dirname "$0")
lock=$here/locks/$1.lock
cmp -s "$lock" "$2/lock" && exit
minor=$(sed -n 's/^# python: //p' "$lock")
base=$("$here/find_python.sh" "$minor")
echo "Making $2 with $base."
rm -rf "$2"
for uv in .cache/tools/bin/uv uv; do
  # Executed, not only found: it may be a shim of an inactive Python.
  if "$uv" --version >/dev/null 2>&1 && "$uv" venv -q -p "$base" "$2" \
      && "$uv" pip install -q -p "$2/bin/python" --no-deps -r "$lock"; then
    cp "$lock" "$2/lock"
    exit
  fi
done
rm -rf "$2"
"$base" -m venv "$2"
"$2/bin/python" -m pip install -q --no-deps -r "$lock"
cp "$lock" "$2/lock"
