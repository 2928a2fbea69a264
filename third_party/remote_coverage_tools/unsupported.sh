#!/bin/sh
echo 'This workspace does not support `bazel coverage`.' >&2
exit 1
