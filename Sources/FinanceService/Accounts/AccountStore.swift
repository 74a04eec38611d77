import Contracts
import Postgres
import ServiceKit

/// Finance's copy of whose each account is, with who to tell of it.
enum AccountStore {
    static let replica = AccountReplica(keeping: [.name, .branch, .salesOwner], revision: "said")

    /// The codes by which systems name some customers, in the order of system and code.
    static func names(
        of customers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: [AccountName]] {
        let rows = try transaction.query(
            "select customer_id, source, code from account where customer_id = any(\(customers)) order by 1, 2, 3",
            as: (String, String, String).self)
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map { AccountName(source: $0.1, code: $0.2) } }
    }
}
