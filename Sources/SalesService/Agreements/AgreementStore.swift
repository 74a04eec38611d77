import Contracts
import Domain
import Postgres
import ServiceKit

/// Which agreement.
typealias AgreementKey = SourceKey<AgreementTerms>

/// An agreement as it is kept.
struct AgreementRow: Sendable {
    let source: String
    let terms: AgreementTerms
    let customerCode: String
    /// The system whose code that is, when it is another than that whose number the agreement has.
    let customerSource: String?
    let by: String
    /// What was said, in short: the same revision said otherwise is noticed by it.
    let fingerprint: String

    /// Whose account it is, by its stable identifier.
    var customer: String { AccountIdentifier.customer(source: customerSource ?? source, code: customerCode) }

    /// What names it.
    var name: AgreementKey { AgreementKey(source: source, identifier: terms.agreementId) }
}

/// The SQL of agreements.
enum AgreementStore {
    private static let columns: SQL = """
        g.source, g.agreement_id, g.revision, g.fingerprint, g.customer_code, g.kind, g.title, g.valid_from,
        g.valid_until, g.renews, g.notice_days, g.business_line, g.yearly_amount, g.currency, g.ended_on, g.said_by,
        g.customer_of
        """

    /// Some agreements as they stand, locked until the transaction ends.
    static func lock(
        _ names: [(source: String, agreementId: String)], _ transaction: borrowing Transaction
    ) throws -> [AgreementKey: AgreementRow] {
        try agreements(names, locked: "for update of g", transaction)
    }

    /// Some agreements as they stand now.
    static func agreements(
        _ names: [(source: String, agreementId: String)], locked lock: SQL = "", _ transaction: borrowing Transaction
    ) throws -> [AgreementKey: AgreementRow] {
        let rows = try transaction.query(
            """
            select \(columns)
            from (select distinct * from unnest(\(names.map(\.source)), \(names.map(\.agreementId)))
                as t(source, agreement_id)) k
            join agreement g using (source, agreement_id)
            order by g.source, g.agreement_id \(lock)
            """, as: AgreementRow.self)
        return Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Those that end some day and are not ended, as far as that may be told on a day.
    static func endings(upTo day: CalendarDay, _ transaction: borrowing Transaction) throws -> [AgreementRow] {
        try transaction.query(
            """
            select \(columns) from agreement g
            where g.valid_until <= date '1970-01-01' + \(day.daysSinceEpoch) + coalesce(g.notice_days, 60)
                and (g.renews or g.valid_until >= date '1970-01-01' + \(day.adding(days: -31).daysSinceEpoch))
                and g.ended_on is null
            order by g.source, g.agreement_id
            """, as: AgreementRow.self)
    }

    /// Writes agreements as they stand now.
    static func put(_ rows: [AgreementRow], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.name < $1.name }
        let terms = rows.map(\.terms)
        try transaction.queue(
            """
            insert into agreement (source, agreement_id, revision, fingerprint, customer_code, customer_of, kind, title,
                valid_from, valid_until, renews, notice_days, business_line, yearly_amount, currency, ended_on, said_by)
            select * from unnest(
                \(rows.map(\.source)), \(terms.map(\.agreementId)), \(terms.map { Int32($0.revision) }),
                \(rows.map(\.fingerprint)), \(rows.map(\.customerCode)), \(rows.map(\.customerSource)),
                \(terms.map(\.kind.rawValue)),
                \(terms.map(\.title)), \(PostgresValue.dates(terms.map(\.validFrom.description))),
                \(PostgresValue.dates(terms.map { $0.validUntil?.description })), \(terms.map(\.renews)),
                \(terms.map { $0.noticeDays.map { Int32($0) } }), \(terms.map(\.businessLine)),
                \(terms.map(\.yearlyAmount)),
                \(terms.map { $0.currency?.code }),
                \(PostgresValue.dates(terms.map { $0.endedOn?.description })), \(rows.map(\.by)))
            on conflict (source, agreement_id) do update set
                revision = excluded.revision, fingerprint = excluded.fingerprint,
                customer_code = excluded.customer_code, customer_of = excluded.customer_of, kind = excluded.kind, title = excluded.title,
                valid_from = excluded.valid_from, valid_until = excluded.valid_until, renews = excluded.renews,
                notice_days = excluded.notice_days, business_line = excluded.business_line,
                yearly_amount = excluded.yearly_amount, currency = excluded.currency, ended_on = excluded.ended_on,
                said_by = excluded.said_by
            where agreement.revision < excluded.revision
            """, expecting: .rows(rows.count, "an agreement"))
    }
}

extension AgreementKind: PostgresDecodable {}

extension AgreementRow: PostgresRow {
    /// Reads an agreement as it stands in the table.
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            source: try row("source"),
            terms: AgreementTerms(
                agreementId: try row("agreement_id"), revision: try row("revision"), kind: try row("kind"),
                title: try row("title"), validFrom: try row("valid_from"), validUntil: try row("valid_until"),
                renews: try row("renews"), noticeDays: try row("notice_days"), businessLine: try row("business_line"),
                yearlyAmount: try row("yearly_amount"), currency: try row("currency"), endedOn: try row("ended_on")),
            customerCode: try row("customer_code"), customerSource: try row("customer_of"), by: try row("said_by"),
            fingerprint: try row("fingerprint"))
    }
}
