import Contracts
import Domain
import Postgres
import ServiceKit

/// A card of which rules end soon.
struct EndingCard: Sendable, PostgresRow {
    let card: String
    let side: String
    let customerCode: String?
    let group: String?
    let saidBy: String
    /// How many of its rules end.
    let rules: Int
    /// All business of the customer whose card it is; `nil` for one of nobody in particular.
    let business: BusinessKey?

    init(row: inout RowReader) throws(PostgresError) {
        card = try row("card")
        side = try row("side")
        customerCode = try row("customer_code")
        group = try row("price_group")
        saidBy = try row("said_by")
        rules = try row("rules")
        let source: String? = try row("customer_source")
        business = customerCode.map {
            BusinessKey(source: source ?? "", code: $0, businessLine: OwnershipRules.everyLine)
        }
    }
}

/// A card without its rules.
struct StoredCard: Sendable, PostgresRow {
    let card: String
    let side: CardSide
    let audience: String
    let customer: CustomerCode?
    let group: String?

    init(row: inout RowReader) throws(PostgresError) {
        card = try row("card")
        side = try row("side")
        audience = try row("audience")
        let (source, code): (String?, String?) = (try row("customer_source"), try row("customer_code"))
        customer = code.map { CustomerCode(code: $0, source: source) }
        group = try row("price_group")
    }
}

extension CardSide: PostgresDecodable {}

/// The SQL of rate cards.
enum CardStore {
    /// Who changes cards does it alone: whether a rule fits follows from all others.
    static func lock(_ transaction: borrowing Transaction) throws { try KeyLock.lock("rate cards", transaction) }

    static func card(_ card: String, _ transaction: borrowing Transaction) throws -> StoredCard? {
        try transaction.query(
            """
            select c.card, c.side, c.audience, c.customer_source, c.customer_code, c.price_group
            from rate_card c where c.card = \(card)
            """, as: StoredCard.self
        ).first
    }

    /// The rules of a card, and those for the same items of the same side and audience.
    static func rules(
        of card: String, side: CardSide, audience: CardAudience, items: Set<String>,
        _ transaction: borrowing Transaction
    ) throws -> [StoredRule] {
        try rules(
            """
            r.card = \(card)
                or r.side = \(side.rawValue) and r.audience = \(audience.key) and r.service_item = any(\(items.sorted()))
            """, transaction)
    }

    /// The rules of a card.
    static func rules(of card: String, _ transaction: borrowing Transaction) throws -> [StoredRule] {
        try rules("r.card = \(card)", transaction)
    }

    /// The rules by which items are priced on a day, by whom they are for.
    static func rules(
        _ side: CardSide, for audiences: [CardAudience], items: Set<String>, on day: CalendarDay,
        _ transaction: borrowing Transaction
    ) throws -> [(audience: CardAudience, rules: [StoredRule])] {
        let rows = try transaction.query(
            """
            select r.audience, r.card, r.content::text as content, r.ends_on from rate_rule r
            where r.side = \(side.rawValue) and r.audience = any(\(audiences.map(\.key)))
                and r.service_item = any(\(items.sorted())) and r.validity @> \(day)
            """, as: RuleRow.self)
        let byAudience = Dictionary(grouping: rows, by: \.audience)
        return try audiences.map { audience in (audience, try (byAudience[audience.key] ?? []).map { try $0.stored() })
        }
    }

    private static func rules(_ condition: SQL, _ transaction: borrowing Transaction) throws -> [StoredRule] {
        try transaction.query(
            """
            select r.audience, r.card, r.content::text as content, r.ends_on from rate_rule r where \(condition)
            order by r.card, r.rule
            """, as: RuleRow.self
        ).map { try $0.stored() }
    }

    private struct RuleRow: PostgresRow {
        let audience: String
        let card: String
        let content: String
        let endsOn: CalendarDay?

        init(row: inout RowReader) throws(PostgresError) {
            audience = try row("audience")
            card = try row("card")
            content = try row("content")
            endsOn = try row("ends_on")
        }

        func stored() throws -> StoredRule {
            var fields = try FieldReader(JSONDocument(parsing: Array(content.utf8)).root)
            return StoredRule(card: card, rule: try CardRule(fields: &fields), endsOn: endsOn)
        }
    }

