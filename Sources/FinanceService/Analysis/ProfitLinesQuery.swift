import Contracts
import Domain
import Postgres
import ProfitAnalysis
import ServiceKit

extension ProfitQueries {
    /// The lines of a period as they are, a page at a time; whoever simulates reads them day by day.
    func lines(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let period = try Period(from: arguments.day("from"), to: arguments.day("to"), path: "parameters.from")
        let offset = try arguments.integer("offset", in: 0...10_000_000, otherwise: 0)
        let lines = try ProfitLines.read(arguments.lines(of: period), rates, transaction)
        return [
            QueryTable(
                "lines",
                [
                    QueryColumn("source"), QueryColumn("order_id"), QueryColumn("line", .integer),
                    QueryColumn("day", .time), QueryColumn("customer"), QueryColumn("business_line"),
                    QueryColumn("branch"), QueryColumn("sales_owner"), QueryColumn("lane"), QueryColumn("item"),
                    QueryColumn("unit"), QueryColumn("supplier"), QueryColumn("quantity", .decimal),
                    QueryColumn("currency"), QueryColumn("revenue", .decimal), QueryColumn("cost", .decimal),
                ],
                rows: lines.dropFirst(offset).prefix(QueryTable.maximumRows).map { line in
                    [
                        line.source, line.orderId, String(line.line), line.day.description, line.customer,
                        line.businessLine, line.branch, line.salesOwner, line.lane, line.serviceItem, line.unit,
                        line.supplier, line.quantity.description, line.currency.code, line.revenue.moneyText,
                        line.cost?.moneyText,
                    ]
                })
        ]
    }
}
