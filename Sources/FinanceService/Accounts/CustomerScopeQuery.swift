import Contracts
import Domain
import Postgres
import ServiceKit

/// Whose rows are meant when a person names a customer: those of its party, under whatever codes, and in whatever system.
struct CustomerScope {
    /// The accounts that are meant; `nil` for all.
    let accounts: [AccountKey]?
    /// What alone is meant when no customer is named.
    let source: String?

    /// Everybody.
    static let everybody = CustomerScope(accounts: nil, source: nil)

    /// The condition that a row is one of those that are meant. Only what is asked for becomes part of it, so that an index
    /// can serve it.
    ///
    /// - Parameters:
    ///   - source: the source of the row's account, an expression of SQL.
    ///   - code: the code of its account.
    ///   - origin: what has to be the source that is named without a customer; that of the account when not given.
    func condition(_ source: SQL, _ code: SQL, origin: SQL? = nil) -> SQL {
        if let accounts {
            let (sources, codes) = (accounts.map(\.source), accounts.map(\.code))
            return "(\(source), \(code)) in (select * from unnest(\(sources), \(codes)))"
        }
        guard let wanted = self.source else { return "true" }
        return "\(origin ?? source) = \(wanted)"
    }
}

extension QueryArguments {
    /// Whom the parameters `customer`, a code or the party's identifier, and `source` mean. A code that no account of is
    /// known yet means itself; one that several customers have is refused unless the source says whose it is.
    func customers(_ transaction: borrowing Transaction) throws -> CustomerScope {
        let accounts = try accounts(
            among: """
                select customer_source as source, customer_code as code from receivable
                union all
                select customer_source, customer_code from customer_payment
                """, transaction)
        return CustomerScope(accounts: accounts, source: self["source"])
    }
}
