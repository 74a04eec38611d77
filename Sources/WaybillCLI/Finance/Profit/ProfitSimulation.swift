import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging
import ProfitAnalysis

struct ProfitSimulationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "What would be earned if prices, costs, volumes or currencies were otherwise.",
        discussion: """
            The scenario's levers are applied to real order lines: those of a file with one order a line as published
            (--orders), or those of a period from the service (--from, --to). Levers that contradict one another are
            refused. What a scenario has no rate of ("rates": [{"currency": "USD", "rate": "7.05"}], in its currency) is
            converted by finance's rates of the last day; what has no rate there either, and the orders that are refused or
            wait for approval, are left out and told beside it. Demand does not answer to price; add a lever of volume for
            that.
            docs/business/finance/profit.md shows a scenario.
            """)

    @Argument(help: "The scenario, JSON.")
    var scenario: String
    @Option(help: ArgumentHelp("Orders, one JSON object a line.", valueName: "file"))
    var orders: String?
    @Option(help: ArgumentHelp("The first day of the service's orders.", valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp("The last day.", valueName: "day"))
    var to: String?
    @Option(help: "The same seed gives the same draws.")
    var seed: UInt64 = 1
    @Option(help: "How many draws; 0 for none.")
    var runs = 5_000
    @Option(help: ArgumentHelp("Save it with its lines, for 'compare'.", valueName: "file"))
    var save: String?
    @Flag(help: "Tell how far it is, on standard error.")
    var progress = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (orders == nil) == (from == nil || to == nil) {
            throw ValidationError("give --orders, or --from and --to")
        }
        if !(0...1_000_000).contains(runs) { throw ValidationError("--runs is 0…1000000") }
    }

    func run() async throws {
        var asked = try Scenario(json: OrderFile.bytes(scenario))
        let clock = ContinuousClock()
        let lines: [ProfitLine]
        var (held, withoutRate): ([ScenarioApart], [ScenarioApart]) = ([], [])
        if let orders {
            lines = try OrderFile.lines(OrderFile.bytes(orders))
        } else {
            let read = try await ServiceLines.all(from: from ?? "", to: to ?? "")
            held = read.held
            asked = asked.adding(
                try await ServiceLines.rates(of: asked.unrated(read.lines), in: asked.currency, on: to ?? ""))
            (lines, withoutRate) = asked.rated(read.lines)
        }
        let applied = asked
        let isTold = progress
        let start = clock.now
        let repricing = try Repricing(lines, applied) { done in
            if isTold { say("repriced \(done) of \(lines.count)") }
        }
        let repriced = clock.now
        let draws =
            runs == 0
            ? nil
            : try MonteCarlo(repricing, applied, seed: seed, runs: runs) { [runs] done in
                if isTold { say("run \(done) of \(runs)") }
            }
        if isTold { say("repriced in \(repriced - start), drawn in \(clock.now - repriced)") }
        let report = ScenarioReport(
            applied, repricing, draws, seed: seed, runs: runs, held: held, withoutRate: withoutRate)
        if let save { try Data(report.json(lines)).write(to: URL(fileURLWithPath: save), options: .atomic) }
        if output.json { print(String(decoding: report.json(), as: UTF8.self)) } else { try output.show(report.tables) }
    }
}

