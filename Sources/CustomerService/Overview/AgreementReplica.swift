import Contracts
import Domain
import Postgres
import ServiceKit

/// What sales says of agreements, the latest word of each.
enum AgreementReplica {
    static func changed(
        _ messages: [Received<AgreementChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try Heard.note(.sales, effects.now, transaction)
        let latest = Dictionary(
            messages.map { (OrderKey(source: $0.body.source, orderId: $0.body.terms.agreementId), $0.body) }
        ) { $0.terms.revision >= $1.terms.revision ? $0 : $1 }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        let terms = rows.map(\.terms)
        try transaction.queue(
            """
            insert into agreement_replica (source, agreement_id, code, customer_of, revision, kind, title, valid_from,
                valid_until, renews, notice_days, business_line, yearly_amount, currency, ended_on)
            select * from unnest(
                \(rows.map(\.source)), \(terms.map(\.agreementId)), \(rows.map(\.customerCode)),
                \(rows.map(\.customerSource)), \(terms.map { Int32($0.revision) }), \(terms.map(\.kind.rawValue)), \(terms.map(\.title)),
                \(PostgresValue.dates(terms.map(\.validFrom.description))),
                \(PostgresValue.dates(terms.map { $0.validUntil?.description })), \(terms.map(\.renews)),
                \(terms.map { $0.noticeDays.map { Int32($0) } }), \(terms.map(\.businessLine)),
                \(terms.map(\.yearlyAmount)),
                \(terms.map { $0.currency?.code }), \(PostgresValue.dates(terms.map { $0.endedOn?.description })))
            on conflict (source, agreement_id) do update set
                code = excluded.code, customer_of = excluded.customer_of, revision = excluded.revision, kind = excluded.kind, title = excluded.title,
                valid_from = excluded.valid_from, valid_until = excluded.valid_until, renews = excluded.renews,
                notice_days = excluded.notice_days, business_line = excluded.business_line,
                yearly_amount = excluded.yearly_amount, currency = excluded.currency, ended_on = excluded.ended_on
            where excluded.revision > agreement_replica.revision
            """)
    }

    /// The agreements of a customer under whatever codes, as they stand on a day: those that hold first.
    static func block(
        _ customer: String, on day: CalendarDay, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let rows = try arguments.reading("contracts", transaction) {
            try transaction.query(
                """
                select r.source, r.agreement_id, r.revision, r.kind, r.title, r.valid_from, r.valid_until, r.renews,
                    r.notice_days, r.business_line, r.yearly_amount, r.currency, r.ended_on
                from account a join agreement_replica r on r.customer_source = a.source and r.code = a.code
                where a.customer_id = \(customer)
                order by r.valid_from desc, r.source, r.agreement_id limit 200
                """, as: StoredAgreement.self)
        }
        var found: [(state: AgreementState, row: [String?])] = []
        for row in rows {
            guard let terms = row.terms else { continue }
            let state = terms.state(on: day)
            found.append(
                (
                    state,
                    [
                        terms.agreementId, state.rawValue, terms.kind.rawValue, terms.title,
                        terms.validFrom.description,
                        (terms.endedOn ?? terms.end(asOf: day))?.description, terms.noticeDay(asOf: day)?.description,
                        terms.businessLine, terms.yearlyAmount?.description, terms.currency?.code, row.source,
                    ]
                ))
        }
        let order = AgreementState.allCases
        let sorted = found.enumerated().sorted {
            (order.firstIndex(of: $0.element.state) ?? 0, $0.offset)
                < (order.firstIndex(of: $1.element.state) ?? 0, $1.offset)
        }
        return try arguments.table("contracts", rows: sorted.map(\.element.row))
    }

    /// An agreement as it stands in the table.
    private struct StoredAgreement: PostgresRow {
        let source: String
        /// `nil` when they are of a kind that only a later release knows.
        let terms: AgreementTerms?

        init(row: inout RowReader) throws(PostgresError) {
            source = try row("source")
            guard let kind = AgreementKind(rawValue: try row("kind")) else {
                terms = nil
                return
            }
            terms = AgreementTerms(
                agreementId: try row("agreement_id"), revision: try row("revision"), kind: kind,
                title: try row("title"), validFrom: try row("valid_from"), validUntil: try row("valid_until"),
                renews: try row("renews"), noticeDays: try row("notice_days"), businessLine: try row("business_line"),
                yearlyAmount: try row("yearly_amount"), currency: try row("currency"), endedOn: try row("ended_on"))
        }
    }
}
