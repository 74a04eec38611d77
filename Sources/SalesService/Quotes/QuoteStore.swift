import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of quotes.
enum QuoteStore {
    /// Whoever does something about a quote is alone with it.
    static func lock(_ ids: Set<String>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock("quotes", ids.sorted().map { [$0] }, transaction)
    }

    /// The revision of a quote that holds.
    static func quote(_ id: String, _ transaction: borrowing Transaction) throws -> QuoteTerms? {
        try transaction.query(
            "select q.content::text from quote_revision q where q.quote_id = \(id) and q.state <> 'superseded'",
            as: String.self
        ).first.map(terms)
    }

    /// A revision as it is kept.
    static func terms(_ content: String) throws -> QuoteTerms {
        var fields = try FieldReader(JSONDocument(parsing: Array(content.utf8)).root)
        return try QuoteTerms(fields: &fields)
    }

    /// All accounts of a customer.
    static func accounts(of customer: CustomerCode, _ transaction: borrowing Transaction) throws -> [AccountKey] {
        let own = AccountKey(source: customer.source ?? "", code: customer.code)
        let others = try transaction.query(
            """
            select a.source, a.code from account n join account a on a.customer_id = n.customer_id
            where n.source = \(own.source) and n.code = \(own.identifier)
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
        return others.contains(own) ? others : [own] + others
    }

    /// The customer that a code names, as far as is known whose it is.
    static func customerId(of customer: CustomerCode, _ transaction: borrowing Transaction) throws -> String {
        let source = customer.source ?? ""
        return try transaction.query(
            "select a.customer_id from account a where a.source = \(source) and a.code = \(customer.code)",
            as: String.self
        ).first ?? AccountIdentifier.customer(source: source, code: customer.code)
    }

    /// Quotes that customers have and may agree to for some days only, each once: when so many days are left, or when it was sent,
    /// if fewer were left by then. In the order of their identifiers.
    ///
    /// - Parameters:
    ///   - day: the day that has ended.
    ///   - id: the last one before them.
    ///   - limit: how many at most.
    static func ending(
        at day: CalendarDay, after id: String, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [QuoteTerms] {
        let days = RaisedQuotes.ending(at: day)
        return try transaction.query(
            """
            select q.content::text from quote_revision q
            where q.state = 'sent' and q.quote_id > \(id)
                and q.valid_until between \(days.lowerBound) and \(days.upperBound)
                and (q.valid_until = \(days.upperBound)
                    or q.changed_at >= \(OrganisationZone.current.beginning(of: day)))
            order by q.quote_id limit \(Int32(limit))
            """, as: String.self
        ).map(terms)
    }

    /// Those of some quotes that customers have and have not answered, in the order of their identifiers.
    static func sent(_ ids: [String], _ transaction: borrowing Transaction) throws -> [QuoteTerms] {
        guard !ids.isEmpty else { return [] }
        return try transaction.query(
            """
            select q.content::text from quote_revision q
            where q.quote_id = any(\(ids)) and q.state = 'sent' order by q.quote_id
            """, as: String.self
        ).map(terms)
    }

    /// The rules by which lines for a customer are priced on a day.
    static func cards(
        for customer: CustomerCode, items: Set<String>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> QuoteCards {
        let audiences = try CardStore.audiences(of: try accounts(of: customer, transaction), transaction)
        return QuoteCards(
            sell: try CardStore.rules(.sell, for: audiences, items: items, on: day, transaction),
            buy: try CardStore.rules(.buy, for: audiences, items: items, on: day, transaction))
    }

    /// Writes revisions as they stand; what is superseded first, since one holds at a time.
    static func put(_ terms: QuoteTerms, _ transaction: borrowing Transaction) throws {
        let content = String(decoding: terms.encode(), as: UTF8.self)
        try transaction.queue(
            """
            insert into quote_revision (quote_id, revision, state, customer_source, customer_code, title, owner, branch,
                business_line, opportunity_id, currency, amount, listed, cost, valid_until, content, changed_at)
            select * from unnest(
                \([terms.quoteId]), \([Int32(terms.revision)]), \([terms.state.rawValue]),
                \([terms.customer.source ?? ""]), \([terms.customer.code]), \([terms.title]), \([terms.owner]),
                \([terms.branch]), \([terms.businessLine]), \([terms.opportunityId]), \([terms.currency.code]),
                \([terms.amount]), \([terms.listed]), \([terms.cost]), \([terms.validUntil]),
                \(PostgresValue.jsons([content])), \([terms.changedAt]))
            on conflict (quote_id, revision) do update set
                state = excluded.state, title = excluded.title, owner = excluded.owner, branch = excluded.branch,
                business_line = excluded.business_line, opportunity_id = excluded.opportunity_id,
                currency = excluded.currency, amount = excluded.amount, listed = excluded.listed, cost = excluded.cost,
                valid_until = excluded.valid_until, content = excluded.content, changed_at = excluded.changed_at,
                acting_for = case when quote_revision.owner = excluded.owner then quote_revision.acting_for end,
                handed_from = case when quote_revision.owner = excluded.owner then quote_revision.handed_from end
            """)
    }

    /// Writes down what was done.
    static func note(
        _ terms: QuoteTerms, _ what: String, by login: String, for principal: String? = nil, at time: Timestamp,
        _ note: String?, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into quote_event (quote_id, number, revision, what, done_by, done_at, note, on_behalf_of)
            select \(terms.quoteId), count(*)::integer + 1, \(Int32(terms.revision)), \(what), \(login), \(time), \(note),
                \(principal)
            from quote_event e where e.quote_id = \(terms.quoteId)
            """)
    }