/// Orders in a file.
enum OrderFile {
    static func bytes(_ path: String) throws -> [UInt8] {
        do {
            return try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Failure("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    /// The lines of orders, one order as published a line of text; pass-through items are left out.
    static func lines(_ bytes: [UInt8]) throws -> [ProfitLine] {
        var lines: [ProfitLine] = []
        for (number, row) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            if number % 10_000 == 0 { try Task.checkCancellation() }
            let order: Order
            do {
                order = try Order(json: Array(row))
            } catch {
                throw Failure("line \(number + 1) is no order: \(error)")
            }
            for line in order.lines where line.passThrough != true {
                lines.append(
                    ProfitLine(
                        source: "", orderId: order.orderId, line: line.line, day: order.placedAt.day(),
                        customer: order.customer.code, businessLine: order.businessLine, branch: order.branch,
                        salesOwner: order.salesOwner, lane: line.lane, serviceItem: line.serviceItem, unit: line.unit,
                        supplier: line.supplier?.code, quantity: line.quantity, currency: order.currency,
                        revenue: line.revenue, cost: line.cost))
            }
        }
        return lines
    }
}

/// Order lines from the service, page by page.
enum ServiceLines {
    /// The lines that count, and what those of orders that are held come to.
    static func all(from: String, to: String) async throws -> (lines: [ProfitLine], held: [ScenarioApart]) {
        guard let first = CalendarDay(from), let last = CalendarDay(to), first <= last else {
            throw Failure("give two days such as 2026-01-01, the first not after the last")
        }
        let client = Asking.client(try CommandEnvironment().person("ask"))
        var lines: [ProfitLine] = []
        var held: [ScenarioApart] = []
        var day = first
        while day <= last {
            var after: String?
            repeat {
                let tables = try await Asking.ask(
                    .finance, "profit.lines", [("from", day.description), ("to", day.description), ("after", after)],
                    client: client, timeout: .seconds(30))
                let page = tables.first
                // A line without its cost would count as one whose cost is not known.
                if tables.contains(where: { $0.blanked.contains("cost") }) {
                    throw Failure(
                        "finance withholds the cost of lines: a simulation needs the right 'see' to the field 'cost'")
                }
                lines += try page?.rows.map { try line($0.values) } ?? []
                held += try tables.first { $0.name == "held" }?.rows.map { try apart($0.values) } ?? []
                after = page?.next
            } while after != nil
            day = day.adding(days: 1)
        }
        await client.close()
        return (lines, ScenarioApart.sum(held))
    }

    /// Finance's rates of a day, in the currency of a scenario.
    static func rates(of currencies: Set<Currency>, in target: Currency, on day: String) async throws -> [ScenarioRate]
    {
        guard !currencies.isEmpty, let day = CalendarDay(day) else { return [] }
        let tables = try await Asking.once(
            .finance, "rates.list", [("on", day.description), ("limit", String(QueryTable.maximumRows))])
        let table = RateTable(
            (tables.first?.rows ?? []).compactMap { row in
                guard row.values.count == 3, let currency = row.values[0].flatMap({ Currency($0) }),
                    let rate = row.values[2].flatMap({ ExchangeRate($0) })
                else { return nil }
                return RateTable.Entry(currency: currency, from: day, rate: rate)
            })
        return currencies.sorted().compactMap { currency in
            table.convert(FixedDecimal(1), from: currency, to: target, on: day).map {
                ScenarioRate(currency: currency, rate: $0)
            }
        }
    }

    static func apart(_ values: [String?]) throws -> ScenarioApart {
        guard values.count == 7, let currency = values[1].flatMap({ Currency($0) }),
            let orders = values[2].flatMap({ Int($0) }), let lines = values[3].flatMap({ Int($0) }),
            let unknown = values[4].flatMap({ Int($0) }), let revenue = values[5].flatMap({ FixedDecimal($0) }),
            let cost = values[6].flatMap({ FixedDecimal($0) })
        else { throw Failure("finance answered with lines that are none") }
        return ScenarioApart(
            decision: values[0], currency: currency, orders: orders, lines: lines, unknown: unknown, revenue: revenue,
            cost: cost)
    }

    static func line(_ values: [String?]) throws -> ProfitLine {
        guard values.count == 16, let source = values[0], let order = values[1],
            let number = values[2].flatMap({ Int($0) }),
            let day = values[3].flatMap({ CalendarDay($0) }), let customer = values[4], let business = values[5],
            let branch = values[6], let item = values[9], let unit = values[10],
            let quantity = values[12].flatMap({ FixedDecimal($0) }),
            let currency = values[13].flatMap({ Currency($0) }),
            let revenue = values[14].flatMap({ FixedDecimal($0) })
        else { throw Failure("finance answered with a line that is none") }
        return ProfitLine(
            source: source, orderId: order, line: number, day: day, customer: customer, businessLine: business,
            branch: branch, salesOwner: values[7], lane: values[8], serviceItem: item, unit: unit, supplier: values[11],
            quantity: quantity, currency: currency, revenue: revenue, cost: values[15].flatMap { FixedDecimal($0) })
    }
}

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Two saved simulations beside one another, line by line.",
        discussion: "Both are files that 'simulate --save' wrote. The lines that differ most stand first.")

    @Argument(help: "The first.")
    var first: String
    @Argument(help: "The second.")
    var second: String
    @Option(help: "How many lines at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let comparison = try ScenarioComparison(OrderFile.bytes(first), OrderFile.bytes(second))
        try output.show(Self.tables(comparison, limit: limit))
    }

    static func tables(_ comparison: ScenarioComparison, limit: Int) -> [QueryTable] {
        let (one, other) = (comparison.first, comparison.second)
        func row(_ name: String, _ sum: ProfitSum) -> [String?] {
            [
                name, sum.revenue.moneyText, sum.cost.moneyText, sum.margin.moneyText, sum.percent?.description,
                comparison.currency.code,
            ]
        }
        return [
            QueryTable(
                "scenarios",
                [
                    QueryColumn("scenario"), QueryColumn("revenue", .decimal), QueryColumn("cost", .decimal),
                    QueryColumn("margin", .decimal), QueryColumn("margin_percent", .decimal), QueryColumn("currency"),
                ],
                rows: [
                    row("first", one), row("second", other),
                    [
                        "change", (other.revenue - one.revenue).moneyText, (other.cost - one.cost).moneyText,
                        (other.margin - one.margin).moneyText, nil, comparison.currency.code,
                    ],
                ]),
            QueryTable(
                "lines that differ",
                [
                    QueryColumn("source"), QueryColumn("order_id"), QueryColumn("line", .integer),
                    QueryColumn("revenue_first", .decimal), QueryColumn("revenue_second", .decimal),
                    QueryColumn("cost_first", .decimal), QueryColumn("cost_second", .decimal),
                    QueryColumn("margin_change", .decimal),
                ],
                rows: comparison.differences.prefix(max(0, limit)).map { difference in
                    let line = difference.first ?? difference.second
                    return [
                        line?.source, line?.orderId, line.map { String($0.line) }, difference.first?.revenue.moneyText,
                        difference.second?.revenue.moneyText, difference.first?.cost.moneyText,
                        difference.second?.cost.moneyText, difference.margin.moneyText,
                    ]
                }),
        ]
    }
}
