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
            insert into agreement_replica (source, agreement_id, code, revision, kind, title, valid_from, valid_until,
                renews, notice_days, business_line, yearly_amount, currency, ended_on)
            select * from unnest(
                \(rows.map(\.source)), \(terms.map(\.agreementId)), \(rows.map(\.customerCode)),
                \(terms.map { Int32($0.revision) }), \(terms.map(\.kind.rawValue)), \(terms.map(\.title)),
                \(PostgresValue.dates(terms.map(\.validFrom.description))),
                \(PostgresValue.dates(terms.map { $0.validUntil?.description })), \(terms.map(\.renews)),
                \(terms.map { $0.noticeDays.map { Int32($0) } }), \(terms.map(\.businessLine)),
                \(terms.map(\.yearlyAmount)),
                \(terms.map { $0.currency?.code }), \(PostgresValue.dates(terms.map { $0.endedOn?.description })))
            on conflict (source, agreement_id) do update set
                code = excluded.code, revision = excluded.revision, kind = excluded.kind, title = excluded.title,
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
        let rows = try transaction.query(
            """
            select r.source, r.agreement_id, r.revision, r.kind, r.title, r.valid_from::text, r.valid_until::text,
                r.renews, r.notice_days, r.business_line, r.yearly_amount::text, r.currency, r.ended_on::text
            from account a join agreement_replica r on r.source = a.source and r.code = a.code
            where a.customer_id = \(customer)
            order by r.valid_from desc, r.source, r.agreement_id limit 200
            """,
            as: (
                String, String, Int, String, String, String, String?, Bool?, Int?, String?, String?, String?, String?
            ).self)
        var found: [(state: AgreementState, row: [String?])] = []
        for row in rows {
            guard let kind = AgreementKind(rawValue: row.3), let from = CalendarDay(row.5) else { continue }
            let terms = AgreementTerms(
                agreementId: row.1, revision: row.2, kind: kind, title: row.4, validFrom: from,
                validUntil: row.6.flatMap { CalendarDay($0) }, renews: row.7, noticeDays: row.8, businessLine: row.9,
                yearlyAmount: row.10.flatMap { FixedDecimal($0) }, currency: row.11.flatMap { Currency($0) },
                endedOn: row.12.flatMap { CalendarDay($0) })
            let state = terms.state(on: day)
            found.append(
                (
                    state,
                    [
                        terms.agreementId, state.rawValue, kind.rawValue, terms.title, from.description,
                        (terms.endedOn ?? terms.end(asOf: day))?.description, terms.noticeDay(asOf: day)?.description,
                        terms.businessLine, terms.yearlyAmount?.description, terms.currency?.code, row.0,
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
}
