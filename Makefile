# Each target calls one script in deploy/local; the scripts say what they do.
.DEFAULT_GOAL := help
.PHONY: help setup demo contracts test test-browser chaos chaos-controls rolling bench bench-quick bench-peers bench-turns bench-micro bench-profile bench-matching bench-matching-scale bench-import bench-receivables bench-simulate bench-graph bench-scope bench-notices bench-funnel mail-pictures up down status lint format

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install what is missing
	@deploy/local/setup.sh

demo: ## the main job, from nothing, in a temporary folder
	@deploy/local/demo.sh $(ORDERS)

contracts: ## the Swift source of the contracts, written from Sources/Contracts/Specification
	@deploy/local/contracts.sh $(ARGS)

test: ## every check, on a private broker and database
	@deploy/local/test.sh $(ARGS)

test-browser: ## the console in a real browser: both languages, colour schemes and widths, on what 'make up' started
	@WAYBILL_HOME="$${WAYBILL_HOME:-$(CURDIR)/.waybill}" Tests/EndToEnd/browser.sh $(or $(ARGS),--schemes light,dark)

chaos: ## break everything by a seeded plan, then account for every message: SEED=1 MINUTES=5 RATE=60 (ARGS=--no-partners: one publisher)
	@Tests/Chaos/run.sh --partners --seed $(or $(SEED),1) --minutes $(or $(MINUTES),5) --rate $(or $(RATE),60) $(ARGS)

chaos-controls: ## whether the chaos run notices mistakes: a trial build makes them on purpose
	@Tests/Chaos/controls.sh $(ARGS)

rolling: ## every copy replaced by a newer contract and schema, one at a time, under load
	@Tests/Chaos/rolling.sh $(ARGS)

bench: ## measure the whole safe path beside raw twins (a quarter of an hour)
	@Benchmarks/run.sh $(ARGS)

bench-quick: ## the same, short
	@Benchmarks/run.sh --quick $(ARGS)

bench-peers: ## the same work written in Go, Java, Python and Celery, beside ours in one run
	@Benchmarks/run.sh --only peers $(ARGS)

bench-turns: ## the order path of a commit beside that of now, by turns: ARGS='536f62e --rounds 7'
	@Benchmarks/turns.sh $(ARGS)

bench-micro: ## what one decode, one hop, one round trip cost
	@Benchmarks/micro.sh $(ARGS)

bench-profile: ## where finance spends its time under full load
	@Benchmarks/profile.sh $(ORDERS)

bench-matching: ## how well parties are matched, beside baselines; fails below the bars of its sets
	@Benchmarks/matching.sh $(ARGS)

bench-matching-scale: ## a million made-up companies matched: seconds and memory (ARGS='1000000 latin': one of them 10,000 times)
	@Benchmarks/matching_scale.sh $(ARGS)

bench-import: ## files of 100,000 lines of each kind imported, on what 'make up' started
	@Benchmarks/import.sh $(ARGS)

bench-receivables: ## a million items aged, a payment that stops a reminder, on what 'make up' started
	@Benchmarks/receivables.sh $(ARGS)

bench-simulate: ## a million order lines repriced, and 5,000 draws over them
	@Benchmarks/simulate.sh $(ARGS)

bench-graph: ## how long questions to a graph of a million ties take, and the overview
	@Benchmarks/graph.sh $(ARGS)

bench-scope: ## what it costs to ask by a policy: the ten most asked questions at 200,000 customers
	@Benchmarks/scope.sh $(ARGS)

bench-notices: ## event to mail at 200 orders a second, and 100,000 notices in digests, on what 'make up' started
	@Benchmarks/notices.sh $(ARGS)

bench-funnel: ## the funnel of any past day at a million changes
	@Benchmarks/funnel.sh $(ARGS)

mail-pictures: ## how mails look, in both languages, on a desk and on a telephone (installs Chromium)
	@deploy/local/mail-pictures.sh $(ARGS)

up: ## broker, database and the six services, in the background, on made-up data: PROFILE=FILE for your own
	@PROFILE="$(PROFILE)" deploy/local/up.sh

down: ## stop what 'make up' started
	@deploy/local/down.sh

status: ## how what 'make up' started is doing
	@. $${WAYBILL_HOME:-.waybill}/env && "$$WAYBILL_CLI" status

lint: ## check the format
	@swift format lint --strict -r Sources Tests Generator/Sources Generator/Tests Generator/Package.swift Package.swift

format: ## mend the format
	@swift format -i -r Sources Tests Generator/Sources Generator/Tests Generator/Package.swift Package.swift
