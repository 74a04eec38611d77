import Contracts
import Domain
import Postgres
import ServiceKit

/// A limit, or what is approved above one, as it is written down.
struct CreditDecision {
    enum Kind: String {
        case limit
        case override
    }

    let kind: Kind
    let key: LedgerKey
    let customer: CustomerCode?
    let group: String?
    let amount: FixedDecimal
    let currency: Currency
    let from: CalendarDay
    let to: CalendarDay?
    let by: String
    let at: Timestamp
    let reason: String?
    let content: Content<Int64>
    /// In whose stead it was taken.
    var onBehalfOf: String?

    init(source: String, _ body: CreditLimitSet) {
        (kind, key) = (.limit, LedgerKey(source: source, identifier: body.limitId))
        (customer, group, amount, currency) = (body.customer, body.group, body.amount, body.currency)
        (from, to, by, at, reason) = (body.from, nil, body.setBy, body.setAt, body.reason)
        content = Content(body)
    }

    init(source: String, _ body: CreditOverrideApproved) {
        (kind, key) = (.override, LedgerKey(source: source, identifier: body.overrideId))
        (customer, group, amount, currency) = (body.customer, body.group, body.amount, body.currency)
        (from, to, by, at, reason) = (body.from, body.to, body.approvedBy, body.approvedAt, body.reason)
        content = Content(body)
    }

    /// Whom it is of.
    var party: CreditParty {
        CreditParty(source: customer?.source ?? key.source, customer: customer?.code, group: group)
    }
}

/// The SQL of what people decide about credit: limits, overrides, groups and lifts.
enum CreditDecisionStore {
    /// The fingerprints of limits or overrides by key, under a lock.
    static func known(
        _ kind: CreditDecision.Kind, _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Int64] {
        try KeyLock.lock("credit-\(kind.rawValue)", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select l.source, l.line_id, l.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, line_id)
            join credit_line l using (source, line_id) where l.kind = \(kind.rawValue)
            """, as: (String, String, Int64).self)
        return Dictionary(uniqueKeysWithValues: rows.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) })
    }

    /// Writes limits and overrides down.
    static func put(_ decisions: [CreditDecision], _ transaction: borrowing Transaction) throws {
        guard !decisions.isEmpty else { return }
        let rows = decisions.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into credit_line (source, kind, line_id, fingerprint, customer_code, customer_of, group_id, amount,
                currency, valid_from, valid_to, decided_by, decided_at, reason, on_behalf_of)
            select source, kind, id, fingerprint, customer, customer_of, grp, amount, currency,
                date '1970-01-01' + start, date '1970-01-01' + stop, who, at, reason, principal
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.kind.rawValue)), \(rows.map(\.key.identifier)),
                \(rows.map(\.content.mark)), \(rows.map(\.customer?.code)), \(rows.map(\.customer?.source)),
                \(rows.map(\.group)), \(rows.map(\.amount)), \(rows.map(\.currency.code)),
                \(rows.map(\.from.daysSinceEpoch)), \(rows.map { $0.to?.daysSinceEpoch }), \(rows.map(\.by)),
                \(PostgresValue.timestamps(rows.map(\.at.description))), \(rows.map(\.reason)),
                \(rows.map(\.onBehalfOf)))
                as t(source, kind, id, fingerprint, customer, customer_of, grp, amount, currency, start, stop, who, at,
                    reason, principal)
            """)
    }

    /// Puts customers into groups; the latest word stays.
    ///
    /// - Parameter members: at most one of a customer.
    static func put(
        _ members: [(key: LedgerKey, body: CustomerGrouped)], _ transaction: borrowing Transaction
    ) throws {
        guard !members.isEmpty else { return }
        let rows = members.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into credit_group_member (source, customer_code, group_id, at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.body.group)),
                \(PostgresValue.timestamps(rows.map(\.body.at.description))))
            on conflict (source, customer_code) do update set group_id = excluded.group_id, at = excluded.at
            where excluded.at > credit_group_member.at
            """)
    }

    /// The fingerprints of lifts by key, under a lock.
    static func knownLifts(_ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [LedgerKey: Int64] {
        try KeyLock.lock("credit-lift", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select l.source, l.lift_id, l.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, lift_id)
            join credit_lift l using (source, lift_id)
            """, as: (String, String, Int64).self)
        return Dictionary(uniqueKeysWithValues: rows.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) })
    }

    /// Writes lifts down.
    ///
    /// - Parameter principals: in whose stead some were made.
    static func put(
        _ lifts: [(key: LedgerKey, body: CreditHoldLifted, fingerprint: Int64)], for principals: [LedgerKey: String],
        _ transaction: borrowing Transaction
    ) throws {
        guard !lifts.isEmpty else { return }
        let rows = lifts.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into credit_lift (source, lift_id, fingerprint, customer_code, customer_of, until, decided_by,
                decided_at, reason, on_behalf_of)
            select source, id, fingerprint, customer, customer_of, date '1970-01-01' + until, who, at, reason, principal
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.customer.code)), \(rows.map(\.body.customer.source)),
                \(rows.map(\.body.until.daysSinceEpoch)), \(rows.map(\.body.by)),
                \(PostgresValue.timestamps(rows.map(\.body.at.description))), \(rows.map(\.body.reason)),
                \(rows.map { principals[$0.key] }))
                as t(source, id, fingerprint, customer, customer_of, until, who, at, reason, principal)
            """)
    }

    /// Which customers some parties are, as far as their accounts are known.
    static func customers(
        of parties: Set<CreditParty>, _ transaction: borrowing Transaction
    ) throws -> [CreditParty: String] {
        let named = parties.filter { $0.customer != nil }.sorted {
            ($0.source, $0.customer ?? "") < ($1.source, $1.customer ?? "")
        }
        let rows = try transaction.query(
            """
            select k.place - 1, a.customer_id
            from unnest(\(named.map(\.source)), \(named.map { $0.customer ?? "" })) with ordinality
                as k(source, code, place)
            join account a using (source, code)
            """, as: (Int, String).self)
        return Dictionary(rows.map { (named[$0.0], $0.1) }, uniquingKeysWith: { first, _ in first })
    }
}
