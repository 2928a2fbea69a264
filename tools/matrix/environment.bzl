"""Virtual environments of the rows, made when a test of the row is built."""

load("//tools/matrix:matrix.bzl", "ROWS")

# What the caller's shell may bring along and what would change the result.
_CLEAN = {
    "PIP_USER": "0",
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONHOME": "",
    "PYTHONNOUSERSITE": "1",
    "PYTHONPATH": "",
}

_PYTHON = """#!/bin/sh
# The bin directory has console scripts that TensorFlow itself starts, for
# example toco_from_protos.
export PATH="{bin}:$PATH" PYTHONNOUSERSITE=1
exec "{bin}/python" "$@"
"""

def _try(rctx, *args):
    return rctx.execute(list(args), timeout = 3600, environment = _CLEAN)

def _run(rctx, *args):
    result = _try(rctx, *args)
    if result.return_code:
        fail("Making @%s: %s\n%s%s" % (
            rctx.name,
            " ".join([str(arg) for arg in args]),
            result.stdout[-4000:],
            result.stderr[-4000:],
        ))
    return result.stdout.strip()

def _find_uv(rctx):
    """Returns the path of a uv that runs, or None."""
    workspace = rctx.path(Label("//:WORKSPACE")).dirname
    for uv in [
        rctx.os.environ.get("MP_UV"),
        "%s/.cache/tools/bin/uv" % workspace,
        rctx.which("uv"),
    ]:
        # Executed, not only found: it may be a shim of an inactive Python.
        if uv and not _try(rctx, uv, "--version").return_code:
            return uv
    return None

def _install(rctx, base, python, lock):
    """Makes the virtual environment, with uv (fast) or else with pip."""
    uv = _find_uv(rctx)
    if uv:
        _run(rctx, uv, "venv", "-q", "-p", base, "venv")
        done = _try(rctx, uv, "pip", "install", "-q", "-p", python, "--no-deps", "-r", lock)
        if not done.return_code:
            return

        # uv does not know what the configuration of pip says about indexes
        # and certificates.
        print("uv failed, trying pip.\n" + done.stderr[-1000:])
        rctx.delete("venv")
    _run(rctx, base, "-m", "venv", "venv")
    _run(rctx, python, "-m", "pip", "install", "-q", "--no-deps", "-r", lock)

def _environment_impl(rctx):
    lock = rctx.path(rctx.attr.lock)  # a changed lock makes Bazel start again
    finder = rctx.path(Label("//tools/matrix:find_python.sh"))
    base = _run(rctx, "sh", finder, rctx.attr.python)
    python = rctx.path("venv/bin/python")
    rctx.report_progress("installing " + lock.basename)
    _install(rctx, base, python, lock)

    # What is not compiled here is compiled at each import of each test.
    rctx.report_progress("compiling")
    _run(rctx, python, rctx.path(Label("//tools/matrix:warm_up.py")))

    # The environment lies outside of what Bazel tracks. This file is an input
    # of each test in its place.
    version = _run(rctx, python, "-c", "import sys; print(sys.version)")
    rctx.file("lock.txt", "# %s\n%s" % (
        version.replace("\n", " "),
        rctx.read(lock),
    ))
    rctx.file("python", _PYTHON.format(bin = python.dirname))
    rctx.file("BUILD", 'exports_files(["lock.txt", "python"])\n')

_environment = repository_rule(
    implementation = _environment_impl,
    attrs = {
        "lock": attr.label(mandatory = True, allow_single_file = True),
        "python": attr.string(mandatory = True),
    },
    environ = {
        "TF_PYTHON_" + row["python"].replace(".", "_"): None
        for row in ROWS.values()
    }.keys(),
    doc = "A repository with the virtual environment that a lock file says.",
)

def matrix_environments():
    """Declares one repository for each lock file; none is made yet."""
    locks = {row.get("lock", name): row["python"] for name, row in ROWS.items()}
    for lock, python in locks.items():
        _environment(
            name = lock,
            lock = "//tools/matrix:locks/%s.lock" % lock,
            python = python,
        )
