import Contracts
import Domain
import Postgres
import ServiceKit

/// Limits, overrides, groups and lifts, and orders that are done.
struct CreditHandlers: Sendable {
    let rates: ExchangeRates

    /// Orders that are done: what they come to is unbilled now.
    static func completed(
        _ messages: [Received<OrderCompleted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ExposureStore.complete(
            Set(messages.map { $0.key($0.body.orderId, of: $0.body.orderSource) }), transaction)
    }

    func limitSet(
        _ messages: [Received<CreditLimitSet>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let decisions = messages.map { CreditDecision(source: $0.envelope.source, $0.body) }
        let rates = try rates.current(transaction)
        let day = effects.now.day()
        try put(.limit, "$.limitId", messages, decisions, transaction, &effects) { place throws(Refusal) in
            guard let permit = messages[place].permit, permit.hasAmounts else { return nil }
            let body = messages[place].body
            return try permit.way(
                PermissionMeasure(amount: Money(body.amount, body.currency)), rates, on: day, at: "$.amount")
        }
        try CreditReview.ask(of: decisions.map(\.party), transaction, &effects)
    }

    func overrideApproved(
        _ messages: [Received<CreditOverrideApproved>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let decisions = messages.map { CreditDecision(source: $0.envelope.source, $0.body) }
        let approvals = decisions.map {
            CreditApproval(key: $0.key, amount: $0.amount, currency: $0.currency, from: $0.from, to: $0.to ?? $0.from)
        }
        let rates = try rates.current(transaction)
        let parties = decisions.map(\.party)
        let subjects = try CreditStore.lockSubjects(of: parties, transaction)
        var standing = try CreditStore.overrides(of: parties, as: subjects, transaction)
        try put(.override, "$.overrideId", messages, decisions, transaction, &effects) { place throws(Refusal) in
            let (subject, body) = (subjects[place], messages[place].body)
            let others = standing[subject] ?? []
            var way: ActWayTaken?
            if let permit = messages[place].permit, permit.hasAmounts {
                let sum = try CreditPolicy.sum(of: approvals[place], beside: others, on: body.approvedAt.day(), rates)
                let days = body.from.days(to: body.to) + 1
                way = try permit.way(
                    PermissionMeasure(amount: Money(sum, .cny), days: days), rates, on: body.approvedAt.day(),
                    at: "$.amount", rateAt: "$.currency")
            } else {
                // What a system has had approved is by its own word of a tier.
                try CreditPolicy.check(
                    approvals[place], by: body.tier, beside: others, on: body.approvedAt.day(), rates)
            }
            standing[subject, default: []].append(approvals[place])
            return way
        }
        try CreditReview.ask(of: parties, transaction, &effects)
    }

    private func put<Body>(
        _ kind: CreditDecision.Kind, _ path: String, _ messages: [Received<Body>], _ decisions: [CreditDecision],
        _ transaction: borrowing Transaction, _ effects: inout Effects,
        _ check: (Int) throws(Refusal) -> ActWayTaken?
    ) throws {
        var seen = KnownContent(
            try CreditDecisionStore.known(kind, Set(decisions.map(\.key)), transaction))
        var ways: [Int: ActWayTaken] = [:]
        let fresh = seen.take(
            zip(messages, decisions.enumerated()), at: path, counting: "repeated_credit_\(kind.rawValue)s", &effects
        ) {
            ($0.element.key, $0.element.content)
        } objection: { item in
            do throws(Refusal) {
                ways[item.offset] = try check(item.offset)
                return nil
            } catch {
                return error
            }
        }.map { item in
            var decision = item.element
            decision.onBehalfOf = messages[item.offset].onBehalfOf(by: ways[item.offset])
            return decision
        }
        for (place, way) in ways { effects.take(way, for: messages[place]) }
        guard !fresh.isEmpty else { return }
        try CreditDecisionStore.put(fresh, transaction)
        effects.count("credit_\(kind.rawValue)s", fresh.count)
    }

    func grouped(
        _ messages: [Received<CustomerGrouped>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [LedgerKey: CustomerGrouped] = [:]
        for message in messages {
            let key: LedgerKey = message.key(message.body.customer.code, of: message.body.customer.source)
            if latest[key].map({ $0.at <= message.body.at }) ?? true { latest[key] = message.body }
        }
        try CreditDecisionStore.put(latest.map { ($0.key, $0.value) }, transaction)
        try CreditReview.ask(
            of: latest.keys.sorted().map { CreditParty(source: $0.source, customer: $0.identifier) }, transaction,
            &effects)
    }

    func lifted(
        _ messages: [Received<CreditHoldLifted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<CreditHoldLifted>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.liftId)
        }
        let rates = try rates.current(transaction)
        var seen = KnownContent(try CreditDecisionStore.knownLifts(Set(messages.map(key)), transaction))
        var fresh: [(key: LedgerKey, body: CreditHoldLifted, fingerprint: Int64)] = []
        var principals: [LedgerKey: String] = [:]
        for message in messages {
            let (key, content) = (key(message), Content<Int64>(message.body))
            guard
                seen.isNew(message, key, content, at: "$.liftId", counting: "repeated_credit_lifts", &effects)
            else { continue }
            var taken: ActWayTaken?
            if let permit = message.permit, permit.hasAmounts {
                let (first, last) = (message.body.at.day(), message.body.until)
                do throws(Refusal) {
                    let way = try permit.way(
                        PermissionMeasure(days: first.days(to: last) + 1), rates, on: effects.now.day(),
                        at: "$.until")
                    effects.take(way, for: message)
                    taken = way
                } catch {
                    effects.refuse(message, error)
                    continue
                }
            }
            seen.keep(content, under: key)
            fresh.append((key, message.body, content.mark))
            principals[key] = message.onBehalfOf(by: taken)
        }
        guard !fresh.isEmpty else { return }
        try CreditDecisionStore.put(fresh, for: principals, transaction)
        effects.count("credit_lifts", fresh.count)
        try tell(of: fresh.map { (Self.party(of: $0.body, from: $0.key.source), $0.body) }, transaction, &effects)
    }

    private static func party(of lift: CreditHoldLifted, from source: String) -> CreditParty {
        CreditParty(source: lift.customer.source ?? source, customer: lift.customer.code)
    }

    /// Tells that held customers may order again, under watch, until their lifts end.
    private func tell(
        of lifts: [(party: CreditParty, body: CreditHoldLifted)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let customers = try CreditDecisionStore.customers(of: Set(lifts.map(\.party)), transaction)
        let held = try CreditStore.stored(Set(customers.values), transaction).filter {
            $0.value == .hold || $0.value == .stop
        }
        guard !held.isEmpty else { return }
        let lateness = try CreditStore.lateness(of: Set(held.keys), on: effects.now.day(), transaction)
        var news: [CreditStateChanged] = []
        for lift in lifts {
            guard let customer = customers[lift.party], let state = held[customer] else { continue }
            let event = CreditStateChanged(
                customerId: customer, state: CreditPolicy.lifted(state, by: true), previous: state, reason: "lifted",
                maxDaysOverdue: lateness[customer]?.map(\.days).max() ?? 0, until: lift.body.until,
                changedAt: effects.now)
            news.append(event)
            effects.publish(event, key: customer)
        }
        try CreditReview.tell(news, on: effects.now.day(), transaction, &effects)
    }
}

extension CreditState {
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether the first is trusted more.
    static func < (first: CreditState, second: CreditState) -> Bool { first.rank < second.rank }
}
