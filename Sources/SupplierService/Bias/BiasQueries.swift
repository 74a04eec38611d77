import Contracts
import Postgres
import ServiceKit

/// What may be asked of the bias of costs.
enum BiasQueries {
    static let all = [Query(SupplierQuestions.bias, bias)]

    static func bias(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "bias of costs",
                """
                select a.code, a.name, b.service_item, b.stage, b.ratio, b.observations, b.as_of,
                    abs(b.ratio - 1) as distance, supplier_id, a.source
                from bias b join supplier_account a using (supplier_id)
                """, transaction)
        ]
    }
}
