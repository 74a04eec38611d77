import Postgres
import ServiceKit

/// The SQL of whom notices of the master are for. It is asked only where there is a notice.
enum CustomerHomeStore {
    /// What a customer is called, where it is looked after and by whom.
    typealias Home = (name: String?, branch: String?, owner: String?)

    static func homes(
        of customers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: Home] {
        guard !customers.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select customer_id, name, branch, sales_owner from customer
            where customer_id = any(\(Set(customers).sorted())) order by customer_id
            """, as: (String, String?, String?, String?).self)
        var found: [String: Home] = [:]
        for row in rows { found[row.0] = (row.1, row.2, row.3) }
        return found
    }
}
