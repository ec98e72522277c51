# Two targets for newcomers: `make demo` and `make test`. Everything happens inside .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo setup test lint format bench clean

help:
	@echo "make demo    set up .venv, score corpus/, say where the results are"
	@echo "make test    lint, type-check and test"
	@echo "make setup   make .venv with .venv/bin/annotate in it"
	@echo "make bench   measure speed, memory and floors (needs ../shared/data for the floors)"

.venv/core: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "annotate needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing annotate into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: .venv/core
	@echo "Installing what the tests need into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

setup: .venv/core

demo: setup
	@mkdir -p out
	$(BIN)/annotate score corpus -o out/corpus.jsonl
	$(BIN)/annotate report out/corpus.jsonl corpus -o out/report.html
	$(BIN)/annotate label export out/corpus.jsonl corpus -o out/labelstudio
	@echo
	@echo "A page to look at:    out/report.html (open it in a browser)"
	@echo "Records:              out/corpus.jsonl"
	@echo "Label Studio import:  out/labelstudio/ (tasks and the labeling configuration)"
	@echo "Look at one document: $(BIN)/annotate show corpus capsule-translated"

test: .venv/dev lint
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup

lint: .venv/dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

format: .venv/dev
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

bench: .venv/dev
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/kill_resume.py

clean:
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache
