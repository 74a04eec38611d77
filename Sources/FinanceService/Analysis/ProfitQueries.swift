import Contracts
import Domain
import Postgres
import ProfitAnalysis
import ServiceKit

/// What may be asked of profit: why it changed, what suppliers cost, and where money can be saved.
struct ProfitQueries: Sendable {
    let rates: RateTable

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
        let limit = try arguments.integer("limit")
        let first = try ProfitLines.read(arguments.lines(of: before), rates, transaction)
        let second = try ProfitLines.read(arguments.lines(of: after), rates, transaction)
        let ledger = BridgeLedger([first, second], .margin, constant: before.to, rates)
        let sides = (try ledger.side(first, by: dimensions), try ledger.side(second, by: dimensions))
        let bridge = try Bridge(sides.0.items, sides.1.items)
        var columns = [QueryColumn("before", .decimal)]
        columns += Self.effects(bridge.effects, .margin).map { QueryColumn($0.name, .decimal) }
        columns += [QueryColumn("after", .decimal), QueryColumn("change", .decimal)]
        let whole = QueryTable(
            "bridge",
            [QueryColumn("from"), QueryColumn("to"), QueryColumn("currency")] + columns
                + [
                    QueryColumn("rounding", .decimal), QueryColumn("lines_before", .integer),
                    QueryColumn("lines_after", .integer), QueryColumn("unknown_before", .integer),
                    QueryColumn("unknown_after", .integer),
                ],
            rows: [
                [before.description, after.description, ledger.currency.code]
                    + Self.cells(bridge.before, bridge.effects, bridge.after, .margin)
                    + [
                        bridge.effects.rounding.moneyText, String(sides.0.lines), String(sides.1.lines),
                        String(sides.0.unknown), String(sides.1.unknown),
                    ]
            ])
        let groups = Self.groups(bridge.items)
        return [
            whole,
            QueryTable(
                "bridge by \(dimensions.map(\.rawValue).joined(separator: " and "))",
                dimensions.map { QueryColumn($0.rawValue) } + columns,
                rows: groups.prefix(limit).map { $0.labels + Self.cells($0.before, $0.effects, $0.after, .margin) },
                isCut: groups.count > limit),
        ]
    }

    private struct Group {
        let labels: [String]
        var before = FixedDecimal.zero
        var after = FixedDecimal.zero
        var effects = BridgeEffects()
    }

    /// The items by what they are told apart by, the greatest change first.
    private static func groups(_ items: [Bridge.Item]) -> [Group] {
        var groups: [[String]: Group] = [:]
        for item in items {
            var group = groups[item.key.labels] ?? Group(labels: item.key.labels)
            group.before = group.before + item.before.ownMargin
            group.after = group.after + item.after.ownMargin
            group.effects += item.effects
            groups[item.key.labels] = group
        }
        return groups.values.sorted { first, second in
            let (one, other) = (first.effects.total.magnitude, second.effects.total.magnitude)
            return one != other ? one > other : first.labels.lexicographicallyPrecedes(second.labels)
        }
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
        let limit = try arguments.integer("limit")
        let minimum = try arguments.integer("minimumLines")
        let lines = try ProfitLines.read(arguments.lines(of: period), rates, transaction)
        let against = try arguments["against"].map { try Period($0, path: "parameters.against") }
        let former = try against.map { try ProfitLines.read(arguments.lines(of: $0), rates, transaction) } ?? []
        let ledger = BridgeLedger([lines, former], .cost, constant: (against ?? period).to, rates)
        var tables = [
            try costTable(lines, ledger, dimensions, limit),
            try savings(lines, ledger, .branch, minimum, limit), try savings(lines, ledger, .supplier, minimum, limit),
        ]
        if against != nil {
            let sides = (try ledger.side(former, by: dimensions), try ledger.side(lines, by: dimensions))
            let bridge = try Bridge(sides.0.items, sides.1.items)
            let groups = Self.groups(bridge.items)
            let rows =
                [
                    dimensions.indices.map { $0 == 0 ? "*" : "" }
                        + Self.cells(bridge.before, bridge.effects, bridge.after, .cost)
                ]
                + groups.prefix(limit).map {
                    $0.labels + Self.cells($0.before, $0.effects, $0.after, .cost)
                }
            tables.append(
                QueryTable(
                    "change of cost",
                    dimensions.map { QueryColumn($0.rawValue) } + [QueryColumn("before", .decimal)]
                        + Self.effects(bridge.effects, .cost).map { QueryColumn($0.name, .decimal) }
                        + [QueryColumn("after", .decimal), QueryColumn("change", .decimal)],
                    rows: rows, isCut: groups.count > limit))
        }
        return tables
    }

    /// Cost, quantity and unit cost. A quantity is told only where all that is added has one unit.
    private func costTable(
        _ lines: [ProfitLine], _ ledger: BridgeLedger, _ dimensions: [ProfitDimension], _ limit: Int
    ) throws -> QueryTable {
        struct Sum {
            var lines = 0
            var unknown = 0
            var unit: String?
            var isOneUnit = true
            var quantity = FixedDecimal.zero
            var cost = FixedDecimal.zero
        }
        var sums: [[String]: Sum] = [:]
        for line in lines {
            let labels = dimensions.map { $0.value(of: line) }
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
        let rows = sums.sorted { first, second in
            first.value.cost != second.value.cost
                ? first.value.cost > second.value.cost : first.key.lexicographicallyPrecedes(second.key)
        }
        return QueryTable(
            "costs",
            dimensions.map { QueryColumn($0.rawValue) }
                + [
                    QueryColumn("lines", .integer), QueryColumn("unknown", .integer), QueryColumn("unit"),
                    QueryColumn("quantity", .decimal), QueryColumn("unit_cost", .decimal),
                    QueryColumn("cost", .decimal), QueryColumn("currency"),
                ],
            rows: rows.prefix(limit).map { labels, sum in
                let isOne = sum.isOneUnit && sum.unit != nil
                return labels + [
                    String(sum.lines), String(sum.unknown), isOne ? sum.unit : nil,
                    isOne ? sum.quantity.description : nil,
                    isOne ? FixedDecimal.ratio(of: sum.cost, to: sum.quantity)?.description : nil,
                    sum.cost.moneyText, ledger.currency.code,
                ]
            }, isCut: rows.count > limit)
    }

    /// What would be saved at the price of the cheapest branch, or supplier, for the same thing on the same lane.
    private func savings(
        _ lines: [ProfitLine], _ ledger: BridgeLedger, _ place: ProfitDimension, _ minimum: Int, _ limit: Int
    ) throws -> QueryTable {
        var costs: [[String]: UnitCost] = [:]
        for line in lines where !line.isCredit && (place != .supplier || line.supplier != nil) {
            guard let cost = line.cost else { continue }
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
        let name = place.rawValue
        let savings = try CostBenchmark.savings(Array(costs.values), minimumLines: minimum)
        return QueryTable(
            "savings at the best \(name)",
            [
                QueryColumn("item"), QueryColumn("unit"), QueryColumn("lane"), QueryColumn(name),
                QueryColumn("lines", .integer), QueryColumn("quantity", .decimal), QueryColumn("unit_cost", .decimal),
                QueryColumn("best_\(name)"), QueryColumn("best_unit_cost", .decimal), QueryColumn("saving", .decimal),
                QueryColumn("currency"),
            ],
            rows: savings.prefix(limit).map { saving in
                [
                    saving.bought.serviceItem, saving.bought.unit, saving.bought.lane, saving.bought.place,
                    String(saving.bought.lines), saving.bought.quantity.description,
                    saving.bought.perUnit?.description, saving.best.place, saving.best.perUnit?.description,
                    saving.amount.moneyText, ledger.currency.code,
                ]
            }, isCut: savings.count > limit)
    }

    // MARK: Margins by anything

    /// Revenue, cost and margin by any dimensions; the rate is always one of sums.
    func margins(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let period = try Period(
            from: arguments.day("from"), to: arguments.day("to"), path: "parameters.from")
        let dimensions = try ProfitDimension.list(arguments["by"] ?? "branch,line")
        let limit = try arguments.integer("limit")
        let scope = try arguments.lines(of: period, bases: ProfitLines.Basis.allCases)
        let lines = try ProfitLines.states(scope, rates, transaction)
        let corrections = scope.basis == .posted ? try LateCorrections.read(scope, transaction) : []
        let ledger = BridgeLedger([lines.map(\.line), corrections], .margin, constant: period.to, rates)
        struct Group {
            var lines = 0
            var unknown = 0
            var revenue = FixedDecimal.zero
            var cost = FixedDecimal.zero
            var states = MarginStates()
        }
        var sums: [[String]: Group] = [:]
        for (line, states) in lines {
            let labels = dimensions.map { $0.value(of: line) }
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
        for correction in corrections {
            let labels = dimensions.map { $0.value(of: correction) }
            var sum = sums[labels] ?? Group()
            let revenue = try ledger.convert(correction.revenue, correction.currency, correction.day)
            let cost = try ledger.convert(correction.cost ?? .zero, correction.currency, correction.day)
            sum.revenue = sum.revenue + revenue
            sum.cost = sum.cost + cost
            sum.states.correct(revenue: revenue, cost: cost)
            sums[labels] = sum
        }
        let rows = sums.map { labels, sum in (labels, sum, sum.revenue - sum.cost) }.sorted { first, second in
            first.2 != second.2 ? first.2 < second.2 : first.0.lexicographicallyPrecedes(second.0)
        }
        return [
            QueryTable(
                "margins",
                dimensions.map { QueryColumn($0.rawValue) }
                    + [
                        QueryColumn("lines", .integer), QueryColumn("unknown", .integer),
                        QueryColumn("revenue", .decimal), QueryColumn("cost", .decimal),
                        QueryColumn("margin", .decimal), QueryColumn("margin_percent", .decimal),
                        QueryColumn("currency"), QueryColumn("quoted_margin", .decimal),
                        QueryColumn("quoted_percent", .decimal), QueryColumn("expected_margin", .decimal),
                        QueryColumn("expected_percent", .decimal), QueryColumn("actual_margin", .decimal),
                        QueryColumn("actual_percent", .decimal), QueryColumn("actual_lines", .integer),
                        QueryColumn("complete_percent", .decimal), QueryColumn("provisional", .boolean),
                    ],
                rows: rows.prefix(limit).map { labels, sum, margin in
                    labels + [
                        String(sum.lines), String(sum.unknown), sum.revenue.moneyText, sum.cost.moneyText,
                        margin.moneyText,
                        FixedDecimal(100).multiplied(by: margin.units, dividedBy: sum.revenue.units)?.description,
                        ledger.currency.code, Self.money(sum.states.quoted), sum.states.quoted.percent?.description,
                        Self.money(sum.states.expected), sum.states.expected.percent?.description,
                        Self.money(sum.states.actual), sum.states.actual.percent?.description,
                        String(sum.states.actual.lines), sum.states.completeness?.description,
                        String(sum.states.isProvisional),
                    ]
                }, isCut: rows.count > limit)
        ]
    }

    /// A margin, when any line has that state.
    private static func money(_ sum: MarginStates.Sum) -> String? { sum.lines > 0 ? sum.margin.moneyText : nil }
}
