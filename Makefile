# `make` lists the targets. `make report` and `make test` work on a fresh clone with Python 3.11+, make and a package index.
STUDIES ?= seeds data/demo
ARTICLES ?= data/demo/articles.csv
PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
AT_ONCE := -n $(WORKERS) --dist loadfile

# Modules are compiled once, not at each start, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup report pdf test slow lab open lint docs bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/ready  ## make .venv from requirements.lock (uv when it is there, else venv and pip)

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] + "; set PYTHON=...") if sys.version_info < (3, 11) else None'
	@if command -v uv >/dev/null; then \
	  uv venv -q --allow-existing -p $(PYTHON) .venv && uv pip install -q -p $(BIN)/python --no-build -r requirements.lock && uv pip install -q -p $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  $(PYTHON) -m venv .venv && $(BIN)/python -m pip install -q --no-compile --only-binary :all: -r requirements.lock && $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .; \
	fi
	@$(BIN)/python -m wording.precompile
	@touch $@

report: setup  ## make the pages of seeds/ and data/demo/ (or STUDIES=...) and reports/index.html
	$(BIN)/wording report $(STUDIES)

pdf: report  ## the same pages as PDF, when Chromium is installed
	$(BIN)/python -m wording.pages.pdf

test: setup  ## run the tests, WORKERS files at once
	$(BIN)/python -m pytest $(AT_ONCE)

slow: setup  ## run the tests that take over 20 seconds each
	$(BIN)/python -m pytest $(AT_ONCE) -m slow

lab: setup  ## open JupyterLab on the notebooks, at the start page
	$(BIN)/wording lab

open: setup  ## open the run of a page as a notebook in JupyterLab (RUN=reports/STUDY/PAGE)
	@test -f "$(basename $(RUN)).ipynb" || { echo "RUN=$(RUN): there is no $(basename $(RUN)).ipynb; write RUN=reports/STUDY/PAGE as reports/index.html links it" >&2; exit 2; }
	$(BIN)/wording lab "$(basename $(RUN)).ipynb"

lint: setup  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: setup  ## build the documentation into site/, with figures made from the demo
	$(BIN)/mkdocs build --strict --quiet

bench: setup  ## time the build against CountVectorizer (ARTICLES=...)
	$(BIN)/wording bench $(ARTICLES)

clean:  ## remove everything that was built
	rm -rf .venv reports/*/ reports/index.html seeds/.build data/demo/.build data/demo-languages/.build .pytest_cache .ruff_cache .mypy_cache site build dist