    /// The condition that something is still to be done about a quote on a day.
    private static func isOpen(_ row: String, on day: CalendarDay) -> SQL {
        """
        \(unsafe: row).state in ('requested', 'priced', 'in-approval', 'approved', 'sent')
            and (\(unsafe: row).state <> 'sent' or \(unsafe: row).valid_until >= \(day))
        """
    }

    /// Who works on quotes that are open on a day, each with the quote.
    static func worked(
        on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [WorkedItem] {
        try transaction.query(
            """
            select q.quote_id, q.owner, q.acting_for, q.handed_from from quote_revision q
            where \(isOpen("q", on: day)) order by q.quote_id
            """, as: (String, String, String?, String?).self
        ).map { WorkedItem(identifier: $0.0, owner: $0.1, actingFor: $0.2, handedFrom: $0.3) }
    }

    /// Whose customer a quote `q` is of.
    private static let account: (source: SQL, code: SQL, customer: SQL) = (
        "q.customer_source", "q.customer_code", "null::text"
    )

    /// The open quotes whose customers somebody else has got from who works on them, or from the leaver for whom that one does,
    /// and who that is. A revision that was asked for since is whose it is, and what went along has gone, unless it has come back
    /// since.
    static func handedOver(
        on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [HandedItem] {
        let successor = OpenItemStore.successor(
            of: "coalesce(q.acting_for, q.owner)", account: account, line: "q.business_line", on: day)
        return try transaction.query(
            """
            select q.quote_id, w.owner, coalesce(q.handed_from, q.acting_for, q.owner)
            from quote_revision q cross join lateral \(successor) w
            where \(isOpen("q", on: day)) and q.owner <> w.owner
                and (q.acting_for is not null or not exists (
                    select from quote_event e
                    where e.quote_id = q.quote_id and e.what in ('requested', 'revised', 'passed-on')
                        and \(SQL.day(of: "e.done_at")) >= w.since
                        and e.number > coalesce((
                            select max(b.number) from quote_event b
                            where b.quote_id = e.quote_id and b.note = \(PassedItem.takenBack)), 0)))
            order by q.quote_id
            """, as: (String, String, String).self
        ).map { HandedItem(identifier: $0.0, owner: $0.1, origin: $0.2) }
    }

    /// The open quotes that went along with customers and have to come back, and to whom: to who had them, or whom handovers lead to
    /// from there now.
    static func takenBack(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> [HandedItem] {
        let line: SQL = "q.business_line"
        let isTakenBack = OpenItemStore.isTakenBack(
            from: "q.handed_from", holder: "coalesce(q.acting_for, q.owner)", account: account, line: line, on: day)
        let successor = OpenItemStore.successor(of: "q.handed_from", account: account, line: line, on: day)
        return try transaction.query(
            """
            select q.quote_id, coalesce(w.owner, q.handed_from), q.handed_from
            from quote_revision q left join lateral \(successor) w on true
            where \(isOpen("q", on: day)) and q.handed_from is not null and \(isTakenBack)
                and q.owner <> coalesce(w.owner, q.handed_from)
            order by q.quote_id
            """, as: (String, String, String).self
        ).map { HandedItem(identifier: $0.0, owner: $0.1, origin: $0.2) }
    }

    /// Says for whom others have quotes now, and who had them before.
    static func note(_ passed: [(id: String, item: PassedItem)], _ transaction: borrowing Transaction) throws {
        guard !passed.isEmpty else { return }
        try transaction.queue(
            """
            update quote_revision q set acting_for = t.leaver, handed_from = t.origin
            from unnest(\(passed.map(\.id)), \(passed.map(\.item.actingFor)), \(passed.map(\.item.handedFrom)))
                as t(quote_id, leaver, origin)
            where q.quote_id = t.quote_id and q.state <> 'superseded'
            """)
    }

    /// Who has worked on what a quote comes to, in any of its revisions, and when.
    static func workers(_ id: String, _ transaction: borrowing Transaction) throws -> [QuoteWorker] {
        try transaction.query(
            """
            select distinct e.done_by, e.done_at from quote_event e
            where e.quote_id = \(id) and e.what in ('requested', 'priced', 'revised', 'submitted')
            order by e.done_at, e.done_by
            """, as: (String, Timestamp).self
        ).map { QuoteWorker(login: $0.0, day: $0.1.day()) }
    }

    /// Who has sent a quote back last, and in which words; nobody of one that was taken back since.
    static func sentBack(
        _ id: String, _ transaction: borrowing Transaction
    ) throws -> (by: String, note: String?)? {
        try transaction.query(
            """
            select e.what, e.done_by, e.note from quote_event e
            where e.quote_id = \(id) and e.what in ('returned', 'withdrawn') order by e.number desc limit 1
            """, as: (String, String, String?).self
        ).first.flatMap { $0.0 == QuoteStep.returned.rawValue ? (by: $0.1, note: $0.2) : nil }
    }

    /// Whose a quote is.
    static let homes: SQL = """
        select n.source, n.identifier, q.owner, q.branch, null::date, q.business_line
        from named n join quote_revision q on q.quote_id = n.identifier and q.state <> 'superseded'
        """

    /// How many stand how.
    static func standing(_ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            """
            select q.state, count(*)::integer from quote_revision q
            where q.state in ('requested', 'priced', 'in-approval', 'approved', 'sent') group by q.state order by q.state
            """, as: (String, Int).self
        ).map { ($0.0, Double($0.1)) }
    }
}
