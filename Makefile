# Every target works by itself, first, on a fresh machine: it makes .venv when that is not there or not right.
# Paths are relative, because this folder's own path may hold spaces.

VENV := .venv
PY := $(VENV)/bin/python

# Options, given before `make` or after it, reach the tools as environment variables, sign for sign: `value` keeps
# make from expanding them, and recipes read them as "$$NAME", so that nothing in them is run.
OPTIONS := PYTHON PIP_ARGS NB REPO PACKAGE LIVE
$(foreach name,$(OPTIONS),$(eval override $(name) := $$(value $(name))))
export $(OPTIONS)

# The course's environment is complete in itself; what another one leaves in these would leak into it.
unexport PYTHONPATH PYTHONHOME
# Files and messages of the course are UTF-8, whatever the locale says.
export PYTHONUTF8 := 1

.PHONY: help setup lab fresh check test stamp record doctor bench lint wheel lock site publish-name

help:  ## show this list
	@echo "EmbedLab: a course on embeddings, in notebooks. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo "Options: PYTHON=/path/to/python3.12   PIP_ARGS='further options for pip install'"

setup:  ## make or repair .venv (the other targets do this by themselves)
	@sh tools/setup.sh

lab: setup  ## open JupyterLab on your copy of the first notebook, in my/
	@$(PY) tools/lab.py

fresh: setup  ## set your copy of a notebook aside and make a new one: make fresh NB=15
	@$(PY) tools/copies.py --fresh "$$NB"

check: setup  ## everything that needs no kernel: style, spelling, pages, exercises; under a minute
	@$(PY) tools/check.py

test: setup  ## check everything: that, the package, every notebook against its recorded outputs
	@$(PY) tools/check.py --no-tests
	$(PY) -m pytest --nbval --doctest-modules -n 2 --dist loadfile --no-loadscope-reorder notebooks embedlab tools tests

stamp: setup  ## write what follows from something else: ids, links, starters, quizzes, minutes, course map
	@$(PY) tools/stamp.py

record: setup  ## run notebooks and store their outputs: make record NB=15, or all without NB
	@set -f; $(PY) tools/record.py $${NB:---all}

doctor: setup  ## look at this machine: what works, and how to fix what does not
	@$(PY) -m embedlab

bench: setup  ## measure speed and memory beside peers; writes docs/benchmarks.md
	$(PY) tools/bench.py

lint: setup  ## check style only
	$(PY) -m ruff check .

wheel: setup  ## build dist/embedlab-….whl
	@rm -f dist/embedlab-*.whl
	$(PY) -m pip --quiet wheel . --no-deps --no-build-isolation --wheel-dir dist
	@ls dist/embedlab-*.whl

lock:  ## bring requirements.lock up to pyproject.toml; make lock PACKAGE=name raises one package (needs uv)
	@"$${PYTHON:-python3}" tools/lock.py

site: setup  ## build the web edition: build/site/index.html; with LIVE=1 its explorers move, which takes minutes
	@$(PY) tools/site.py --live="$$LIVE"

publish-name: setup  ## put the repository's address everywhere: make publish-name REPO=owner/name
	@$(PY) tools/stamp.py --repository="$$REPO"