    /// For whom prices of a customer may be, the nearest first.
    ///
    /// - Parameter accounts: all its accounts.
    static func audiences(
        of accounts: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [CardAudience] {
        let groups =
            accounts.isEmpty
            ? []
            : try transaction.query(
                """
                select distinct g.price_group from price_group g
                where (g.source, g.code) in (
                    select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))
                order by g.price_group
                """, as: String.self)
        return accounts.sorted().map { .customer($0) } + groups.map { .group($0) } + [.everybody]
    }

    /// Writes down a card and rules that are new.
    static func put(
        _ body: ImportRateCard, _ audience: CardAudience, customer source: String, _ rules: [CardRule],
        _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into rate_card
                (card, side, audience, customer_source, customer_code, price_group, said_by, said_at)
            values (
                \(body.card), \(body.side.rawValue), \(audience.key),
                \(body.customer.map { $0.source ?? source }), \(body.customer?.code), \(body.group), \(body.by), \(body.at))
            on conflict (card) do nothing
            """)
        guard !rules.isEmpty else { return }
        try transaction.queue(
            """
            insert into rate_rule (card, rule, side, audience, service_item, origin, destination, unit, content, validity,
                said_by, said_at)
            select \(body.card), t.rule, \(body.side.rawValue), \(audience.key), t.service_item, t.origin, t.destination,
                t.unit, t.content, daterange(t.first_day, t.last_day, '[]'), \(body.by), \(body.at)
            from unnest(
                \(rules.map(\.rule)), \(rules.map(\.serviceItem)), \(rules.map { $0.origin ?? "*" }),
                \(rules.map { $0.destination ?? "*" }), \(rules.map(\.unit)),
                \(PostgresValue.jsons(rules.map { String(decoding: $0.encode(), as: UTF8.self) })),
                \(rules.map(\.validFrom)), \(rules.map(\.validUntil)))
                as t(rule, service_item, origin, destination, unit, content, first_day, last_day)
            """)
    }

    /// Gives rules an end.
    static func end(
        _ rules: [StoredRule], by login: String, note: String?, _ transaction: borrowing Transaction
    ) throws {
        guard !rules.isEmpty else { return }
        try transaction.queue(
            """
            update rate_rule r set ends_on = t.ends_on, ended_by = \(login), end_note = \(note),
                validity = case
                    when lower(r.validity) > t.ends_on then daterange 'empty'
                    else r.validity * daterange(null, t.ends_on, '[]') end
            from unnest(\(rules.map(\.card)), \(rules.map(\.rule.rule)), \(rules.map(\.endsOn))) as t(card, rule, ends_on)
            where r.card = t.card and r.rule = t.rule
            """)
    }

    /// The cards of which rules end with a day and none comes after them for the same, in the order of their names.
    ///
    /// - Parameters:
    ///   - name: the last one before them.
    ///   - limit: how many at most.
    static func ending(
        on day: CalendarDay, after name: String, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [EndingCard] {
        let next = day.adding(days: 1)
        return try transaction.query(
            """
            select c.card, c.side, c.customer_source, c.customer_code, c.price_group, c.said_by,
                count(*)::integer as rules
            from rate_rule r join rate_card c using (card)
            where upper(r.validity) = \(next) and r.card > \(name)
                and not exists (
                    select from rate_rule n
                    where n.side = r.side and n.audience = r.audience and n.service_item = r.service_item
                        and n.origin = r.origin and n.destination = r.destination and n.unit = r.unit
                        and n.validity @> \(next))
            group by c.card order by c.card limit \(Int32(limit))
            """, as: EndingCard.self)
    }

    /// Writes down who a group is.
    ///
    /// - Returns: whether that holds now; `false` when something was said later before, which stays.
    static func put(
        _ body: SetPriceGroup, from source: String, _ transaction: borrowing Transaction
    ) throws -> Bool {
        let isLatest = try transaction.query(
            """
            insert into price_group_said as s (price_group, said_at) values (\(body.group), \(body.at))
            on conflict (price_group) do update set said_at = excluded.said_at where s.said_at <= excluded.said_at
            returning s.price_group
            """, as: String.self)
        guard !isLatest.isEmpty else { return false }
        try transaction.queue("delete from price_group where price_group = \(body.group)")
        try transaction.queue(
            """
            insert into price_group (price_group, source, code, said_by, said_at)
            select distinct \(body.group), t.source, t.code, \(body.by), \(body.at)
            from unnest(
                \(body.customers.map { $0.source ?? source }), \(body.customers.map(\.code))) as t(source, code)
            """)
        return true
    }
}
