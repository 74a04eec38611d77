import Contracts
import Domain
import Postgres
import ServiceKit

/// Limits, overrides, groups and lifts, and the daily look at who is trusted how far.
struct CreditHandlers: Sendable {
    let rates: RateTable

    /// A limit or an override as it is written down.
    private struct Row {
        let key: LedgerKey
        let customer: String?
        let group: String?
        let amount: FixedDecimal
        let currency: Currency
        let from: CalendarDay
        let to: CalendarDay?
        let by: String
        let at: Timestamp
        let reason: String?
        let content: Content<Int64>
    }

    func limitSet(
        _ messages: [Received<CreditLimitSet>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map { message in
            let body = message.body
            return Row(
                key: LedgerKey(source: message.envelope.source, identifier: body.limitId),
                customer: body.customer?.code, group: body.group, amount: body.amount, currency: body.currency,
                from: body.from, to: nil, by: body.setBy, at: body.setAt, reason: body.reason,
                content: Content(body))
        }
        try put("limit", "$.limitId", messages, rows, transaction, &effects) { _ in nil }
    }

    func overrideApproved(
        _ messages: [Received<CreditOverrideApproved>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map { message in
            let body = message.body
            return Row(
                key: LedgerKey(source: message.envelope.source, identifier: body.overrideId),
                customer: body.customer?.code, group: body.group, amount: body.amount, currency: body.currency,
                from: body.from, to: body.to, by: body.approvedBy, at: body.approvedAt, reason: body.reason,
                content: Content(body))
        }
        try put("override", "$.overrideId", messages, rows, transaction, &effects) { place in
            let body = messages[place].body
            guard let authority = CreditPolicy.authority(body.tier) else { return nil }
            guard let amount = rates.convert(body.amount, from: body.currency, to: .cny, on: body.approvedAt.day())
            else {
                return Refusal(.noRate, path: "$.currency", "there is no rate of \(body.currency.code) in CNY")
            }
            guard amount > authority else { return nil }
            return Refusal(
                .aboveAuthority, path: "$.amount",
                "a \(body.tier.rawValue) approves up to \(authority.moneyText) CNY: have a higher tier approve it")
        }
    }

    private func put<Body>(
        _ kind: String, _ path: String, _ messages: [Received<Body>], _ rows: [Row],
        _ transaction: borrowing Transaction, _ effects: inout Effects, _ refusal: (Int) -> Refusal?
    ) throws {
        try KeyLock.lock("credit-\(kind)", Set(rows.map(\.key)), transaction)
        let known = try transaction.query(
            """
            select l.source, l.line_id, l.fingerprint
            from unnest(\(rows.map(\.key.source)), \(rows.map(\.key.identifier))) as k(source, line_id)
            join credit_line l using (source, line_id) where l.kind = \(kind)
            """, as: (String, String, Int64).self)
        var seen = KnownContent(
            Dictionary(uniqueKeysWithValues: known.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }))
        var fresh: [Row] = []
        for (place, row) in rows.enumerated() {
            guard
                seen.isNew(
                    messages[place], row.key, row.content, at: path, counting: "repeated_credit_\(kind)s", &effects)
            else { continue }
            if let refusal = refusal(place) {
                effects.refuse(messages[place], refusal)
                continue
            }
            seen.keep(row.content, under: row.key)
            fresh.append(row)
        }
        guard !fresh.isEmpty else { return }
        fresh.sort { $0.key < $1.key }
        try transaction.queue(
            """
            insert into credit_line (source, kind, line_id, fingerprint, customer_code, group_id, amount, currency,
                valid_from, valid_to, decided_by, decided_at, reason)
            select source, \(kind), id, fingerprint, customer, grp, amount, currency, date '1970-01-01' + start,
                date '1970-01-01' + stop, who, at, reason
            from unnest(
                \(fresh.map(\.key.source)), \(fresh.map(\.key.identifier)), \(fresh.map(\.content.mark)),
                \(fresh.map(\.customer)), \(fresh.map(\.group)),
                \(fresh.map(\.amount)), \(fresh.map(\.currency.code)),
                \(fresh.map(\.from.daysSinceEpoch)), \(fresh.map { $0.to?.daysSinceEpoch }), \(fresh.map(\.by)),
                \(PostgresValue.timestamps(fresh.map(\.at.description))), \(fresh.map(\.reason)))
                as t(source, id, fingerprint, customer, grp, amount, currency, start, stop, who, at, reason)
            """)
        effects.count("credit_\(kind)s", fresh.count)
    }

    func grouped(
        _ messages: [Received<CustomerGrouped>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [LedgerKey: CustomerGrouped] = [:]
        for message in messages {
            let key = LedgerKey(source: message.envelope.source, identifier: message.body.customer.code)
            if latest[key].map({ $0.at <= message.body.at }) ?? true { latest[key] = message.body }
        }
        let rows = latest.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into credit_group_member (source, customer_code, group_id, at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.value.group)),
                \(PostgresValue.timestamps(rows.map(\.value.at.description))))
            on conflict (source, customer_code) do update set group_id = excluded.group_id, at = excluded.at
            where excluded.at > credit_group_member.at
            """)
    }

    func lifted(
        _ messages: [Received<CreditHoldLifted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<CreditHoldLifted>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.liftId)
        }
        let keys = Set(messages.map(key)).sorted()
        try KeyLock.lock("credit-lift", Set(keys), transaction)
        let known = try transaction.query(
            """
            select l.source, l.lift_id, l.fingerprint
            from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, lift_id)
            join credit_lift l using (source, lift_id)
            """, as: (String, String, Int64).self)
        var seen = KnownContent(
            Dictionary(uniqueKeysWithValues: known.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }))
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(message, key, content, at: "$.liftId", counting: "repeated_credit_lifts", &effects)
            else { continue }
            seen.keep(content, under: key)
            try transaction.queue(
                """
                insert into credit_lift (source, lift_id, fingerprint, customer_code, until, decided_by, decided_at,
                    reason)
                values (\(key.source), \(key.identifier), \(content.mark), \(body.customer.code),
                    date '1970-01-01' + \(body.until.daysSinceEpoch), \(body.by),
                    \(PostgresValue.timestamp(body.at.description)), \(body.reason))
                """)
            effects.count("credit_lifts")
            try tell(of: body, key.source, transaction, &effects)
        }
    }

    /// Tells that a held customer may order again, under watch, until the lift ends.
    private func tell(
        of lift: CreditHoldLifted, _ source: String, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let customers = Set(
            try transaction.query(
                "select customer_id from account where source = \(source) and code = \(lift.customer.code)",
                as: String.self))
        for (customer, state) in try stored(customers, transaction) where state == .hold || state == .stop {
            let late = try CreditStore.lateness(of: [customer], on: effects.now.day(), transaction)[customer] ?? []
            effects.publish(
                CreditStateChanged(
                    customerId: customer, state: CreditPolicy.lifted(state, by: true), previous: state,
                    reason: "lifted", maxDaysOverdue: late.map(\.days).max() ?? 0, until: lift.until,
                    changedAt: effects.now), key: customer)
        }
    }

    // MARK: Every day

    /// Looks at every customer with a limit at the end of a day, and tells whose trust has changed.
    func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items {
            let customers = try CreditStore.limited(transaction)
            guard !customers.isEmpty else { continue }
            let day = item.due.day()
            let lines = try CreditStore.lines(of: customers, on: day, transaction)
            var rooms = CreditRoom.of(lines, rates, on: day)
            for (subject, sums) in try CreditStore.exposures(of: Set(rooms.keys), transaction) {
                rooms[subject]?.add(sums, rates, on: day)
            }
            let subjects = CreditRoom.subjects(of: lines, with: rooms)
            let lateness = try CreditStore.lateness(of: customers, on: day, transaction)
            let before = try stored(customers, transaction)
            var changed: [(customerId: String, state: CreditState, reason: String)] = []
            for customer in customers.sorted() {
                let late = lateness[customer] ?? []
                var worst: (state: CreditState, reason: String, figures: CreditFigures)?
                for subject in subjects[customer] ?? [] {
                    guard let room = rooms[subject] else { continue }
                    let overdue = late.reduce(FixedDecimal.zero) {
                        $0 + (rates.convert($1.overdue, from: $1.currency, to: room.currency, on: day) ?? .zero)
                    }
                    let (state, reason) = CreditPolicy.state(
                        CreditPolicy.Figures(
                            exposure: room.exposure, room: room.room, receivable: room.receivable, overdue: overdue,
                            maxDaysOverdue: late.map(\.days).max() ?? 0))
                    if worst.map({ $0.state < state }) ?? true {
                        worst = (state, reason, room.figures(state, subject))
                    }
                }
                guard let worst, worst.state != before[customer] ?? .ok else { continue }
                changed.append((customer, worst.state, worst.reason))
                effects.publish(
                    CreditStateChanged(
                        customerId: customer, state: worst.state, previous: before[customer] ?? .ok,
                        reason: worst.reason, figures: worst.figures, maxDaysOverdue: late.map(\.days).max() ?? 0,
                        changedAt: effects.now), key: customer)
                effects.count("credit_states_changed")
            }
            try transaction.queue(
                """
                insert into credit_standing (customer_id, state, reason, since)
                select id, state, reason, \(PostgresValue.timestamp(effects.now.description)) from unnest(
                    \(changed.map(\.customerId)), \(changed.map(\.state.rawValue)), \(changed.map(\.reason)))
                    as t(id, state, reason)
                on conflict (customer_id) do update set
                    state = excluded.state, reason = excluded.reason, since = excluded.since
                """)
        }
    }

    private func stored(
        _ customers: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [String: CreditState] {
        let rows = try transaction.query(
            "select customer_id, state from credit_standing where customer_id = any(\(customers.sorted()))",
            as: (String, String).self)
        return Dictionary(
            rows.map { ($0.0, CreditState(rawValue: $0.1) ?? .ok) }, uniquingKeysWith: { first, _ in first })
    }
}

extension CreditState {
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether the first is trusted more.
    static func < (first: CreditState, second: CreditState) -> Bool { first.rank < second.rank }
}
