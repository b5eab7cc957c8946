# `make` prints what there is. The scripts behind it are tests/setup.sh and tests/kafka/kafka.sh.

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo setup-build setup-kafka setup-instructions demo test check instructions format bench \
	bench-live release kafka-up kafka-down clean-kafka

# Options for the program, the test runner or the benches: make demo ARGS="--agents 50 --for 30s"
ARGS ?=

# Which benches to run: make bench BENCH=hostile ARGS=--quick
BENCH ?= decode exposition fold hostile

# What counts instructions is our crate alone compiled as for a release, on the dependencies that the tests have built: a
# profile of its own would build a hundred crates anew. Without assertions, which take a share that no user pays for; one
# unit of code, so that what is inlined depends on the code alone.
of_ours = --config profile.dev.package.cxpulse.
as_released = $(of_ours)opt-level=3 $(of_ours)debug-assertions=false $(of_ours)overflow-checks=false $(of_ours)codegen-units=1

# $(call once,FILE,WHAT: HOW LONG): says what is about to be built for the first time.
once = [ -e $(1) ] || echo "Building $(2) the first time, then seconds." >&2

help: ## Print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the tests need, or name what is missing
	@tests/setup.sh test

setup-demo:
	@tests/setup.sh demo

setup-build:
	@tests/setup.sh build

setup-kafka:
	@tests/setup.sh kafka

setup-instructions:
	@tests/setup.sh instructions

demo: setup-demo ## Run a simulated contact centre and its live numbers; needs Rust, a linker, and Node.js for the wallboard
	@$(call once,target/demo/cxpulse,the demo: about three minutes on two cores)
	CXPULSE_POLICY="$${CXPULSE_POLICY:-deploy/demo.toml}" cargo run --profile demo --locked --no-default-features -- demo $(ARGS)

test: setup ## Run all tests, with a real Kafka that they start
	@$(call once,target/debug/.fingerprint,the tests: about ten minutes on two cores)
	cargo test --locked $(ARGS)
	@# The gate: with any of the planted bugs switched on, some law or story must fail.
	cargo test --locked --features planted-bugs --test main planted $(ARGS)

check: ## What CI runs: format, lints, documentation, tests, instructions
	@tests/setup.sh check
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	target/wallboard/node_modules/.bin/tsc --noEmit --project src/serve/wallboard
	$(MAKE) test
	$(MAKE) instructions ARGS=

instructions: setup-instructions ## Compare how many instructions an event takes; ARGS=--write keeps the new figures
	CARGO_INCREMENTAL=0 cargo bench --locked --profile dev $(as_released) --bench instructions -- --count $(ARGS)

format: ## Format the source
	cargo fmt

bench: setup-demo ## Run the benches that need no Kafka, or the ones that BENCH names
	cargo bench --locked --no-default-features $(BENCH:%=--bench %) -- $(ARGS)

bench-live: release setup-kafka ## Measure the released program on a real Kafka, for a quarter of an hour
	cargo bench --locked --bench live -- $(ARGS)

release: setup-build ## Build the optimised program, target/release/cxpulse, and print the line that puts it on the path
	@$(call once,target/release/cxpulse,the optimised program: five to ten minutes on two cores)
	cargo build --release --locked
	@echo "Built. Paste this line, so that a shell finds it:" >&2
	@echo 'export PATH="$(CURDIR)/target/release:$$PATH"'

kafka-up: setup-kafka ## Start a Kafka on a free loopback port, and print lines to paste that name it
	@tests/kafka/kafka.sh up

kafka-down: ## Stop it; its data stays
	@tests/kafka/kafka.sh stop

clean-kafka: ## Stop it and remove its data
	@tests/kafka/kafka.sh clean
