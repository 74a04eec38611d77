import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of who signs quotes.
enum AuthorityStore {
    /// Whoever says who signs is alone.
    static func lock(_ transaction: borrowing Transaction) throws { try KeyLock.lock("quote-authority", transaction) }

    /// The matrix that holds on a day; none before the first.
    static func matrix(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> AuthorityMatrix? {
        try transaction.query(
            """
            select a.content::text from quote_authority a where a.valid_from <= \(day)
            order by a.valid_from desc, a.version desc limit 1
            """, as: String.self
        ).first.map(AuthorityMatrix.init(kept:))
    }

    /// The highest version that is known, with its content.
    static func last(_ transaction: borrowing Transaction) throws -> AuthorityMatrix? {
        try transaction.query(
            "select a.content::text from quote_authority a order by a.version desc limit 1", as: String.self
        ).first.map(AuthorityMatrix.init(kept:))
    }

    static func put(_ said: SetQuoteAuthority, _ transaction: borrowing Transaction) throws {
        let content = String(decoding: said.matrix.encode(), as: UTF8.self)
        try transaction.queue(
            """
            insert into quote_authority (version, valid_from, content, reason, said_by, said_at)
            values (\(Int32(said.matrix.version)), \(said.matrix.from), \(PostgresValue.json(content)), \(said.reason),
                \(said.by), \(said.at))
            """)
    }

    /// How a revision that was submitted is signed, as it was submitted last; nothing of one that was submitted last by a copy of the
    /// release before, which knows of no matrix: what was signed before that counts for nothing.
    static func signing(
        of id: String, revision: Int, _ transaction: borrowing Transaction
    ) throws -> QuoteSigning? {
        try transaction.query(
            """
            select s.content::text from quote_signing s
            where s.quote_id = \(id) and s.revision = \(Int32(revision))
                and s.submitted_at >= coalesce((
                    select max(e.done_at) from quote_event e
                    where e.quote_id = s.quote_id and e.revision = s.revision and e.what = 'submitted'), s.submitted_at)
            order by s.number desc limit 1
            """, as: String.self
        ).first.map(QuoteSigning.init(kept:))
    }

    /// Keeps how a quote is signed that was submitted.
    static func begin(
        _ signing: QuoteSigning, of terms: QuoteTerms, _ transaction: borrowing Transaction
    ) throws {
        let content = String(decoding: signing.encode(), as: UTF8.self)
        try transaction.queue(
            """
            insert into quote_signing (quote_id, number, revision, submitted_at, content)
            select \(terms.quoteId), count(*)::integer + 1, \(Int32(terms.revision)), \(signing.submittedAt),
                \(PostgresValue.json(content))
            from quote_signing s where s.quote_id = \(terms.quoteId)
            """)
    }

    /// Keeps how far the signing of one has come.
    static func go(on signing: QuoteSigning, of id: String, _ transaction: borrowing Transaction) throws {
        let content = String(decoding: signing.encode(), as: UTF8.self)
        try transaction.queue(
            """
            update quote_signing set content = \(PostgresValue.json(content))
            where quote_id = \(id) and number = (select max(n.number) from quote_signing n where n.quote_id = \(id))
            """)
    }
}

extension Part {
    /// What was kept as JSON.
    fileprivate init(kept content: String) throws {
        var fields = try FieldReader(JSONDocument(parsing: Array(content.utf8)).root)
        self = try Self(fields: &fields)
    }
}
