import Contracts
import Domain
import ServiceKit

/// The orders of one batch, from reading them to telling the world what has changed.
struct OrderLedger {
    /// What a revision of an order came to.
    enum Taken {
        case new
        case stale
        case conflicting
    }

    private struct Pending {
        let revision: Int
        let cause: Envelope
    }

    private let rates: ExchangeRates
    private let policy: MarginPolicy
    private let before: [OrderKey: OrderRow]
    private var rows: [OrderKey: OrderRow]
    /// The lines of revisions taken in this batch: they need not be read from the row again.
    private var lines: [OrderKey: [MarginLine]] = [:]
    /// What last led to each changed order.
    private var causes: [OrderKey: Envelope?] = [:]
    /// Revisions that want a decision.
    private var undecided: [OrderKey: [Pending]] = [:]
    /// Orders that somebody has decided again.
    private var judged: [OrderKey: Envelope] = [:]

    init<Rows: MarginRows & ~Copyable>(
        _ keys: [OrderKey], rates: ExchangeRates, policy: MarginPolicy, _ transaction: borrowing Rows
    ) throws {
        self.rates = rates
        self.policy = policy
        before = try transaction.lockOrders(keys)
        rows = before
    }

    /// Takes a revision of an order over.
    mutating func take(_ order: Order, _ content: Content<Int64>, _ key: OrderKey, causedBy cause: Envelope) -> Taken {
        var row = rows[key] ?? OrderRow()
        guard row.take(order, content.mark) else {
            return order.revision < row.contentRevision || content.isSame(as: row.fingerprint) ? .stale : .conflicting
        }
        rows[key] = row
        lines[key] = order.lines.map { MarginLine($0) }
        causes[key] = cause
        undecided[key, default: []].append(Pending(revision: order.revision, cause: cause))
        return .new
    }

    /// Cancels an order from a revision on; false when it stands at a later one, or is cancelled at this one already.
    mutating func cancel(_ revision: Int, _ key: OrderKey, causedBy cause: Envelope) -> Bool {
        var row = rows[key] ?? OrderRow()
        guard row.standing.cancel(revision) else { return false }
        rows[key] = row
        causes[key] = cause
        return true
    }

    /// An order as it stands.
    func row(_ key: OrderKey) -> OrderRow? { rows[key] }

    /// Decides an order again by somebody's word; what it then adds to the exposure follows from it.
    mutating func judge(_ key: OrderKey, isTaken: Bool, causedBy cause: Envelope) {
        guard var row = rows[key] else { return }
        row.decision = isTaken ? .accepted : .refused
        row.decisionRule = isTaken ? "approved" : "not-approved"
        row.decisionNumber += 1
        rows[key] = row
        causes[key] = cause
        judged[key] = cause
    }

    /// Whether an order has a line; one that has not come yet may have any.
    func hasLine(_ line: Int, _ key: OrderKey) throws -> Bool {
        guard let row = rows[key], row.isKnown else { return true }
        return try lines(of: row, key).contains { $0.number == line }
    }

    private func lines(of row: OrderRow, _ key: OrderKey) throws -> [MarginLine] {
        try lines[key] ?? LineCodec.decode(row.lines)
    }

    /// Something about an order has changed, or has come before it.
    ///
    /// Of an order that has not come its key is written: another copy of the service that takes the order in at the
    /// same moment then runs into that row, and reads again instead of missing what came.
    ///
    /// - Parameter cause: the message; `nil` when it is none about the order.
    mutating func touch(_ key: OrderKey, causedBy cause: Envelope?) {
        rows[key] = rows[key] ?? OrderRow()
        causes.updateValue(cause, forKey: key)
    }

