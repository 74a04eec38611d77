import Contracts
import Domain
import Postgres
import ProfitAnalysis
import ServiceKit

/// What may be asked of profit: why it changed, what suppliers cost, and where money can be saved.
struct ProfitQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] {
        [
            Query(ProfitQuestions.bridge, bridge), Query(ProfitQuestions.supplierCosts, supplierCosts),
            Query(ProfitQuestions.margins, margins), Query(ProfitQuestions.lines, lines),
        ]
    }

    // MARK: The bridge

    func bridge(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (before, after) = (try arguments.period("before"), try arguments.period("after"))
        let dimensions = try ProfitDimension.list(arguments["by"] ?? "item")
        let rates = try rates.current(transaction)
        var first = try ProfitLineStore.read(arguments.lines(of: before, transaction), rates, transaction)
        var second = try ProfitLineStore.read(arguments.lines(of: after, transaction), rates, transaction)
        try SharedNameStore.mark(&first.counted, by: dimensions, transaction)
        try SharedNameStore.mark(&second.counted, by: dimensions, transaction)
        let ledger = BridgeLedger([first.counted, second.counted], .margin, constant: before.to, rates)
        let sides = (try ledger.side(first.counted, by: dimensions), try ledger.side(second.counted, by: dimensions))
        let bridge = try Bridge(sides.0.items, sides.1.items)
        var columns = [QueryColumn("before", .decimal)]
        columns += Self.effects(bridge.effects, .margin).map { QueryColumn($0.name, .decimal) }
        columns += [QueryColumn("after", .decimal), QueryColumn("change", .decimal)]
        let whole = try arguments.table(
            "bridge",
            rows: [
                [before.description, after.description, ledger.currency.code]
                    + Self.cells(bridge.before, bridge.effects, bridge.after, .margin)
                    + [
                        bridge.effects.rounding.moneyText, String(sides.0.lines), String(sides.1.lines),
                        String(sides.0.unknown), String(sides.1.unknown), String(first.held.count),
                        String(second.held.count),
                    ]
            ])
        return [
            whole,
            try arguments.table(
                "bridge by \(dimensions.map(\.rawValue).joined(separator: " and "))",
                columns: dimensions.map { QueryColumn($0.rawValue) } + columns,
                rows: Self.groups(bridge.items).map {
                    $0.labels + Self.cells($0.before, $0.effects, $0.after, .margin)
                }
            ) { row in Self.keys(ofChange: row, dimensions) },
            try arguments.table("held", rows: HeldLine.rows(first.held + second.held)),
            try arguments.table("without a rate", rows: ledger.withoutRate([first.counted, second.counted])),
        ]
    }

    /// The keys of a row that ends with a change: its size, and what it is told apart by.
    private static func keys(ofChange row: [String?], _ dimensions: [ProfitDimension]) -> [String] {
        let change = row.last.flatMap { $0 }.flatMap { FixedDecimal($0) } ?? .zero
        return [change.magnitude.description] + labels(row, dimensions)
    }

    private static func labels(_ row: [String?], _ dimensions: [ProfitDimension]) -> [String] {
        row.prefix(dimensions.count).map { $0 ?? "" }
    }

    /// What rows are told apart by, byte for byte.
    private struct Told: Hashable {
        let labels: [String]

        static func == (first: Told, second: Told) -> Bool { first.labels.hasSameBytes(as: second.labels) }
    }

    private struct Group {
        let labels: [String]
        var before = FixedDecimal.zero
        var after = FixedDecimal.zero
        var effects = BridgeEffects()
    }

    /// The items by what they are told apart by.
    private static func groups(_ items: [Bridge.Item]) -> [Group] {
        var groups: [Told: Group] = [:]
        for item in items {
            let told = Told(labels: item.key.labels)
            var group = groups[told] ?? Group(labels: told.labels)
            group.before = group.before + item.before.ownMargin
            group.after = group.after + item.after.ownMargin
            group.effects += item.effects
            groups[told] = group
        }
        return Array(groups.values)
    }

    /// The effects by name. Of costs they are told as costs: a positive one is more to pay.
    private static func effects(
        _ effects: BridgeEffects, _ subject: BridgeLedger.Subject
    ) -> [(name: String, amount: FixedDecimal)] {
        switch subject {
        case .margin:
            [
                ("currency_effect", effects.currency), ("price", effects.price), ("cost", effects.cost),
                ("volume", effects.volume), ("mix", effects.mix), ("new", effects.new), ("lost", effects.lost),
                ("credits", effects.credits),
            ]
        case .cost:
            [
                ("currency_effect", -effects.currency), ("price", -effects.cost), ("volume", -effects.volume),
                ("mix", -effects.mix), ("new", -effects.new), ("lost", -effects.lost), ("credits", -effects.credits),
            ]
        }
    }

    private static func cells(
        _ before: FixedDecimal, _ effects: BridgeEffects, _ after: FixedDecimal, _ subject: BridgeLedger.Subject
    ) -> [String?] {
        let sign: (FixedDecimal) -> FixedDecimal = { subject == .margin ? $0 : -$0 }
        return [sign(before).moneyText] + Self.effects(effects, subject).map(\.amount.moneyText)
            + [sign(after).moneyText, sign(effects.total).moneyText]
    }

    // MARK: What suppliers cost

    func supplierCosts(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let period = try Period(
            from: arguments.day("from"), to: arguments.day("to"), path: "parameters.from")
        let dimensions = try ProfitDimension.list(arguments["by"] ?? "supplier,item")
        let minimum = try arguments.integer("minimumLines")
        let rates = try rates.current(transaction)
        var (lines, held) = try Self.read(period, arguments, rates, transaction)
        let against = try arguments["against"].map { try Period($0, path: "parameters.against") }
        var (former, formerHeld) = try against.map { try Self.read($0, arguments, rates, transaction) } ?? ([], [])
        try SharedNameStore.mark(&lines, by: dimensions + [.supplier], transaction)
        try SharedNameStore.mark(&former, by: dimensions, transaction)
        let ledger = BridgeLedger([lines, former], .cost, constant: (against ?? period).to, rates)
        var tables = [
            try costTable(arguments, lines, ledger, dimensions),
            try savings(arguments, lines, ledger, .branch, minimum),
            try savings(arguments, lines, ledger, .supplier, minimum),
        ]
        if against != nil {
            let sides = (try ledger.side(former, by: dimensions), try ledger.side(lines, by: dimensions))
            let bridge = try Bridge(sides.0.items, sides.1.items)
            // Who sees nothing, and where there is nothing, is told no sum of nothing.
            let all =
                lines.isEmpty && former.isEmpty
                ? []
                : [
                    dimensions.indices.map { $0 == 0 ? "*" : "" }
                        + Self.cells(bridge.before, bridge.effects, bridge.after, .cost)
                ]
            let rows =
                all
                + Self.groups(bridge.items).map { $0.labels + Self.cells($0.before, $0.effects, $0.after, .cost) }
            tables.append(
                try arguments.table(
                    "change of cost",
                    columns: dimensions.map { QueryColumn($0.rawValue) } + [QueryColumn("before", .decimal)]
                        + Self.effects(bridge.effects, .cost).map { QueryColumn($0.name, .decimal) }
                        + [QueryColumn("after", .decimal), QueryColumn("change", .decimal)],
                    rows: rows
                ) { row in
                    // What all come to stands before them.
                    [row[0] == "*" ? "0" : "1"] + Self.keys(ofChange: row, dimensions)
                })
        }
        return tables + [
            try arguments.table("held", rows: HeldLine.rows(held + formerHeld)),
            try arguments.table("without a rate", rows: ledger.withoutRate([lines, former])),
        ]
    }

    private static func read(
        _ period: Period, _ arguments: QueryArguments, _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> (counted: [ProfitLine], held: [HeldLine]) {
        let lines = try ProfitLineStore.read(arguments.lines(of: period, transaction), rates, transaction)
        return (lines.counted, lines.held)
    }

    /// Cost, quantity and unit cost. A quantity is told only where all that is added has one unit.
    private func costTable(
        _ arguments: QueryArguments, _ lines: [ProfitLine], _ ledger: BridgeLedger, _ dimensions: [ProfitDimension]
    ) throws -> QueryTable {
        struct Sum {
            var lines = 0
            var unknown = 0
            var unit: String?
            var isOneUnit = true
            var quantity = FixedDecimal.zero
            var cost = FixedDecimal.zero
        }
        var sums: [Told: Sum] = [:]
        for line in lines where ledger.isRated(line) {
            let labels = Told(labels: dimensions.map { $0.value(of: line) })
            var sum = sums[labels] ?? Sum()
            sum.lines += 1
            if let cost = line.cost {
                sum.cost = sum.cost + (try ledger.convert(cost, line.currency, line.day))
                sum.isOneUnit = sum.isOneUnit && (sum.unit ?? line.unit) == line.unit
                sum.unit = line.unit
                sum.quantity = sum.quantity + line.quantity
            } else {
                sum.unknown += 1
            }
            sums[labels] = sum
        }
        return try arguments.table(
            "costs",
            columns: dimensions.map { QueryColumn($0.rawValue) }
                + [
                    QueryColumn("lines", .integer), QueryColumn("unknown", .integer), QueryColumn("unit"),
                    QueryColumn("quantity", .decimal), QueryColumn("unit_cost", .decimal),
                    QueryColumn("cost", .decimal), QueryColumn("currency"),
                ],
            rows: sums.map { labels, sum in
                let isOne = sum.isOneUnit && sum.unit != nil
                return labels.labels + [
                    String(sum.lines), String(sum.unknown), isOne ? sum.unit : nil,
                    isOne ? sum.quantity.description : nil,
                    isOne ? FixedDecimal.ratio(of: sum.cost, to: sum.quantity)?.description : nil,
                    sum.cost.moneyText, ledger.currency.code,
                ]
            }
        ) { row in [row[dimensions.count + 5] ?? ""] + Self.labels(row, dimensions) }
    }

    /// What would be saved at the price of the cheapest branch, or supplier, for the same thing on the same lane.
    private func savings(
        _ arguments: QueryArguments, _ lines: [ProfitLine], _ ledger: BridgeLedger, _ place: ProfitDimension,
        _ minimum: Int
    ) throws -> QueryTable {
        var costs: [[String]: UnitCost] = [:]
        for line in lines where !line.isCredit && (place != .supplier || line.supplier != nil) {
            guard let cost = line.cost, ledger.isRated(line) else { continue }
            let key = [line.serviceItem, line.unit, line.lane ?? "-", place.value(of: line)]
            var unit =
                costs[key]
                ?? UnitCost(
                    serviceItem: key[0], unit: key[1], lane: key[2], place: key[3], lines: 0, quantity: .zero,
                    cost: .zero)
            unit.lines += 1
            unit.quantity = unit.quantity + line.quantity
            unit.cost = unit.cost + (try ledger.convert(cost, line.currency, line.day))
            costs[key] = unit
        }
        let savings = try CostBenchmark.savings(Array(costs.values), minimumLines: minimum)
        return try arguments.table(
            "savings at the best \(place.rawValue)",
            rows: savings.map { saving in
                [
                    saving.bought.serviceItem, saving.bought.unit, saving.bought.lane, saving.bought.place,
                    String(saving.bought.lines), saving.bought.quantity.description,
                    saving.bought.perUnit?.description, saving.best.place, saving.best.perUnit?.description,
                    saving.amount.moneyText, ledger.currency.code,
                ]
            }
        ) { row in [row[9] ?? ""] + row[..<4].map { $0 ?? "" } }
    }

    // MARK: Margins by anything

    /// Revenue, cost and margin by any dimensions; the rate is always one of sums.
    func margins(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let period = try Period(
            from: arguments.day("from"), to: arguments.day("to"), path: "parameters.from")
        let dimensions = try ProfitDimension.list(arguments["by"] ?? "branch,line")
        let scope = try arguments.lines(of: period, bases: ProfitLineStore.Basis.allCases, transaction)
        let rates = try rates.current(transaction)
        let (counted, heldBack) = try ProfitLineStore.states(scope, rates, transaction)
        var corrections =
            try ProfitLineStore.credits(scope, transaction)
            + (scope.basis == .posted ? try LateCorrectionStore.read(scope, transaction) : [])
        try SharedNameStore.mark(&corrections, by: dimensions, transaction)
        var marked = counted.map(\.line)
        try SharedNameStore.mark(&marked, by: dimensions, transaction)
        let lines = zip(marked, counted).map { (line: $0, states: $1.states) }
        var heldLines = heldBack.map(\.line)
        try SharedNameStore.mark(&heldLines, by: dimensions, transaction)
        let held = zip(heldLines, heldBack).map { HeldLine(line: $0, reason: $1.reason) }
        let ledger = BridgeLedger([marked, corrections], .margin, constant: period.to, rates)
        struct Group {
            var lines = 0
            var unknown = 0
            var revenue = FixedDecimal.zero
            var cost = FixedDecimal.zero
            var states = MarginStates()
            var held: [HeldLine.Reason: (lines: Int, revenue: FixedDecimal)] = [:]
        }
        var sums: [Told: Group] = [:]
        for (line, states) in lines where ledger.isRated(line) {
            let labels = Told(labels: dimensions.map { $0.value(of: line) })
            func convert(_ amount: FixedDecimal) throws -> FixedDecimal {
                try ledger.convert(amount, line.currency, line.day)
            }
            var sum = sums[labels] ?? Group()
            sum.lines += 1
            let revenue = try convert(line.revenue)
            if let cost = line.cost {
                sum.revenue = sum.revenue + revenue
                sum.cost = sum.cost + (try convert(cost))
            } else {
                sum.unknown += 1
            }
            var converted = states
            converted.quoted = try states.quoted.map(convert)
            converted.expected = try states.expected.map(convert)
            converted.actual = try states.actual.map(convert)
            sum.states.add(
                revenue: revenue, converted, age: period.to.daysSinceEpoch - line.day.daysSinceEpoch)
            sums[labels] = sum
        }
        for correction in corrections where ledger.isRated(correction) {
            let labels = Told(labels: dimensions.map { $0.value(of: correction) })
            var sum = sums[labels] ?? Group()
            let revenue = try ledger.convert(correction.revenue, correction.currency, correction.day)
            let cost = try ledger.convert(correction.cost ?? .zero, correction.currency, correction.day)
            sum.revenue = sum.revenue + revenue
            sum.cost = sum.cost + cost
            sum.states.correct(revenue: revenue, cost: cost)
            sums[labels] = sum
        }
        for held in held where ledger.isRated(held.line) {
            let labels = Told(labels: dimensions.map { $0.value(of: held.line) })
            let former = sums[labels, default: Group()].held[held.reason] ?? (0, .zero)
            let revenue = try ledger.convert(held.line.revenue, held.line.currency, held.line.day)
            sums[labels, default: Group()].held[held.reason] = (former.lines + 1, former.revenue + revenue)
        }
        return [
            try arguments.table(
                "margins",
                columns: dimensions.map { QueryColumn($0.rawValue) }
                    + [
                        QueryColumn("lines", .integer), QueryColumn("unknown", .integer),
                        QueryColumn("revenue", .decimal), QueryColumn("cost", .decimal),
                        QueryColumn("margin", .decimal), QueryColumn("margin_percent", .decimal),
                        QueryColumn("currency"), QueryColumn("quoted_margin", .decimal),
                        QueryColumn("quoted_percent", .decimal), QueryColumn("expected_margin", .decimal),
                        QueryColumn("expected_percent", .decimal), QueryColumn("actual_margin", .decimal),
                        QueryColumn("actual_percent", .decimal), QueryColumn("actual_lines", .integer),
                        QueryColumn("complete_percent", .decimal), QueryColumn("provisional", .boolean),
                        QueryColumn("waiting_lines", .integer), QueryColumn("waiting_revenue", .decimal),
                        QueryColumn("refused_lines", .integer), QueryColumn("refused_revenue", .decimal),
                    ],
                rows: sums.map { labels, sum in
                    let margin = sum.revenue - sum.cost
                    return labels.labels + [
                        String(sum.lines), String(sum.unknown), sum.revenue.moneyText, sum.cost.moneyText,
                        margin.moneyText,
                        FixedDecimal(100).multiplied(by: margin.units, dividedBy: sum.revenue.units)?.description,
                        ledger.currency.code, Self.money(sum.states.quoted), sum.states.quoted.percent?.description,
                        Self.money(sum.states.expected), sum.states.expected.percent?.description,
                        Self.money(sum.states.actual), sum.states.actual.percent?.description,
                        String(sum.states.actual.lines), sum.states.completeness?.description,
                        String(sum.states.isProvisional),
                    ]
                        + HeldLine.Reason.allCases.flatMap { reason -> [String?] in
                            let held = sum.held[reason] ?? (0, .zero)
                            return [String(held.lines), held.revenue.moneyText]
                        }
                }
            ) { row in [row[dimensions.count + 4] ?? ""] + Self.labels(row, dimensions) },
            try arguments.table("held", rows: HeldLine.rows(held)),
            try arguments.table("without a rate", rows: ledger.withoutRate([marked, corrections])),
        ]
    }

    /// A margin, when any line has that state.
    private static func money(_ sum: MarginStates.Sum) -> String? { sum.lines > 0 ? sum.margin.moneyText : nil }
}
