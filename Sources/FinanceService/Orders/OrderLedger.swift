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

    /// An order of the batch, with all that is known of it: its key is looked up where something of it comes, and no
    /// more after that.
    private struct Entry {
        let key: OrderKey
        /// As it was read; `nil` when it is new.
        let before: OrderRow?
        /// As it stands now; `nil` while nothing of it has come.
        var row: OrderRow?
        /// The lines of a revision taken in this batch: they need not be read from the row again.
        var lines: [MarginLine]?
        /// Whether it has changed, or something about it has come.
        var isTouched = false
        /// What last led to that; `nil` when it was no message about the order.
        var cause: Envelope?
        /// Revisions that want a decision.
        var undecided: [Pending] = []
        /// By what somebody has decided it again.
        var judged: Envelope?
        /// How its customer stands in its line of business; `nil` of an order that has not come itself.
        var standing: BusinessStanding?

        /// Whose business it is, once it has come itself.
        var business: BusinessKey? {
            guard let row, row.isKnown else { return nil }
            return BusinessKey(source: key.source, code: row.customerCode, businessLine: row.businessLine)
        }

        mutating func put(_ row: OrderRow, causedBy cause: Envelope?) {
            self.row = row
            self.cause = cause
            isTouched = true
        }
    }

    private let rates: ExchangeRates
    private let policy: MarginPolicy
    private var entries: [Entry] = []
    /// Where each order stands among the entries.
    private var places: [OrderKey: Int] = [:]

    init<Rows: MarginRows & ~Copyable>(
        _ keys: [OrderKey], rates: ExchangeRates, policy: MarginPolicy, _ transaction: borrowing Rows
    ) throws {
        self.rates = rates
        self.policy = policy
        entries.reserveCapacity(keys.count)
        places.reserveCapacity(keys.count)
        for (key, row) in try transaction.lockOrders(keys) {
            places[key] = entries.count
            entries.append(Entry(key: key, before: row, row: row))
        }
    }

    /// Where an order stands among the entries; it is new when it was not read.
    private mutating func place(of key: OrderKey) -> Int {
        if let place = places[key] { return place }
        places[key] = entries.count
        entries.append(Entry(key: key, before: nil))
        return entries.count - 1
    }

    /// Takes a revision of an order over.
    mutating func take(_ order: Order, _ content: Content<Int64>, _ key: OrderKey, causedBy cause: Envelope) -> Taken {
        let place = place(of: key)
        var row = entries[place].row ?? OrderRow()
        guard row.take(order, content.mark) else {
            return order.revision < row.contentRevision || content.isSame(as: row.fingerprint) ? .stale : .conflicting
        }
        entries[place].put(row, causedBy: cause)
        entries[place].lines = order.lines.map { MarginLine($0) }
        entries[place].undecided.append(Pending(revision: order.revision, cause: cause))
        return .new
    }

    /// Cancels an order from a revision on; false when it stands at a later one, or is cancelled at this one already.
    mutating func cancel(_ revision: Int, _ key: OrderKey, causedBy cause: Envelope) -> Bool {
        let place = place(of: key)
        var row = entries[place].row ?? OrderRow()
        guard row.standing.cancel(revision) else { return false }
        entries[place].put(row, causedBy: cause)
        return true
    }

    /// An order as it stands.
    func row(_ key: OrderKey) -> OrderRow? { places[key].flatMap { entries[$0].row } }

    /// Decides an order again by somebody's word; what it then adds to the exposure follows from it.
    mutating func judge(_ key: OrderKey, isTaken: Bool, causedBy cause: Envelope) {
        guard let place = places[key], var row = entries[place].row else { return }
        row.decision = isTaken ? .accepted : .refused
        row.decisionRule = isTaken ? "approved" : "not-approved"
        row.decisionNumber += 1
        entries[place].put(row, causedBy: cause)
        entries[place].judged = cause
    }

    /// Whether an order has a line; one that has not come yet may have any.
    func hasLine(_ line: Int, _ key: OrderKey) throws -> Bool {
        guard let place = places[key], let row = entries[place].row, row.isKnown else { return true }
        return try lines(of: row, at: place).contains { $0.number == line }
    }

    private func lines(of row: OrderRow, at place: Int) throws -> [MarginLine] {
        try entries[place].lines ?? LineCodec.decode(row.lines)
    }

    /// Something about an order has changed, or has come before it.
    ///
    /// Of an order that has not come its key is written: another copy of the service that takes the order in at the
    /// same moment then runs into that row, and reads again instead of missing what came.
    ///
    /// - Parameter cause: the message; `nil` when it is none about the order.
    mutating func touch(_ key: OrderKey, causedBy cause: Envelope?) {
        let place = place(of: key)
        entries[place].put(entries[place].row ?? OrderRow(), causedBy: cause)
    }

    /// Works the margins out anew, writes everything and tells what has changed.
    ///
    /// - Parameter kind: what has come; what is of a closed month is kept as such.
    mutating func settle<Rows: MarginRows & ~Copyable>(
        _ kind: LatePosting.Kind, _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        let inOrder = entries.indices.filter { entries[$0].isTouched }.map { (key: entries[$0].key, place: $0) }
            .sorted { $0.key < $1.key }
        guard !inOrder.isEmpty else { return }
        let (keys, touched) = (inOrder.map(\.key), inOrder.map(\.place))
        let businesses = touched.map { entries[$0].business }
        let circumstances = try transaction.circumstances(
            of: keys, Set(businesses.compactMap { $0 }), on: effects.now.day(), rates, window: policy.window(endingOn:))
        let rates = circumstances.rates
        let (costs, standings, months) = (circumstances.costs, circumstances.standings, circumstances.months)
        for (place, business) in zip(touched, businesses) {
            entries[place].standing = business.flatMap { standings[$0] }
        }
        try addNewAccounts(touched, transaction)

        var deltas: [Contribution.Key: Contribution] = [:]
        var raised: [MarginAlertRaised] = []
        var raisedBy: [Envelope?] = []
        var cleared: [MarginAlertCleared] = []
        for place in touched {
            guard var row = entries[place].row, row.isKnown else { continue }
            let key = entries[place].key
            let lines = OrderMarginPolicy.assess(
                try lines(of: row, at: place), (costs[key] ?? []).map { $0.late(in: row.currency, rates) })
            row.margin = OrderMargin(lines, credited: row.credited)
            let rules = policy.rules(for: row.businessLine, on: row.placedAt.day())
            let severity = row.isCancelled ? nil : row.margin.severity(rules)
            let customerId = entries[place].standing?.customerId ?? ""
            for step in row.alert.move(to: severity, otherwise: row.isCancelled ? .cancelled : .recovered) {
                switch step {
                case .raise(let severity, let occurrence):
                    let alert = Self.raised(
                        key, row, severity, occurrence, customerId, rules,
                        OrderMarginPolicy.causes(severity, lines, rules, credited: row.credited), at: effects.now)
                    raised.append(alert)
                    raisedBy.append(entries[place].cause)
                    effects.publish(alert, causedBy: entries[place].cause, key: customerId)
                case .clear(let severity, let occurrence, let reason):
                    let alert = Self.cleared(key, row, severity, occurrence, customerId, reason, at: effects.now)
                    cleared.append(alert)
                    effects.publish(alert, causedBy: entries[place].cause, key: customerId)
                    RaisedMargins.clear(alert, causedBy: entries[place].cause, &effects)
                }
            }
            row.isCounted = !row.isCancelled
            entries[place].row = row
            if let old = entries[place].before, let (day, sums) = Contribution.of(old, key) {
                deltas[day, default: Contribution()].add(sums, sign: -1)
            }
            if let (day, sums) = Contribution.of(row, key) {
                deltas[day, default: Contribution()].add(sums, sign: 1)
            }
        }
        var news = try decide(touched, rates, transaction, &effects)
        var exposures: [OrderCredit.Place: OrderCredit.Delta] = [:]
        for place in touched {
            let (key, before) = (entries[place].key, entries[place].before)
            OrderCredit.add(before, key, sign: -1, to: &exposures)
            guard var row = entries[place].row else { continue }
            row.reserved = OrderCredit.reservation(row)
            if row.isBilled,
                row.margin.revenue != before?.margin.revenue || row.isCancelled != before?.isCancelled
            {
                Billing.ask(for: key, version: row.version, &effects)
            }
            entries[place].row = row
            if row.isCancelled, RaisedOrders.isTold(row.decision), before?.isCancelled != true {
                news.append(
                    RaisedOrders.News(
                        key: key, row: row, customerId: "", credit: nil, cause: entries[place].cause))
            }
            OrderCredit.add(row, key, sign: 1, to: &exposures)
        }
        try transaction.putOrders(
            touched.compactMap { place in entries[place].row.map { (entries[place].key, $0) } })
        try transaction.addSums(deltas)
        if !months.isAllOpen { try transaction.put(late(touched, kind, months), at: effects.now) }
        try transaction.addExposures(exposures)
        var view = OrderView(months)
        for place in touched {
            guard let row = entries[place].row else { continue }
            // Whatever the sender's clock says, it has not happened after now.
            view.add(
                entries[place].before, row, entries[place].key,
                at: min(entries[place].cause?.time ?? effects.now, effects.now))
        }
        try transaction.addToView(view)
        try transaction.raise(raised, diagnosedWithin: policy.diagnosisDays)
        try transaction.clear(cleared)
        try tell(raised, causedBy: raisedBy, news, transaction, &effects)
    }

    /// Says what there is to say to those whom it concerns; nearly always nothing, and then nothing is looked up.
    private func tell<Rows: MarginRows & ~Copyable>(
        _ raised: [MarginAlertRaised], causedBy causes: [Envelope?], _ news: [RaisedOrders.News],
        _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        guard !raised.isEmpty || !news.isEmpty else { return }
        func business(_ alert: MarginAlertRaised) -> BusinessKey {
            BusinessKey(source: alert.source ?? "", code: alert.customerCode, businessLine: alert.businessLine)
        }
        let owners = try transaction.owners(
            of: Set(raised.map(business) + news.map(\.business)), on: effects.now.day())
        for (alert, cause) in zip(raised, causes) {
            RaisedMargins.raise(
                alert, owner: owners[business(alert)], diagnosedWithin: policy.diagnosisDays, causedBy: cause, &effects)
        }
        for order in news { RaisedOrders.tell(order, owners: owners, &effects) }
    }

    /// By how much the figures of closed months would change: that is posted later.
    private func late(_ touched: [Int], _ kind: LatePosting.Kind, _ months: PostingMonths) -> [LatePosting] {
        var found: [LatePosting] = []
        for place in touched {
            let key = entries[place].key
            for change in LateChange.between(entries[place].before, entries[place].row, key) {
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

    private func addNewAccounts<Rows: MarginRows & ~Copyable>(
        _ touched: [Int], _ transaction: borrowing Rows
    ) throws {
        var new: [AccountKey: (key: BusinessKey, customerId: String, branch: String, salesOwner: String?)] = [:]
        for place in touched {
            guard let standing = entries[place].standing, !standing.isAccountKnown, let row = entries[place].row,
                let business = entries[place].business
            else { continue }
            new[business.account] = (business, standing.customerId, row.branch, row.salesOwner)
        }
        try transaction.addAccounts(Array(new.values))
    }

    // MARK: Decisions

    /// - Returns: what there is to say of orders that are not taken, or were not until now.
    private mutating func decide<Rows: MarginRows & ~Copyable>(
        _ touched: [Int], _ rates: RateTable, _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws -> [RaisedOrders.News] {
        var news: [RaisedOrders.News] = []
        let undecided = touched.filter { !entries[$0].undecided.isEmpty }
        var overrides = try lockOverrides(undecided, transaction)
        let customers = Set(undecided.compactMap { entries[$0].standing?.customerId })
        var credit = try transaction.creditDesk(for: customers, at: effects.now, rates)
        var isUsed = false
        for place in undecided {
            guard let standing = entries[place].standing, var row = entries[place].row else { continue }
            let key = entries[place].key
            let group = CustomerBusiness(customerId: standing.customerId, businessLine: row.businessLine)
            var held = held(by: row, entries[place].before)
            let wasTold = RaisedOrders.isTold(row.decision)
            var figures: CreditFigures?
            for revision in entries[place].undecided.sorted(by: { $0.revision < $1.revision }) {
                let untouched = overrides[group]
                var answer = OrderDecisionPolicy.decide(
                    standing.state, isSet: standing.isSet, revenue: row.margin.revenue, currency: row.currency,
                    on: effects.now.day(),
                    former: row.override, overrides: &overrides[group, default: []], rates: rates)
                let verdict = credit.decide(
                    standing.customerId, isTaken: answer.decision == .accepted,
                    CreditDesk.Claim(
                        order: key, amount: max(.zero, row.margin.revenue), former: held, currency: row.currency))
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
                figures = verdict?.figures
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
                effects.count(answer.decision.counter)
            }
            entries[place].row = row
            // What is cancelled is taken back for that.
            if wasTold || RaisedOrders.isTold(row.decision), !row.isCancelled {
                news.append(
                    RaisedOrders.News(
                        key: key, row: row, customerId: standing.customerId, credit: figures,
                        cause: entries[place].cause))
            }
        }
        for place in touched {
            guard let cause = entries[place].judged, let standing = entries[place].standing,
                let row = entries[place].row, let decision = row.decision
            else { continue }
            let key = entries[place].key
            effects.publish(
                OrderDecided(
                    source: key.source, orderId: key.orderId, revision: row.contentRevision,
                    decisionNumber: row.decisionNumber, customerId: standing.customerId,
                    customerCode: row.customerCode, businessLine: row.businessLine, branch: row.branch,
                    decision: decision, rule: row.decisionRule ?? "", figures: standing.figures,
                    override: row.override?.identifier, decidedAt: effects.now),
                causedBy: cause, key: standing.customerId)
            effects.count(decision.counter)
            news.append(
                RaisedOrders.News(key: key, row: row, customerId: standing.customerId, credit: nil, cause: cause))
        }
        if isUsed { try transaction.setUsed(overrides.values.flatMap { $0 }) }
        return news
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
        _ undecided: [Int], _ transaction: borrowing Rows
    ) throws -> [CustomerBusiness: [AcceptanceOverride]] {
        var held: Set<CustomerBusiness> = []
        for place in undecided {
            guard let standing = entries[place].standing, let row = entries[place].row,
                standing.state != .open || row.override != nil
            else { continue }
            held.insert(CustomerBusiness(customerId: standing.customerId, businessLine: row.businessLine))
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

extension OrderDecision {
    /// What counts the orders that were decided so.
    fileprivate var counter: String {
        switch self {
        case .accepted: "orders_accepted"
        case .needsApproval: "orders_needs_approval"
        case .refused: "orders_refused"
        }
    }
}