    /// Works the margins out anew, writes everything and tells what has changed.
    ///
    /// - Parameter kind: what has come; what is of a closed month is kept as such.
    mutating func settle<Rows: MarginRows & ~Copyable>(
        _ kind: LatePosting.Kind, _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        guard !causes.isEmpty else { return }
        let keys = causes.keys.sorted()
        let circumstances = try transaction.circumstances(
            of: keys, Set(keys.compactMap(businessKey)), on: effects.now.day(), rates, window: policy.window(endingOn:))
        let rates = circumstances.rates
        let (costs, standings, months) = (circumstances.costs, circumstances.standings, circumstances.months)
        try addNewAccounts(keys, standings, transaction)

        var deltas: [Contribution.Key: Contribution] = [:]
        var raised: [MarginAlertRaised] = []
        var cleared: [MarginAlertCleared] = []
        for key in keys {
            guard var row = rows[key], row.isKnown else { continue }
            let lines = OrderMarginPolicy.assess(
                try lines(of: row, key), (costs[key] ?? []).map { $0.late(in: row.currency, rates) })
            row.margin = OrderMargin(lines, credited: row.credited)
            let rules = policy.rules(for: row.businessLine, on: row.placedAt.day())
            let severity = row.isCancelled ? nil : row.margin.severity(rules)
            let customerId = businessKey(key).flatMap { standings[$0]?.customerId } ?? ""
            for step in row.alert.move(to: severity, otherwise: row.isCancelled ? .cancelled : .recovered) {
                switch step {
                case .raise(let severity, let occurrence):
                    let alert = Self.raised(
                        key, row, severity, occurrence, customerId, rules,
                        OrderMarginPolicy.causes(severity, lines, rules, credited: row.credited), at: effects.now)
                    raised.append(alert)
                    effects.publish(alert, causedBy: causes[key] ?? nil, key: customerId)
                case .clear(let severity, let occurrence, let reason):
                    let alert = Self.cleared(key, row, severity, occurrence, customerId, reason, at: effects.now)
                    cleared.append(alert)
                    effects.publish(alert, causedBy: causes[key] ?? nil, key: customerId)
                }
            }
            row.isCounted = !row.isCancelled
            rows[key] = row
            if let old = before[key], let (place, sums) = Contribution.of(old, key) {
                deltas[place, default: Contribution()].add(sums, sign: -1)
            }
            if let (place, sums) = Contribution.of(row, key) {
                deltas[place, default: Contribution()].add(sums, sign: 1)
            }
        }
        try decide(keys, standings, rates, transaction, &effects)
        var exposures: [OrderCredit.Place: OrderCredit.Delta] = [:]
        for key in keys {
            OrderCredit.add(before[key], key, sign: -1, to: &exposures)
            guard var row = rows[key] else { continue }
            row.reserved = OrderCredit.reservation(row)
            if row.isBilled,
                row.margin.revenue != before[key]?.margin.revenue || row.isCancelled != before[key]?.isCancelled
            {
                Billing.ask(for: key, &effects)
            }
            rows[key] = row
            OrderCredit.add(row, key, sign: 1, to: &exposures)
        }
        try transaction.putOrders(keys.compactMap { key in rows[key].map { (key, $0) } })
        try transaction.addSums(deltas)
        if !months.isAllOpen { try transaction.put(late(keys, kind, months), at: effects.now) }
        try transaction.addExposures(exposures)
        var view = OrderView(months)
        for key in keys {
            guard let row = rows[key] else { continue }
            // Whatever the sender's clock says, it has not happened after now.
            view.add(before[key], row, key, at: min((causes[key] ?? nil)?.time ?? effects.now, effects.now))
        }
        try transaction.addToView(view)
        try transaction.raise(raised, diagnosedWithin: policy.diagnosisDays)
        try transaction.clear(cleared)
    }

    /// By how much the figures of closed months would change: that is posted later.
    private func late(_ keys: [OrderKey], _ kind: LatePosting.Kind, _ months: PostingMonths) -> [LatePosting] {
        var found: [LatePosting] = []
        for key in keys {
            for change in LateChange.between(before[key], rows[key], key) {
                guard let day = months.postingDay(for: change.place.day) else { continue }
                found.append(
                    LatePosting(
                        kind: kind, key: LedgerKey(source: key.source, identifier: key.orderId),
                        party: change.place.code, businessLine: change.place.businessLine, branch: change.branch,
                        originalDay: change.place.day, postingDay: day, revenue: change.sums.revenue,
                        cost: change.sums.cost, orders: change.sums.orders, earned: change.earned,
                        currency: change.place.currency))
            }
        }
        return found
    }

