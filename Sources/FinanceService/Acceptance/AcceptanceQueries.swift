import Contracts
import Postgres
import ServiceKit

/// What may be asked of acceptance.
enum AcceptanceQueries {
    static let all = [Query("acceptance.list", list)]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        return [
            try table(
                "acceptance",
                kinds: ["orders": .integer, "revenue": .decimal, "cost": .decimal, "margin": .decimal],
                """
                select s.customer_id, max(a.name) as name, s.business_line, s.state, s.orders, s.revenue, s.cost,
                    s.revenue - s.cost as margin, s.currency, s.evaluated_day
                from standing s left join account a using (customer_id)
                where s.business_line <> '*' and s.state <> 'open'
                group by s.customer_id, s.business_line order by s.revenue - s.cost limit \(limit)
                """, transaction)
        ]
    }
}
