# Everything runs in .venv, which the first command makes; later ones use it again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The address of PyTorch's CPU packages, if you want those: see "A smaller download" in README.md.
TORCH_INDEX ?=
CHROMIUM ?= chromium

.PHONY: help setup demo lab test test-fast test-browser screenshots strength bench bench-grading bench-cheating bench-large faults lint docs notebooks clean

help:
	@echo "make demo       the whole class loop on a sample class"
	@echo "make lab        JupyterLab on your own copy of the lessons"
	@echo "make test       every check and test"
	@echo "make test-fast  the tests that take seconds"
	@echo "make test-browser  JupyterLab, formgrader and our pages in Chromium"
	@echo "make screenshots   the pictures that README shows"
	@echo "make strength   judge every known right and wrong solution with 20 seeds"
	@echo "make bench      this project beside its peers: times and ratios (four to six minutes)"
	@echo "make bench-grading   a class graded by stock nbgrader and by this project (about 20 minutes)"
	@echo "make bench-cheating  hostile submissions graded by both (about half an hour)"
	@echo "make bench-large     a gradebook that holds 10,000 students (15 minutes or more)"
	@echo "make faults     kill the grader of a class at 20 moments"
	@echo "make docs       the site, in build/site: two to five minutes the first time, then seconds"
	@echo "make notebooks  build the notebooks from their scripts"
	@echo "make clean      remove .venv and the demo's files (your lessons and classroom stay)"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed, and $(PYTHON) is not: try make PYTHON=python3.11"; exit 1; }
	@echo "Setting up $(VENV): the first time this downloads about 3.3 GB, most of it PyTorch."
	$(PYTHON) -m venv $(VENV)
ifneq ($(TORCH_INDEX),)
	$(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt torch torchvision --index-url $(TORCH_INDEX)
endif
	$(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt --editable '.[test,data,cluster,postgres,docs]'
	@touch $(READY)

demo: $(READY)
	$(BIN)/imbalance-lessons demo

lab: $(READY)
	$(BIN)/imbalance-lessons lab

# The lessons are run once, and again only when something changes that their outputs depend on.
docs: $(READY)
	@echo "The first time all lessons are run, which takes two to five minutes."
	$(BIN)/python -m sphinx -W --keep-going -d build/doctrees docs build/site
	@echo "Open build/site/index.html"

notebooks: $(READY)
	$(BIN)/imbalance-lessons build

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The fast tests first; then, on both cores, those that run kernels and nbgrader: file by file, as
# they stand. Sorted by how many tests they hold, a long file with few of them would come last.
test: lint test-fast
	$(BIN)/pytest -m "slow and not browser" --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-fast: $(READY)
	$(BIN)/pytest -m "not slow" --numprocesses 2

# Needs a Chromium (Debian: apt-get install chromium), or its path in CHROMIUM.
test-browser: $(READY)
	$(BIN)/pytest tests/browser -m browser --numprocesses 2 --dist loadfile
	@echo "Pictures of what was tested are in build/screenshots"

# The pictures that README shows; the class report is that of the demo's class.
screenshots: demo
	$(BIN)/pytest tests/browser -m browser -k "gets_a_hint or gamma_bends" --numprocesses 2 --dist loadfile
	mkdir -p docs/images
	cp build/screenshots/check_report_light.png docs/images/check_report.png
	cp build/screenshots/slider_gamma.png docs/images/slider.png
	IMBALANCE_CLASSROOM=classroom/demo $(BIN)/imbalance-lessons report
	$(CHROMIUM) --headless --no-sandbox --hide-scrollbars --window-size=1280,1150 \
	  --screenshot=docs/images/class_report.png file://$(CURDIR)/classroom/demo/report.html

# Every wrong and every right solution that the course knows, with many draws.
strength: $(READY)
	$(BIN)/pytest tests/autograder/exercises -k "loses_points_and_is_named or gets_full_marks" --seeds 20 --numprocesses 2

# Without the peers' packages the rows that need them say so.
bench: $(READY)
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks

bench-grading: $(READY)
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks.grading

bench-cheating: $(READY)
	$(BIN)/python -m benchmarks.cheating

bench-large: $(READY)
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks.large

faults: $(READY)
	$(BIN)/pytest tests/whole_class -k "killed_at_any_moment" --kills 20

clean:
	rm -rf $(VENV) classroom/demo classroom/lab
