import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of quotes.
enum QuoteQueries {
    static let all = [
        Query(QuoteQuestions.list, list), Query(QuoteQuestions.show, show), Query(QuoteQuestions.document, document),
    ]

    /// How a revision stands on a day: one that was sent and may be agreed to no more has expired.
    private static func state(on day: CalendarDay) -> SQL {
        "case when q.state in ('approved', 'sent') and q.valid_until < \(day) then 'expired' else q.state end"
    }

    private static let columns: SQL = """
        q.title, q.customer_source as source, q.customer_code as code, q.owner, q.branch,
        q.business_line as "businessLine", q.amount, q.listed, q.cost, q.amount - q.cost as margin, q.currency,
        q.valid_until as "validUntil"
        """

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let wanted = try arguments.required("state")
        let stands = state(on: arguments.today)
        return [
            try arguments.table(
                "quotes",
                """
                select q.quote_id as "quoteId", q.revision, \(stands) as state, \(columns), q.changed_at as "changedAt"
                from quote_revision q
                where case \(wanted) when 'all' then true
                    when 'open' then \(stands) in ('requested', 'priced', 'in-approval', 'approved', 'sent')
                    else \(stands) = \(wanted) end
                """, transaction, format: OpportunityQueries.money)
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let id = try arguments.required("quoteId")
        let stands = state(on: arguments.today)
        let last = try arguments.reading("lines", transaction) { try QuoteStore.quote(id, transaction) }
        return [
            try arguments.table(
                "revisions",
                """
                select q.quote_id as "quoteId", q.revision, \(stands) as state, \(columns),
                    q.content ->> 'approvedBy' as "approvedBy", q.content ->> 'authority' as authority,
                    q.content ->> 'lossReason' as "lossReason", q.changed_at as "changedAt"
                from quote_revision q where q.quote_id = \(id) order by q.revision desc
                """, transaction, format: OpportunityQueries.money),
            try arguments.table(
                "lines",
                rows: (last?.lines ?? []).enumerated().map { place, line in
                    [
                        "\(place + 1)", line.line.item, line.line.description, line.line.origin, line.line.destination,
                        line.line.quantity, line.line.unit, line.amount?.moneyText, line.listed?.moneyText,
                        line.cost?.moneyText, last?.currency.code, line.rule, line.costRule, line.problem,
                    ]
                }),
            try arguments.table(
                "explanation",
                rows: (last?.lines ?? []).enumerated().flatMap { place, line in
                    line.steps.enumerated().map { ["\(place + 1)", "\($0.offset + 1)", $0.element] }
                }),
            try arguments.table(
                "history",
                """
                select e.number, e.revision, e.done_at as at, e.what, e.done_by as by, e.note,
                    e.on_behalf_of as "onBehalfOf"
                from quote_event e where e.quote_id = \(id) order by e.number
                """, transaction),
        ] + (try AuthorityQueries.decision(of: last, arguments, transaction))
    }

    /// What stands in the customer's document: nothing of it before it is approved.
    static func document(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let id = try arguments.required("quoteId")
        let found = try arguments.reading("quote", transaction) { try QuoteStore.quote(id, transaction) }
        if let found, !found.mayBeShown {
            throw Refusal(
                .wrongState, path: "parameters.quoteId",
                "revision \(found.revision) of '\(id)' is \(found.state.rawValue): there is a document of what is approved"
            )
        }
        if let found, found.state == .approved, found.hasExpired(by: arguments.today) {
            throw Refusal(
                .wrongState, path: "parameters.quoteId", "'\(id)' could be agreed to until \(found.validUntil)")
        }
        return [
            try arguments.table(
                "quote",
                rows: found.map { terms in
                    [
                        [
                            terms.quoteId, "\(terms.revision)", terms.state.rawValue, terms.title,
                            terms.customer.source, terms.customer.code, terms.amount?.moneyText, terms.currency.code,
                            terms.validUntil.description, terms.approvedBy, terms.approvedAt?.description,
                            terms.sentAt?.description,
                        ]
                    ]
                } ?? []),
            try arguments.table(
                "lines",
                rows: (found?.lines ?? []).enumerated().map { place, line in
                    [
                        "\(place + 1)", line.line.item, line.line.description, line.line.origin, line.line.destination,
                        line.line.quantity, line.line.unit, line.amount?.moneyText, found?.currency.code,
                    ]
                }),
        ]
    }
}
