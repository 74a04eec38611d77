public import Contracts
import Domain
import Foundation

extension ScenarioReport {
    /// The report as tables, as people read it.
    public var tables: [QueryTable] {
        let (base, result) = (repricing.base, repricing.result)
        let currency = scenario.currency.code
        func row(_ name: String, _ sum: ProfitSum) -> [String?] {
            [
                name, sum.revenue.moneyText, sum.cost.moneyText, sum.margin.moneyText, sum.percent?.description,
                currency,
            ]
        }
        var tables = [
            QueryTable(
                "simulation",
                [
                    QueryColumn("scenario"), QueryColumn("revenue", .decimal), QueryColumn("cost", .decimal),
                    QueryColumn("margin", .decimal), QueryColumn("margin_percent", .decimal), QueryColumn("currency"),
                ],
                rows: [
                    row("as it is", base), row(scenario.name, result),
                    [
                        "change", (result.revenue - base.revenue).moneyText, (result.cost - base.cost).moneyText,
                        (result.margin - base.margin).moneyText, nil, currency,
                    ],
                ]),
            QueryTable(
                "what it is made of",
                [
                    QueryColumn("lines", .integer), QueryColumn("unknown", .integer),
                    QueryColumn("financing", .decimal), QueryColumn("margin_after_financing", .decimal),
                    QueryColumn("currency"),
                ],
                rows: [
                    [
                        String(repricing.lines.count), String(repricing.unknown), repricing.financing.moneyText,
                        (result.margin - repricing.financing).moneyText, currency,
                    ]
                ]),
        ]
        if let draws { tables.append(table(of: draws)) }
        let names = ["decision", "currency", "orders", "lines", "unknown", "revenue", "cost"]
        for (name, parts, hidden) in [("held", held, []), ("without a rate", withoutRate, ["decision", "orders"])]
        where !parts.isEmpty {
            let places = names.indices.filter { !hidden.contains(names[$0]) }
            tables.append(
                QueryTable(
                    name,
                    places.map { QueryColumn(names[$0], $0 < 2 ? .text : $0 < 5 ? .integer : .decimal) },
                    rows: parts.map { part in
                        let values = [
                            part.decision, part.currency.code, part.orders.map { String($0) }, String(part.lines),
                            String(part.unknown), part.revenue.moneyText, part.cost.moneyText,
                        ]
                        return places.map { values[$0] }
                    }))
        }
        return tables
    }

    private func table(of draws: MonteCarlo) -> QueryTable {
        func row(_ name: String, _ percentiles: MonteCarlo.Percentiles, decimals: Int) -> [String?] {
            [name] + [percentiles.p5, percentiles.p50, percentiles.p95].map { String(format: "%.\(decimals)f", $0) }
                + [String(format: "%.4f", draws.belowFloor), scenario.floor.description, String(runs), String(seed)]
        }
        return QueryTable(
            "draws",
            [
                QueryColumn("of"), QueryColumn("p5", .decimal), QueryColumn("p50", .decimal),
                QueryColumn("p95", .decimal), QueryColumn("below_floor", .decimal), QueryColumn("floor", .decimal),
                QueryColumn("runs", .integer), QueryColumn("seed"),
            ],
            rows: [
                row("margin", draws.margin, decimals: 2), row("margin percent", draws.percent, decimals: 4),
            ])
    }
}