    private func businessKey(_ key: OrderKey) -> BusinessKey? {
        guard let row = rows[key], row.isKnown else { return nil }
        return BusinessKey(source: key.source, code: row.customerCode, businessLine: row.businessLine)
    }

    private func addNewAccounts<Rows: MarginRows & ~Copyable>(
        _ keys: [OrderKey], _ standings: [BusinessKey: BusinessStanding], _ transaction: borrowing Rows
    ) throws {
        var new: [AccountKey: (key: BusinessKey, customerId: String, branch: String, salesOwner: String?)] = [:]
        for key in keys {
            guard let place = businessKey(key), let standing = standings[place], !standing.isAccountKnown,
                let row = rows[key]
            else { continue }
            new[AccountKey(source: place.source, code: place.code)] = (
                place, standing.customerId, row.branch, row.salesOwner
            )
        }
        try transaction.addAccounts(Array(new.values))
    }

    // MARK: Decisions

    private mutating func decide<Rows: MarginRows & ~Copyable>(
        _ keys: [OrderKey], _ standings: [BusinessKey: BusinessStanding], _ rates: RateTable,
        _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        var overrides = try lockOverrides(keys, standings, transaction)
        let customers = keys.filter { undecided[$0] != nil }.compactMap { businessKey($0) }.compactMap {
            standings[$0]?.customerId
        }
        var credit = try transaction.creditDesk(for: Set(customers), at: effects.now, rates)
        var isUsed = false
        for key in keys {
            guard let pending = undecided[key], let place = businessKey(key), let standing = standings[place],
                var row = rows[key]
            else { continue }
            let group = CustomerBusiness(customerId: standing.customerId, businessLine: place.businessLine)
            var held = held(by: row, before[key])
            for revision in pending.sorted(by: { $0.revision < $1.revision }) {
                let untouched = overrides[group]
                var answer = OrderDecisionPolicy.decide(
                    standing.state, isSet: standing.isSet, revenue: row.margin.revenue, currency: row.currency,
                    on: effects.now.day(),
                    former: row.override, overrides: &overrides[group, default: []], rates: rates)
                let verdict = credit.decide(
                    standing.customerId, isTaken: answer.decision == .accepted,
                    CreditDesk.Claim(
                        amount: max(.zero, row.margin.revenue), former: held, currency: row.currency))
                if answer.decision == .accepted, let verdict, verdict.decision != .accepted {
                    // The order is not taken after all, so that it uses no approval.
                    overrides[group] = untouched
                    OrderDecisionPolicy.giveBack(row.override, to: &overrides[group, default: []])
                    answer = OrderDecisionPolicy.Answer(decision: verdict.decision, rule: verdict.rule, use: nil)
                }
                if answer.use != row.override { isUsed = true }
                row.override = answer.use
                row.decision = answer.decision
                row.decisionRule = answer.rule
                row.decisionNumber = 1
                row.reserved = OrderCredit.reservation(row)
                // What the desk has just taken for this revision, the next one of the batch gives back.
                held = answer.decision == .accepted ? max(.zero, row.margin.revenue) : .zero
                effects.publish(
                    OrderDecided(
                        source: key.source, orderId: key.orderId, revision: revision.revision,
                        customerId: standing.customerId, customerCode: row.customerCode,
                        businessLine: row.businessLine, branch: row.branch, decision: answer.decision,
                        rule: answer.rule, figures: standing.figures, override: answer.use?.identifier,
                        credit: verdict?.figures,
                        decidedAt: effects.now),
                    causedBy: revision.cause, key: standing.customerId)
                effects.count("orders_\(answer.decision.rawValue.replacing("-", with: "_"))")
            }
            rows[key] = row
        }
        for (key, cause) in judged.sorted(by: { $0.key < $1.key }) {
            guard let row = rows[key], let place = businessKey(key), let standing = standings[place],
                let decision = row.decision
            else { continue }
            effects.publish(
                OrderDecided(
                    source: key.source, orderId: key.orderId, revision: row.contentRevision,
                    decisionNumber: row.decisionNumber, customerId: standing.customerId,
                    customerCode: row.customerCode, businessLine: row.businessLine, branch: row.branch,
                    decision: decision, rule: row.decisionRule ?? "", figures: standing.figures,
                    override: row.override?.identifier, decidedAt: effects.now),
                causedBy: cause, key: standing.customerId)
            effects.count("orders_\(decision.rawValue.replacing("-", with: "_"))")
        }
        if isUsed { try transaction.setUsed(overrides.values.flatMap { $0 }) }
    }

