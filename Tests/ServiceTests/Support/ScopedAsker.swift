package import Contracts
package import Domain
package import Postgres
import ServiceKit

/// Somebody who sees a part of the group, as policies of tables know it.
package struct ScopedAsker: Sendable {
    fileprivate let settings: [String: String]

    /// - Parameters:
    ///   - logins: whose objects are seen.
    ///   - nodes: where objects are seen, whatever their day.
    ///   - days: where objects are seen of some days alone: the node, the first day and the last, as the database writes them.
    ///   - day: the day of the question.
    package init(
        logins: [String] = [], nodes: [String] = [], days: [(node: String, from: String, until: String)] = [],
        on day: String = "2026-03-03"
    ) {
        func array(_ values: [String]) -> String { "{\(values.joined(separator: ","))}" }
        settings = [
            "whole": "false", "logins": array(logins), "nodes": array(nodes), "dated_nodes": array(days.map(\.node)),
            "dated_from": array(days.map(\.from)), "dated_until": array(days.map(\.until)), "hidden_logins": "{}",
            "hidden_nodes": "{}", "hidden_from": "{}", "hidden_until": "{}", "day": day,
        ]
    }

    /// Who sees nothing of anybody.
    package static let nobody = ScopedAsker()
}

/// One of two branches, with who sells there and to whom: nothing of the one is of the other.
package enum Side: CaseIterable, Sendable {
    case here
    case there

    package var branch: String { self == .here ? "KS01" : "SH01" }
    package var seller: String { self == .here ? "li.wei" : "wang.fang" }
    package var customer: String { self == .here ? "C1" : "C2" }
    /// What its documents are numbered with.
    package var number: String { self == .here ? "1" : "2" }

    /// Who sees what is of the branch.
    package var asBranch: ScopedAsker { ScopedAsker(nodes: [branch]) }
    /// Who sees what is of the seller.
    package var asSeller: ScopedAsker { ScopedAsker(logins: [seller]) }

    /// The customer's identifier.
    package var party: String { AccountIdentifier.customer(source: "erp", code: customer) }

    /// The customer as the customer service tells of it.
    package var record: CustomerRecord {
        CustomerRecord(
            customerId: party, revision: 1, name: name, branch: branch, salesOwner: seller,
            accounts: [AccountHoming(source: "erp", code: customer, revision: 1)],
            at: Timestamp(microsecondsSinceEpoch: 1_772_400_000_000_000))
    }

    private var name: String { self == .here ? "昆山精密机械有限公司" : "Pacific Textiles Ltd" }

    /// An order of the customer at the branch, by the seller.
    package func order(
        at time: String = "2026-03-02T09:00:00+08:00", _ lines: [(revenue: String, cost: String?)] = [("100", "150")]
    ) -> Order {
        let order = makeOrder("O\(number)", customer: customer, at: time, lines)
        return Order(
            orderId: order.orderId, revision: 1, customer: CustomerReference(code: customer, name: name),
            branch: branch, businessLine: order.businessLine, placedAt: order.placedAt, currency: order.currency,
            salesOwner: seller, lines: order.lines)
    }
}

extension ServiceFixture {
    /// Does something as the database does it for somebody who sees a part.
    ///
    /// - Parameters:
    ///   - asker: who that is.
    ///   - pool: connections of the role that the service runs as, of ``enforceScopes()``.
    package func see<Result: Sendable>(
        as asker: ScopedAsker, by pool: PostgresPool,
        _ body: @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let reader = "\(schema)_reader"
        return try await pool.withTransaction(isReadOnly: true) { transaction in
            for (name, value) in asker.settings {
                try transaction.queue("select set_config(\("waybill.\(name)"), \(value), true)")
            }
            try transaction.queue("select set_config('role', \(reader), true)")
            return try body(transaction)
        }
    }

    /// What of some tables does not fall into the parts that some people see: rows that two of them see or none does, and
    /// tables without rows, of which nothing follows.
    ///
    /// - Parameters:
    ///   - tables: their names, each with the condition of the rows that are meant.
    ///   - askers: who sees the parts.
    ///   - pool: connections of the role that the service runs as.
    package func undivided(
        _ tables: [String: String], among askers: [ScopedAsker], by pool: PostgresPool
    ) async throws -> [String] {
        var found: [String] = []
        for (table, condition) in tables.sorted(by: { $0.key < $1.key }) {
            let statement = "select ctid::text from \(table) where \(condition)"
            let all = Set(try await rows(statement).compactMap { $0[0] })
            var seen: [String] = []
            for asker in askers {
                seen += try await see(as: asker, by: pool) { transaction in
                    try transaction.query(SQL(stringLiteral: statement), as: String.self)
                }
            }
            if all.isEmpty { found.append("'\(table)' has no rows") }
            if Set(seen).count < seen.count { found.append("rows of '\(table)' are seen twice") }
            if Set(seen) != all { found.append("of \(all.count) rows of '\(table)' \(Set(seen).count) are seen") }
        }
        return found
    }

    /// The answer to one of the service's questions as somebody gets it who sees a part.
    package func ask(
        _ query: String, _ values: [String: String] = [:], as asker: ScopedAsker, by pool: PostgresPool,
        at now: Timestamp
    ) async throws -> [QueryTable] {
        guard let question = definition.queries.first(where: { $0.name == query }) else { return [] }
        return try await see(as: asker, by: pool) { try question.ask(values, at: now, $0) }
    }
}
