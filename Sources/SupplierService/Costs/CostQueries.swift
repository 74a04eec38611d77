import Contracts
import Postgres
import ServiceKit

/// What may be asked of costs.
enum CostQueries {
    static let all = [Query(SupplierQuestions.order, order)]

    static func order(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "cost facts",
                """
                select f.cost_id, f.line, f.state, f.supplier_code, f.amount, f.currency, f.service_day,
                    l.service_item, f.source, f.order_source
                from cost_fact f left join order_line l
                    on l.source = f.order_source and l.order_id = f.order_id and l.line = f.line
                where f.order_id = \(try arguments.required("orderId"))
                    and f.order_source = coalesce(\(arguments["source"].postgresBind), f.order_source)
                order by f.order_source, f.line, f.source, f.cost_id, f.state
                """, transaction)
        ]
    }
}
