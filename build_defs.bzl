"""mp_py_library, mp_py_test, mp_bundle: a target per file, a test per row.

People run the test of a file. `make test` runs bundles: the test files of some
directories share a process, as a third of the time was to start Python and
TensorFlow for each file and row.

These are rules of our own, not the native py_library and py_test: a test runs
on the interpreter of its row, so that there is no toolchain to resolve, and a
machine without network needs none of the repositories that the native rules
pull in.
"""

load("//tools/matrix:matrix.bzl", "ROWS")

# What a test file names as `ci_rows` if it need not run on all ten rows of
# `make test`. Files that have most to do with TensorFlow's internals run on all
# ten or name their own; ROWS=all runs every file on every row.
#
# Masks, and the graphs of sessions: a TensorFlow before 2, Keras 2, Keras 3.
GRAPH_ROWS = [
    "tf1_15",
    "tf2_15",
    "tf2_21",
]

# For those with layers or an Estimator, which TensorFlow 2.16 and later have
# only with the Keras of before.
GRAPH_LAYER_ROWS = [
    "tf1_15",
    "tf2_15",
    "tf2_21_legacy",
]

# Keras: graph mode, and then a row of each kind of optimizer that it ever had.
# `prune_test` runs on all rows.
KERAS_ROWS = [
    "tf1_15",
    "tf2_5",
    "tf2_15",
    "tf2_21",
]

# What hardly knows of TensorFlow: the oldest Python and NumPy, the newest, and
# one between.
PYTHON_ROWS = [
    "tf1_14",
    "tf2_5",
    "tf2_21",
]

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

    # As of the native rules: a library that is read has its imports with it.
    for needed in ctx.attr.deps + ctx.attr.data:
        runfiles = runfiles.merge(needed[DefaultInfo].default_runfiles)
    return runfiles

def _library_impl(ctx):
    runfiles = _runfiles(ctx)
    if ctx.attr.file_rows:
        # Read by tools/matrix/pytest_main.py.
        rows = ctx.actions.declare_file(ctx.label.name + ".rows")
        ctx.actions.write(rows, "".join([
            " ".join([file] + rows) + "\n"
            for file, rows in ctx.attr.file_rows.items()
        ]))
        runfiles = runfiles.merge(ctx.runfiles(files = [rows]))
    return [DefaultInfo(
        files = depset(ctx.files.srcs),
        runfiles = runfiles,
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
    attrs = dict(_ATTRS, file_rows = attr.string_list_dict()),
)

_test = rule(
    implementation = _test_impl,
    attrs = dict(
        _ATTRS,
        env = attr.string_dict(),
        lock = attr.label(allow_single_file = True),
        python = attr.label(allow_single_file = True),
        # Not [".py"], which refuses the empty lists of bundles.
        srcs = attr.label_list(allow_files = True),
    ),
    test = True,
)

def _row_test(name, row, tags, **kwargs):
    lock = ROWS[row].get("lock", row)
    _test(
        name = name,
        env = dict(
            ROWS[row].get("env", {}),
            MP_ROW = row,
            TF_CPP_MIN_LOG_LEVEL = "2",
        ),
        lock = "@%s//:lock.txt" % lock,
        python = "@%s//:python" % lock,
        tags = tags + [row],
        **kwargs
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
        own_process = None,
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
      own_process: why the file is in no bundle, in a sentence.
      size: small (1 minute), medium (5), large (15) or enormous (60).
      shard_count: in how many processes the tests of the file run.
      data: what it reads when it runs.
      tags: besides the name of the row, `extra` where CI does not run it, and
        `bundled` where mp_bundles has it.
      **kwargs: flaky, timeout, visibility.
    """
    if own_process == "":
        fail("%s: own_process says why." % name)
    if own_process == None:
        tags = tags + ["bundled"]
    tests = []
    for row in ROWS.keys() if rows == None else rows:
        in_ci = ROWS[row]["ci"] and (ci_rows == None or row in ci_rows)
        tests.append("%s__%s" % (name, row))
        _row_test(
            tests[-1],
            row,
            srcs = srcs,
            data = data,
            deps = deps + ["//tools/matrix:pytest_main"],
            size = size,
            shard_count = shard_count,
            tags = tags + ([] if in_ci else ["extra"]),
            **kwargs
        )
    native.test_suite(name = name, tests = tests)

def mp_bundles():
    """Collects the bundled tests that stand above in the file, for mp_bundle.

    For each row there are `bundle__<row>`, what CI runs, and
    `bundle_extra__<row>`, the rest.
    """
    tests = {}
    file_rows = {False: {}, True: {}}
    for test in native.existing_rules().values():
        if "bundled" in test.get("tags", []):
            [row] = [tag for tag in test["tags"] if tag in ROWS]
            name = _bundle(row, "extra" in test["tags"])
            tests.setdefault(name, []).append(test)
            rows = file_rows["extra" in test["tags"]]
            for src in test["srcs"]:
                rows.setdefault(src.split(":")[-1], []).append(row)
    for row in ROWS:
        for extra in [False, True]:
            name = _bundle(row, extra)
            _library(
                name = name,
                srcs = _union(tests.get(name, []), "srcs"),
                data = _union(tests.get(name, []), "data"),
                deps = _union(tests.get(name, []), "deps"),
                file_rows = {
                    file: [one for one in ROWS if one in rows]
                    for file, rows in file_rows[extra].items()
                },
                testonly = True,
            )

def mp_bundle(name, packages, shard_count = None, sharded_rows = []):
    """Tests `<name>__<row>` and `<name>_extra__<row>` of the files of packages.

    Args:
      name: of the tests, before the name of the row.
      packages: the labels of packages that have mp_bundles.
      shard_count: in how many processes the tests of a row run, if they are
        many.
      sharded_rows: those rows of CI on which they are.
    """
    for row in ROWS:
        for extra in [False, True] if ROWS[row]["ci"] else [True]:
            files = ["%s:%s" % (one, _bundle(row, extra)) for one in packages]

            # A process takes ten seconds to start: CI's other rows have few
            # tests, and so has what CI leaves out of its own.
            is_sharded = not ROWS[row]["ci"]
            if row in sharded_rows and not extra:
                is_sharded = True
            _row_test(
                "%s%s__%s" % (name, "_extra" if extra else "", row),
                row,
                srcs = files,
                deps = files + ["//tools/matrix:pytest_main"],
                size = "enormous",  # How long it may take, no more.
                shard_count = shard_count if is_sharded else None,
                tags = ["bundle"] + (["extra"] if extra else []),
            )

def _bundle(row, extra):
    return "bundle%s__%s" % ("_extra" if extra else "", row)

def _union(tests, attribute):
    return sorted({
        label: None
        for test in tests
        for label in test[attribute]
    }.keys())
