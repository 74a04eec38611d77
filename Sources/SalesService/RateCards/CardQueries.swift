import Contracts
import Domain
import Postgres
import Pricing
import ServiceKit

/// What may be asked of rate cards.
enum CardQueries {
    static let all = [
        Query(CardQuestions.list, list), Query(CardQuestions.show, show), Query(CardQuestions.price, price),
        Query(CardQuestions.preview, preview),
    ]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let side = arguments["side"].postgresBind
        return [
            try arguments.table(
                "cards",
                """
                select c.card, c.side, case when c.customer_code is not null then 'customer'
                        when c.price_group is not null then 'group' else 'public' end as level,
                    c.customer_source as source, c.customer_code as code, c.price_group as "group",
                    count(r.rule) as rules, count(r.rule) filter (where r.validity @> \(day)) as live,
                    min(lower(r.validity)) as "validFrom", c.said_at as "storedAt", c.said_by as "storedBy"
                from rate_card c left join rate_rule r on r.card = c.card
                where (\(side)::text = 'all' or c.side = \(side)) group by c.card
                """, transaction),
            try arguments.table(
                "groups",
                """
                select g.price_group as "group", g.source, g.code, g.said_at as since from price_group g
                order by g.price_group, g.source, g.code
                """, transaction),
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let card = try arguments.required("card")
        let day = try arguments.dayOrToday("on")
        return [
            try arguments.table(
                "rules",
                """
                select r.rule, r.service_item as "serviceItem", r.origin, r.destination, r.unit,
                    r.content ->> 'method' as method,
                    left((select string_agg(
                        concat_ws(' ', coalesce(b ->> 'from', '0') || '–' || coalesce(b ->> 'to', ''), '×', b ->> 'rate',
                            'min ' || (b ->> 'minimum'), 'max ' || (b ->> 'maximum')), '; ' order by n)
                        from jsonb_array_elements(r.content -> 'breaks') with ordinality as e(b, n)), 8000) as tariff,
                    r.content ->> 'currency' as currency, (r.content ->> 'validFrom')::date as "validFrom",
                    least((r.content ->> 'validUntil')::date, r.ends_on) as "validUntil",
                    r.validity @> \(day) as "isLive", r.end_note as note
                from rate_rule r where r.card = \(card)
                """, transaction)
        ]
    }

    /// The price of something by the cards that hold on a day, with how it came about.
    static func price(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        guard let quantity = ExactDecimal(try arguments.required("quantity")), !quantity.isNegative else {
            throw Refusal(.notADecimal, path: "parameters.quantity", "'quantity' is a plain decimal such as 12.5")
        }
        let item = try arguments.required("item")
        let side = CardSide(rawValue: try arguments.required("side")) ?? .sell
        let accounts = try arguments.accounts(
            among:
                "select customer_source as source, customer_code as code from rate_card where customer_code is not null",
            transaction)
        let audiences = try CardStore.audiences(of: accounts ?? [], transaction)
        let found = CardPricing.price(
            Shipment(
                day: day, serviceItem: item, origin: arguments["origin"] ?? "",
                destination: arguments["destination"] ?? "",
                quantity: quantity, unit: try arguments.required("unit")),
            by: try CardStore.rules(side, for: audiences, items: [item], on: day, transaction))
        let row: [String?]
        switch found.outcome {
        case .priced(let price):
            row = [price.amount, price.currency.code, price.rule, found.audience?.level, nil]
        case .unpriced(let reason, let rule): row = [nil, nil, rule, found.audience?.level, reason.rawValue]
        }
        return [
            try arguments.table("price", rows: [row]),
            try arguments.table(
                "explanation", rows: found.steps.enumerated().map { ["\($0.offset + 1)", $0.element] }),
        ]
    }

    /// What would become of an import, rule by rule.
    static func preview(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let source = arguments["source"] ?? "waybill"
        var rows: [[String?]] = []
        for (message, body) in Self.joined(try arguments.messages(ImportRateCard.self)).enumerated() {
            let audience = body.audience(from: source)
            if let refusal = CardHandlers.mismatch(body, audience, try CardStore.card(body.card, transaction)) {
                rows.append([
                    "\(message)", "0", body.rules.first?.rule, "refused", refusal.reason.rawValue, refusal.path,
                    refusal.detail,
                ])
                continue
            }
            let known = try CardStore.rules(
                of: body.card, side: body.side, audience: audience, items: Set(body.rules.map(\.serviceItem)),
                transaction)
            let change = CardPolicy.change(body, beside: known, today: arguments.today)
            let wrong = Dictionary(change.findings.map { ($0.place, $0.refusal) }) { first, _ in first }
            let added = Set(change.added.map(\.rule))
            for (place, rule) in body.rules.enumerated() {
                let refusal = wrong[place]
                rows.append([
                    "\(message)", "\(place)", rule.rule,
                    refusal != nil ? "refused" : added.contains(rule.rule) ? "new" : "same", refusal?.reason.rawValue,
                    refusal?.path, refusal?.detail,
                ])
            }
        }
        return [
            try arguments.table("lines", rows: rows) { row in
                [row[0] ?? "0", row[1] ?? "0"]
            }
        ]
    }

    /// Imports of one card, which a question brings along in parts, as one.
    private static func joined(_ bodies: [ImportRateCard]) -> [ImportRateCard] {
        var joined: [ImportRateCard] = []
        for body in bodies {
            guard let last = joined.last, last.card.hasSameBytes(as: body.card), last.side == body.side,
                last.customer?.encode() == body.customer?.encode(), last.group == body.group,
                last.replaces == body.replaces
            else {
                joined.append(body)
                continue
            }
            joined[joined.count - 1] = ImportRateCard(
                card: last.card, side: last.side, customer: last.customer, group: last.group,
                rules: last.rules + body.rules, replaces: last.replaces, at: last.at, by: last.by)
        }
        return joined
    }
}
