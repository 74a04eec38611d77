import Contracts
import Postgres
import ServiceKit

/// What may be asked of suppliers.
enum SupplierQueries {
    static let all = [
        Query("suppliers.list", list), Query("bias.list", bias), Query("orders.show", order),
        Query("summary", summary), Query("parties.business", PartyStore.business),
    ]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        return [
            try table(
                "suppliers",
                "select supplier_id, source, code, name, seen_at from supplier_account order by source, code limit \(limit)",
                transaction)
        ]
    }

    static func bias(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        return [
            try table(
                "bias of costs", kinds: ["ratio": .decimal, "observations": .integer],
                """
                select a.code, a.name, b.service_item, b.stage, b.ratio, b.observations, b.as_of
                from bias b join supplier_account a using (supplier_id)
                order by abs(b.ratio - 1) desc limit \(limit)
                """, transaction)
        ]
    }

    static func order(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try table(
                "cost facts", kinds: ["line": .integer, "amount": .decimal],
                """
                select f.cost_id, f.line, f.state, f.supplier_code, f.amount, f.currency, f.service_day, l.service_item
                from cost_fact f left join order_line l using (source, order_id, line)
                where f.order_id = \(try arguments.required("orderId"))
                order by f.line, f.cost_id, f.state limit 500
                """, transaction)
        ]
    }

    static func summary(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try table(
                "suppliers", kinds: ["suppliers": .integer, "costs": .integer, "biased": .integer],
                """
                select (select count(*) from supplier_account) as suppliers,
                    (select count(distinct (source, cost_id)) from cost_fact) as costs,
                    (select count(*) from bias where abs(ratio - 1) >= 0.02) as biased
                """, transaction)
        ]
    }
}
