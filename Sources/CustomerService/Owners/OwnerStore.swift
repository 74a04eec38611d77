import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of who looks after accounts, as sales says.
enum OwnerStore {
    /// Who looks after an account, an expression: as sales says, or else as its orders say.
    ///
    /// - Parameter account: what the statement calls the row of `account`.
    static func owner(_ account: String) -> String { "coalesce(\(account).told_sales_owner, \(account).sales_owner)" }

    /// For which branch an account is looked after, an expression.
    ///
    /// - Parameter account: what the statement calls the row of `account`.
    static func branch(_ account: String) -> String { "coalesce(\(account).told_branch, \(account).branch)" }

    /// Those of some accounts of which sales says for a day something else than what stands.
    static func turned(
        among accounts: [AccountKey], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [AccountKey] {
        try turned(
            "(a.source, a.code) in (select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))", on: day,
            transaction)
    }

    /// The accounts of which sales says for a day something else than what stands.
    static func turned(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> [AccountKey] {
        try turned("true", on: day, transaction)
    }

    /// - Parameter accounts: a condition on accounts `a`.
    private static func turned(
        _ accounts: SQL, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [AccountKey] {
        try transaction.query(
            """
            select a.source, a.code from account a
            join customer_owner w on w.source = a.source and w.code = a.code and w.business_line = '*'
            left join lateral (\(OwnershipReplica.period(of: "w", on: "\(day)"))) p on true
            where \(accounts) and (not a.is_told
                or (a.told_branch, a.told_sales_owner) is distinct from (p.branch, p.owner))
            order by a.source, a.code
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
    }
}
