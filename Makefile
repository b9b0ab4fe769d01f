# Every target creates what it needs: a fresh clone takes `make book` or `make test` at once.
#
#   make book PYTHON=python3.12     to choose the Python that .venv is made from

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
UV     := uv==0.13.9
# Tests on all cores; what shares an expensive fixture stays with one worker.
SIDE_BY_SIDE := -n auto --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: audit help environment book check-site check-pages check-reproducible check-gpu check-notebooks check-links serve test test-faults train verify notebooks pdf publish bench lint lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

environment: ## create .venv with everything the book and its tests need
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "No $(PYTHON) found: install Python 3.10 or newer, or name yours: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" tools/environment.py

book: environment ## execute the chapters whose inputs changed and build the site
	@$(RUN) tools/build_book.py

check-site: environment ## look through the built site for missing files, anything from elsewhere, and pages too heavy
	@$(RUN) tools/check_site.py

check-pages: environment ## look at every built page in Chromium (some in Firefox): phone and desktop, light and dark, offline
	REQUIRE_BROWSER=1 REQUIRE_SITE=1 $(RUN) -m pytest $(SIDE_BY_SIDE) $(or $(ARGS),tests/site)

check-reproducible: environment ## build the book once more, from nothing, and compare the sites byte by byte
	@$(RUN) tools/compare_sites.py

check-links: environment ## follow every link that leads out of the book (needs the internet)
	$(RUN) -c "from jupyter_book.cli.main import main; main()" build . --builder linkcheck

PORTS := $(or $(PORT),8000 8001 8002 8003 8004 8005 8006 8007 8008 8009)

serve: ## serve the built site on this machine, on the first free port from 8000 up (make serve PORT=9000)
	@test -f _build/html/index.html || { echo "There is no site yet: run make book first" >&2; exit 1; }
	@for port in $(PORTS); do \
	  "$(PYTHON)" -u -m http.server $$port --bind 127.0.0.1 --directory _build/html 2>/dev/null && exit; \
	done; echo "No free port among $(PORTS): name another, make serve PORT=9000" >&2; exit 1

test: environment ## run the quick tests (SLOW=1: every test, as CI does; ARGS chooses: make test ARGS=tests/rf)
	$(RUN) -m pytest $(SIDE_BY_SIDE) $(or $(ARGS),$(if $(SLOW),,-m "not slow"))

lock: ## write requirements.lock anew after a change of requirements.txt (ARGS=--upgrade: the newest of everything)
	@test -x _build/uv/bin/uv || { "$(PYTHON)" -m venv _build/uv && _build/uv/bin/python -m pip install --quiet $(UV); }
	@"$(PYTHON)" tools/lock.py _build/uv/bin/uv $(ARGS)

audit: environment ## ask which of the locked versions have a known weakness (needs the internet)
	$(RUN) -m pip_audit --require-hashes --disable-pip --requirement requirements.lock

test-faults: environment ## inject every fault that is known, count how each ends, and write results/faults.json
	$(RUN) -m tests.faults $(ARGS)
	$(RUN) -m tests.faults --kills 30

train: environment ## train what has no record yet: make train ARGS="six-models --seeds 3"
	$(RUN) -m mnist_lib train $(or $(ARGS),--all)

verify: environment ## evaluate all recorded weights again and compare with their records
	$(RUN) -m mnist_lib verify $(ARGS)

notebooks: book ## turn the chapters into notebooks for Jupyter, in _build/html/notebooks
	@echo "The notebooks are in $(CURDIR)/_build/html/notebooks, one for each chapter with code."

pdf: environment ## print the line and the sheets of the built book as one PDF, by Chromium, into _build/book.pdf
	@$(RUN) tools/make_pdf.py $(ARGS)

check-notebooks: environment ## execute every notebook in an empty folder and a new environment
	@$(RUN) tools/check_notebooks.py $(ARGS)

publish: environment ## put the built site and its notebooks on the branch gh-pages of origin
	@$(RUN) tools/publish.py $(ARGS)

bench: environment ## time the trainer against the usual loop, side by side
	$(RUN) -m benchmarks $(ARGS)

check-gpu: environment ## train on CUDA, where there is a GPU, compare with the records of CPUs and time the ladder
	$(RUN) -m benchmarks gpu

lint: environment ## check style with ruff, and the arrows between the rooms
	$(RUN) -m ruff check .
	$(VENV)/bin/lint-imports

clean: ## remove what was built (the next `make book` executes every chapter)
	rm -rf _build
