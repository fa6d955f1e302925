# Two commands do everything on a fresh machine: `make app` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help app setup setup-dev test test-slow test-gpu check format bench clean

help:
	@echo "make app    set up and open the workbench on http://127.0.0.1:8501"
	@echo "make test   set up and run the whole test suite"
	@echo "make check  lint, types and import rules"
	@echo "make bench  measure"

$(VENV)/.app: requirements.txt pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.dev: $(VENV)/.app
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

setup: $(VENV)/.app

setup-dev: $(VENV)/.dev

app: setup
	$(BIN)/streamlit run streamlit_app.py

test: setup-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not gpu"

test-slow: setup-dev
	$(BIN)/python -m pytest -m "slow"

test-gpu: setup-dev
	$(BIN)/python -m pytest -m "gpu"

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev
	$(BIN)/python benchmarks/analyze.py

clean:
	rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache
