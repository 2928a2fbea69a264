"""mp_py_library and mp_py_test: one target a file, one test a row.

These are rules of our own, not the native py_library and py_test: a test runs
on the interpreter of its row, so that there is no toolchain to resolve, and a
machine without network needs none of the repositories that the native rules
pull in.
"""

load("//tools/matrix:matrix.bzl", "ROWS")

_LAUNCHER = """#!/bin/sh
# Bazel starts a test in the runfiles directory of the workspace.
scratch="${{TEST_TMPDIR:-$(mktemp -d)}}"
export HOME="$scratch" TMPDIR="$scratch" PYTHONPATH="$PWD"
export HYPOTHESIS_STORAGE_DIRECTORY="$scratch/hypothesis"
export MP_LOCK="$PWD/{lock}"
exec "$PWD/{python}" tools/matrix/pytest_main.py {srcs} "$@"
"""

def _runfiles(ctx):
    runfiles = ctx.runfiles(files = ctx.files.srcs + ctx.files.data)
    for dep in ctx.attr.deps:
        runfiles = runfiles.merge(dep[DefaultInfo].default_runfiles)
    return runfiles

def _library_impl(ctx):
    return [DefaultInfo(
        files = depset(ctx.files.srcs),
        runfiles = _runfiles(ctx),
    )]

def _test_impl(ctx):
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _LAUNCHER.format(
        lock = ctx.file.lock.short_path,
        python = ctx.file.python.short_path,
        srcs = " ".join([f.short_path for f in ctx.files.srcs]),
    ), is_executable = True)
    runfiles = _runfiles(ctx).merge(ctx.runfiles(
        files = [ctx.file.lock, ctx.file.python],
    ))
    return [
        DefaultInfo(executable = launcher, runfiles = runfiles),
        testing.TestEnvironment(ctx.attr.env),
    ]

_ATTRS = {
    "data": attr.label_list(allow_files = True),
    "deps": attr.label_list(),
    "srcs": attr.label_list(allow_files = [".py"]),
}

_library = rule(
    implementation = _library_impl,
    attrs = _ATTRS,
)

_test = rule(
    implementation = _test_impl,
    attrs = dict(
        _ATTRS,
        env = attr.string_dict(),
        lock = attr.label(allow_single_file = True),
        python = attr.label(allow_single_file = True),
    ),
    test = True,
)

def mp_py_library(name, srcs, deps = [], data = [], **kwargs):
    """A Python file, with the `__init__.py` of its directory.

    Args:
      name: by convention the name of the file without `.py`.
      srcs: the file.
      deps: the targets of what it imports.
      data: what it reads when it runs.
      **kwargs: visibility, testonly, tags.
    """
    init = native.glob(["__init__.py"], exclude = srcs, allow_empty = True)
    _library(
        name = name,
        srcs = srcs,
        data = init + data,
        deps = deps,
        **kwargs
    )

def mp_py_test(
        name,
        srcs,
        deps = [],
        rows = None,
        ci_rows = None,
        size = "medium",
        shard_count = None,
        data = [],
        tags = [],
        **kwargs):
    """A test `<name>__<row>` for each row, and a test_suite `<name>` of them.

    Args:
      name: by convention the name of the file without `.py`.
      srcs: the test file.
      deps: the targets of what it imports.
      rows: names of rows; all by default. Prefer to skip within the test: a
        skip is counted and shows its reason.
      ci_rows: names of the rows on which CI runs it; by default all that CI
        has. For slow tests of what hardly differs between neighbours.
      size: small (1 minute), medium (5), large (15) or enormous (60).
      shard_count: in how many processes the tests of the file run.
      data: what it reads when it runs.
      tags: besides the name of the row, and `extra` where CI does not run it.
      **kwargs: flaky, timeout, visibility.
    """
    tests = []
    for row in ROWS.keys() if rows == None else rows:
        lock = ROWS[row].get("lock", row)
        in_ci = ROWS[row]["ci"] and (ci_rows == None or row in ci_rows)
        tests.append("%s__%s" % (name, row))
        _test(
            name = tests[-1],
            srcs = srcs,
            data = data,
            deps = deps + ["//tools/matrix:pytest_main"],
            env = dict(
                ROWS[row].get("env", {}),
                MP_ROW = row,
                TF_CPP_MIN_LOG_LEVEL = "2",
            ),
            lock = "@%s//:lock.txt" % lock,
            python = "@%s//:python" % lock,
            size = size,
            shard_count = shard_count,
            tags = tags + [row] + ([] if in_ci else ["extra"]),
            **kwargs
        )
    native.test_suite(name = name, tests = tests)
