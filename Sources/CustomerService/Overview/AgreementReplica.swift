import Contracts
import Domain
import Postgres
import ServiceKit

/// What sales says of agreements, the latest word of each.
enum AgreementReplica {
    static func changed(
        _ messages: [Received<AgreementChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.sales, effects.now, transaction)
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

    /// The agreements of a customer under whatever codes, as they stand on a day: those that hold first. Of a kind that only a
    /// later release knows none is told.
    static func block(
        _ customer: String, on day: CalendarDay, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let theirs: SQL = """
            (select r.* from account a join agreement_replica r on r.customer_source = a.source and r.code = a.code
            where a.customer_id = \(customer) and r.kind = any(\(AgreementKind.allCases.map(\.rawValue))))
            """
        return try arguments.table(
            "contracts",
            """
            select g.agreement_id as "agreementId", g.state, g.kind, g.title, g.valid_from as "validFrom",
                coalesce(g.ended_on, g.last_day) as ends, g.last_day - coalesce(g.notice_days, 60) as "noticeBy",
                g.business_line as "businessLine", g.yearly_amount as "yearlyAmount", g.currency, g.source
            from (\(AgreementStanding.of(theirs, on: day))) g
            order by array_position(\(AgreementState.allCases.map(\.rawValue)), g.state), g.valid_from desc, g.source,
                g.agreement_id
            """, transaction
        ) { value, column in
            column.name == "yearlyAmount" ? FixedDecimal(value)?.description ?? value : value
        }
    }
}
