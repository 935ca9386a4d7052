# Everything that takes more than one plain cargo command. `make` alone lists it.

CARGO ?= cargo
# .ci/run passes --locked.
CARGO_FLAGS ?=
TARGET := $(or $(CARGO_TARGET_DIR),target)
ELCANO := $(TARGET)/release/elcano

.PHONY: help setup build run test lint lint-workflows corpus compare bench bench-docs bench-peers round-trip

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-22s %s\n", $$1, $$2 }'

setup: ## put DuckDB's prebuilt library into .duckdb (done once; the others call it)
	@scripts/libduckdb.sh

build: setup ## build target/release/elcano
	$(CARGO) build --release $(CARGO_FLAGS)

run: build ## measure this repository with pipeline `ci` and show the report
	$(ELCANO) run ci .

test: setup ## run every test
	$(CARGO) test $(CARGO_FLAGS)

lint: ## check the format, clippy and the documentation, warnings are errors
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets $(CARGO_FLAGS) -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps $(CARGO_FLAGS)

lint-workflows: ## check workflows, the action and scripts with actionlint, zizmor and shellcheck, where they are installed
	@LINT_ALL=$(LINT_ALL) scripts/lint-workflows.sh

corpus: ## fetch real repositories to measure into corpus/ (or $ELCANO_CORPUS)
	@scripts/corpus.sh

bench: setup ## run the benches over the corpus
	$(CARGO) bench $(CARGO_FLAGS)

bench-docs: setup ## run the benches of the store and write docs/benchmarks.md
	@CARGO="$(CARGO)" scripts/benchmarks.sh

round-trip: build ## carry FOLDER's store (corpus/django) through every engine and back, comparing at each leg
	@ELCANO=$(ELCANO) scripts/round-trip.sh $(or $(FOLDER),$(or $(ELCANO_CORPUS),corpus)/django)

bench-peers: build ## compare with other tools on the same files
	@ELCANO=$(ELCANO) scripts/bench-peers.sh

compare: build ## hold the numbers against those of other tools and write docs/agreement.md
	@ELCANO=$(ELCANO) scripts/compare.sh