    /// What an order has added to the exposure of the account that it is of now, before this batch.
    private func held(by row: OrderRow, _ before: OrderRow?) -> FixedDecimal {
        guard let before, before.customerCode == row.customerCode, before.currency == row.currency else {
            return .zero
        }
        return before.reserved
    }

    /// Only business that is held, or an order that has used an override, needs to look at overrides.
    private func lockOverrides<Rows: MarginRows & ~Copyable>(
        _ keys: [OrderKey], _ standings: [BusinessKey: BusinessStanding], _ transaction: borrowing Rows
    ) throws -> [CustomerBusiness: [AcceptanceOverride]] {
        var held: Set<CustomerBusiness> = []
        for key in keys {
            guard undecided[key] != nil, let place = businessKey(key), let standing = standings[place],
                standing.state != .open || rows[key]?.override != nil
            else { continue }
            held.insert(CustomerBusiness(customerId: standing.customerId, businessLine: place.businessLine))
        }
        return try transaction.overrides(held)
    }

    // MARK: Alerts

    private static func identifier(_ key: OrderKey, _ severity: MarginSeverity, _ occurrence: Int) -> String {
        StableIdentifier.of("order-alert", key.source, key.orderId, severity.rawValue, String(occurrence))
    }

    private static func raised(
        _ key: OrderKey, _ row: OrderRow, _ severity: MarginSeverity, _ occurrence: Int, _ customerId: String,
        _ rules: MarginRules, _ causes: [String], at time: Timestamp
    ) -> MarginAlertRaised {
        MarginAlertRaised(
            alertId: identifier(key, severity, occurrence), level: .order, severity: severity, orderId: key.orderId,
            source: key.source, customerId: customerId, customerCode: row.customerCode,
            businessLine: row.businessLine, branch: row.branch, salesOwner: row.salesOwner,
            revenue: row.margin.knownRevenue, cost: row.margin.cost, margin: row.margin.margin,
            marginRate: FixedDecimal.ratio(of: row.margin.margin, to: row.margin.knownRevenue),
            threshold: rules.orderFloor.multiplied(by: 1, dividedBy: 100) ?? .zero, currency: row.currency,
            provisional: row.margin.isProvisional, causes: causes, raisedAt: time)
    }

    private static func cleared(
        _ key: OrderKey, _ row: OrderRow, _ severity: MarginSeverity, _ occurrence: Int, _ customerId: String,
        _ reason: AlertClearing, at time: Timestamp
    ) -> MarginAlertCleared {
        MarginAlertCleared(
            alertId: identifier(key, severity, occurrence), level: .order, severity: severity, orderId: key.orderId,
            source: key.source, customerId: customerId, customerCode: row.customerCode,
            businessLine: row.businessLine, branch: row.branch, reason: reason, clearedAt: time)
    }
}

extension Contribution {
    mutating func add(_ other: Contribution, sign: Int) {
        orders += sign * other.orders
        revenue = sign > 0 ? revenue + other.revenue : revenue - other.revenue
        cost = sign > 0 ? cost + other.cost : cost - other.cost
    }
}
