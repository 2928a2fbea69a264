#!/bin/sh
# find_python.sh 3.7: prints the path of a Python 3.7, or says how to get one.
#
# Looked for in this order: $TF_PYTHON_3_7, every python3.7 on PATH, pyenv, uv.
# Each candidate is executed: a pyenv shim exists for versions that are not
# active, and fails.
minor=$1
variable=TF_PYTHON_$(echo "$minor" | tr . _)
eval "chosen=\${$variable:-}"

try() {
  [ -x "$1" ] || return 1
  probe='import sys; print("%d.%d" % sys.version_info[:2], sys.executable)'
  answer=$("$1" -I -c "$probe" 2>/dev/null) || return 1
  [ "${answer%% *}" = "$minor" ] || return 1
  echo "${answer#* }"
}

if [ -n "$chosen" ]; then
  try "$chosen" && exit 0
  echo "$variable=$chosen is not a working Python $minor." >&2
  exit 1
fi

IFS=:
for directory in $PATH; do
  try "$directory/python$minor" && exit 0
done
unset IFS
for root in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$minor".* \
    "${XDG_DATA_HOME:-$HOME/.local/share}/uv/python/cpython-$minor".*; do
  try "$root/bin/python$minor" && exit 0
done

cat >&2 <<END
There is no Python $minor: not on PATH, not in ~/.pyenv/versions.
Install one ("pyenv install $minor" or "uv python install $minor"), or name one:
  environment: export $variable=/path/to/python$minor
  Bazel:       --repo_env=$variable=/path/to/python$minor
END
exit 1
