import Contracts
import ServiceKit

extension Capability {
    /// Who has to sign which quotes: a matrix with versions, who is asked, and what has come of it.
    static let authority = Capability(
        handlers: [
            .on(SetQuoteAuthority.self, AuthorityHandlers.set),
            .on(ChangeQuoteSigning.self, AuthorityHandlers.changed),
            .on(AcceptanceChanged.self, AuthorityHandlers.acceptanceChanged),
            .on(CreditStateChanged.self, AuthorityHandlers.creditStateChanged),
        ],
        tasks: AuthorityHandlers.tasks,
        questions: AuthorityQueries.all,
        tables: [
            ScopedTable("quote_authority", .whole),
            ScopedTable(
                "quote_signing", .through("exists (select from quote_revision q where q.quote_id = t.quote_id)")),
            ScopedTable("customer_standing", .hidden),
        ])
}
