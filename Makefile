# The developer interface: demo test lint bench docs torture.
#
#   make test                       lint, and what CI runs: ten rows
#   make test ROWS="tf2_15 tf2_21"  some rows (tools/matrix/matrix.bzl)
#   make test ROWS=all              every minor version of TensorFlow
#                                   (CASES=all: each with all cases of a test)
#   make test TARGETS=//tests/core/...   some tests, a process per file
#   make test ROWS=all TABLE=docs/compatibility.md   writes that document; some
#                                   rows (ROWS="tf2_3 tf2_4") change their lines
#   make torture                    kills, clusters, long runs: up to an hour
#   make torture PARTS="kill_fit savers" SHORT=1   tools/torture/parts.py
#   make torture TABLE=docs/torture.md   writes that document, or its parts
ROWS ?= ci
TARGETS ?= //...
CASES ?=
TOOLS := .cache/tools
SITE_TOOLS := .cache/site_tools
SITE := .cache/site

.PHONY: demo test lint bench docs torture bazel

demo: $(TOOLS)/ok
	@$(TOOLS)/bin/python examples/demo.py

test: bazel $(TOOLS)/ok
	@$(MAKE) --no-print-directory lint || \
	  { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
	@$(TOOLS)/bin/python tools/matrix/run.py --rows "$(ROWS)" \
	  $(if $(TABLE),--table "$(TABLE)") --cases "$(CASES)" $(TARGETS)

lint: $(TOOLS)/ok
	@status=0; for check in "ruff check --quiet ." mypy \
	  "python tools/matrix/check.py" "python tools/targets.py" \
	  "python tools/walls.py" "python tests/user_types_test.py"; do \
	  echo "== $$check"; $(TOOLS)/bin/$$check || status=1; \
	done; exit $$status

bench:
	@benchmarks/run.sh

torture: $(TOOLS)/ok
	@$(TOOLS)/bin/python tools/torture/run.py --parts "$(or $(PARTS),all)" \
	  --rows "$(if $(filter ci,$(ROWS)),all,$(ROWS))" $(if $(SHORT),--short) \
	  $(if $(TABLE),--table "$(TABLE)")

# `make test TARGETS=//tests:docs_test` runs what the documents show.
docs: $(SITE_TOOLS)/ok
	@$(SITE_TOOLS)/bin/mkdocs build --quiet --strict --site-dir "$(SITE)"
	@echo "The site is in $(SITE): open $(SITE)/index.html."

# Not for people: what the targets above need.
bazel:
	@tools/install_bazel.sh

$(TOOLS)/ok: tools/requirements.txt
	@tools/make_tools.sh $(TOOLS) requirements.txt 8

$(SITE_TOOLS)/ok: tools/docs_requirements.txt
	@tools/make_tools.sh $(SITE_TOOLS) docs_requirements.txt 10
