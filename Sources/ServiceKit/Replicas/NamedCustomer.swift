package import Contracts
package import Domain
package import Postgres

/// Whom a question means by the parameters `customer`, an identifier or a code, and `source`.
extension QueryArguments {
    /// The accounts of the one customer that is named, under whatever codes and in whatever system, by what the service keeps
    /// in its table `account`; `nil` when no customer is named, none when nobody has it.
    ///
    /// - Parameter documents: the accounts that documents name, as `source` and `code`: one of which nobody has told yet is a
    ///   customer of its own.
    /// - Throws: a refusal when several customers have the code and no source says whose is meant.
    package func accounts(
        among documents: SQL, _ transaction: borrowing Transaction
    ) throws -> [AccountKey]? {
        guard let name = self["customer"] else { return nil }
        let source = self["source"]
        let rows = try transaction.query(
            """
            select a.source, a.code, a.customer_id, n.source
            from account n join account a on a.customer_id = n.customer_id
            where (n.code = \(name) or n.customer_id = \(name)) and n.source = coalesce(\(source), n.source)
            union
            select d.source, d.code, coalesce(a.customer_id, d.source || ' ' || d.code), d.source
            from (\(documents)) d left join account a using (source, code)
            where d.code = \(name) and d.source = coalesce(\(source), d.source)
            order by 1, 2, 3, 4
            """, as: (String, String, String, String).self)
        let party = try Self.one(of: rows.map { (party: $0.2, source: $0.3) }, named: name)
        var accounts: [AccountKey] = []
        for row in rows where row.2 == party {
            let account = AccountKey(source: row.0, code: row.1)
            if accounts.last != account { accounts.append(account) }
        }
        return accounts
    }

    /// The one customer that a name means; `nil` when nobody has it.
    ///
    /// - Parameters:
    ///   - found: the customers that have it, with the systems that gave it to them.
    ///   - name: the name: one of their identifiers, or a code.
    /// - Throws: a refusal when several have the code: what is told of two companies at once is true of neither.
    package static func one(
        of found: [(party: String, source: String)], named name: String
    ) throws(Refusal) -> String? {
        let parties = Set(found.map(\.party))
        guard parties.count > 1, !parties.contains(name) else {
            return parties.contains(name) ? name : parties.first
        }
        let sources = Set(found.map(\.source)).sorted().prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        throw Refusal(
            .valueNotAllowed, path: "parameters.source",
            "'\(name.prefix(64))' is a code of \(parties.count) customers, in \(sources): name the source as well")
    }
}
