import Postgres
import ProfitAnalysis

/// The SQL of codes and numbers that several systems have given to different customers, suppliers or orders: told apart by one of them,
/// lines need the system that gave it, or two companies would be added up as one.
enum SharedNameStore {
    /// Marks lines by which of the names that they are told apart by are shared. The same name is shared in every period, so
    /// that two of them can be compared.
    static func mark(
        _ lines: inout [ProfitLine], by dimensions: [ProfitDimension], _ transaction: borrowing Transaction
    ) throws {
        for dimension in Set(dimensions) {
            let name: (ProfitLine) -> String? =
                switch dimension {
                case .customer: { $0.customer }
                case .supplier: { $0.supplier }
                case .order: { $0.orderId }
                case .branch, .line, .item, .lane, .owner: { _ in nil }
                }
            let names = Set(lines.compactMap(name))
            guard !names.isEmpty else { continue }
            let shared = try shared(dimension, names.sorted(), transaction)
            guard !shared.isEmpty else { continue }
            for place in lines.indices where name(lines[place]).map(shared.contains) ?? false {
                lines[place].shared.insert(dimension)
            }
        }
    }

    private static func shared(
        _ dimension: ProfitDimension, _ names: [String], _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        let statement: SQL
        switch dimension {
        case .customer:
            statement = """
                select code from account where code = any(\(names)) group by code having count(distinct customer_id) > 1
                """
        case .supplier:
            statement = """
                select code from supplier_account where code = any(\(names))
                group by code having count(distinct supplier_id) > 1
                """
        case .order:
            statement = """
                select order_id from orders where order_id = any(\(names)) and customer_code <> ''
                group by order_id having count(*) > 1
                """
        case .branch, .line, .item, .lane, .owner: return []
        }
        return Set(try transaction.query(statement, as: String.self))
    }
}
