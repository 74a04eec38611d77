import BrokerLayout
import Contracts
import Domain
import Messaging

@testable import FinanceService
@testable import Postgres
@testable import ServiceKit

/// A transaction over rows in memory.
final class ModelTransaction: WorkSession {
    private let database: ModelDatabase
    private var lastIdentifier: Int64
    var tables: Tables

    init(_ database: ModelDatabase, firstIdentifier: Int64) {
        self.database = database
        lastIdentifier = firstIdentifier
        tables = database.tables
    }

    func takeIn(
        _ messages: [AnyReceived], asksForPeople: Bool
    ) throws -> (handled: Set<Int>, peopleMark: String?) {
        var duplicates: Set<Int> = []
        for (place, message) in messages.enumerated() {
            let name = MessageName(source: message.envelope.source, id: message.envelope.id)
            if tables.inbox[name] != nil { duplicates.insert(place) }
            tables.inbox[name] = .some(message.place)
        }
        return (database.world.control == .noInbox ? [] : duplicates, nil)
    }

    func forget(_ messages: [AnyReceived]) throws {
        for message in messages {
            tables.inbox[MessageName(source: message.envelope.source, id: message.envelope.id)] = nil
        }
    }

    /// No handler of the simulation does anything at a time.
    func schedule(_ items: [ScheduledItem]) throws {
        guard items.isEmpty else { throw Refusal(.internalError, path: "$", "the model has no schedule") }
    }

    /// Nobody acts in the simulation.
    func acts(_ names: [MessageName]) throws -> [MessageName: ActRow] { [:] }

    func rule(on acts: [ActAsked], by subjects: ActSubjects, day: CalendarDay) throws -> [Int: ActRuling] { [:] }

    func record(_ acts: [ActRow], at time: Timestamp) throws {}

    #if WAYBILL_TRIAL
        func tally(_ messages: [AnyReceived]) throws {}
    #endif

    func record(_ events: [OutgoingEvent], isLeased: Bool) throws -> [OutboxEntry] {
        guard !events.isEmpty else { return [] }
        let world = database.world
        let lane = Int64(world.chance.below(3))
        let leaseUntil = isLeased ? world.clock.microseconds + ModelDatabase.lease : 0
        let entries = events.map { event in
            lastIdentifier += 1
            let key = "\(lane)/\(event.envelope.type)"
            let number: Int64
            if world.control == .numbersBeforeCommit {
                database.looseCounts[key, default: 0] += 1
                number = database.looseCounts[key, default: 0]
            } else {
                number = (tables.counts[key] ?? 0) + 1
            }
            tables.counts[key] = number
            return OutboxEntry(
                id: lastIdentifier, exchange: Exchanges.events, routingKey: event.envelope.type.description,
                envelope: event.envelope, body: event.envelope.structuredBody(data: event.data),
                place: LedgerPlace(lane: lane, number: number))
        }
        tables.outbox += entries
        for entry in entries {
            let place = tables.pending.firstIndex { $0.entry.id > entry.id } ?? tables.pending.count
            tables.pending.insert(Tables.Pending(entry: entry, leaseUntil: leaseUntil), at: place)
        }
        return entries
    }

    func claim(limit: Int) -> [OutboxEntry] {
        let now = database.world.clock.microseconds
        var claimed: [OutboxEntry] = []
        for index in tables.pending.indices where claimed.count < limit {
            let row = tables.pending[index]
            let isFree =
                database.world.control == .relayByCursor ? row.entry.id > database.cursor : row.leaseUntil <= now
            guard isFree else { continue }
            tables.pending[index].leaseUntil = now + ModelDatabase.lease
            claimed.append(row.entry)
        }
        return claimed
    }

    /// Counts the effects of messages; unlike the services' own tables it would count one twice.
    func tally<Body>(_ messages: [Received<Body>], _ effects: Effects) {
        for message in messages where effects.refused[message.position] == nil {
            tables.tally[
                MessageName(source: message.envelope.source, id: message.envelope.id), default: 0] += 1
        }
    }
}

extension ModelTransaction: MarginRows {
    func lockOrders(_ keys: [OrderKey]) throws -> [OrderKey: OrderRow] {
        var found: [OrderKey: OrderRow] = [:]
        for key in keys { found[key] = tables.orders[key] }
        return found
    }

    func putOrders(_ orders: [(OrderKey, OrderRow)]) throws {
        for (key, order) in orders {
            guard (tables.orders[key]?.version ?? 0) == order.version else {
                throw PostgresError.concurrentChange(of: "an order")
            }
            var row = order
            row.version += 1
            tables.orders[key] = row
        }
    }

    func addSums(_ deltas: [Contribution.Key: Contribution]) throws {
        for (key, delta) in deltas { tables.sums[key, default: Contribution()].add(delta, sign: 1) }
    }

    func addToView(_ view: OrderView) throws {
        for (place, sums) in view.deltas { tables.view[place, default: OrderView.Sums()] += sums }
    }

    func circumstances(
        of keys: [OrderKey], _ businesses: Set<BusinessKey>, on day: CalendarDay, _ rates: ExchangeRates,
        window: @escaping (CalendarDay) -> FigureWindow
    ) throws -> OrderCircumstances {
        OrderCircumstances(
            costs: costs(of: keys), standings: standings(of: businesses), months: PostingMonths(), rates: .standard)
    }

    private func costs(of keys: [OrderKey]) -> [OrderKey: [StoredCost]] {
        var found: [OrderKey: [StoredCost]] = [:]
        for (_, row) in tables.costs.sorted(by: { $0.key < $1.key }) {
            let key = OrderKey(source: row.source, orderId: row.body.orderId)
            guard keys.contains(key) else { continue }
            found[key, default: []].append(
                StoredCost(
                    costId: row.body.costId, line: row.body.line, state: row.body.state, amount: row.body.amount,
                    currency: row.body.currency, day: row.body.serviceDate))
        }
        return found
    }

    func existingCosts(_ rows: [CostRow]) throws -> [CostKey: KnownCost] {
        var found: [CostKey: KnownCost] = [:]
        for row in rows {
            let key = CostKey(source: row.source, costId: row.body.costId)
            guard let there = tables.costs[key] else { continue }
            found[key] = KnownCost(
                rank: there.rank,
                content: "\(there.body.orderId)|\(there.body.line)|\(there.body.amount)|\(there.body.currency.code)")
        }
        return found
    }

    func putCosts(_ rows: [CostRow]) throws {
        for row in rows {
            let key = CostKey(source: row.source, costId: row.body.costId)
            if let there = tables.costs[key], there.rank >= row.rank { continue }
            tables.costs[key] = row
        }
    }

    private func standings(of keys: Set<BusinessKey>) -> [BusinessKey: BusinessStanding] {
        var found: [BusinessKey: BusinessStanding] = [:]
        for key in keys {
            found[key] = BusinessStanding(
                customerId: AccountIdentifier.customer(source: key.source, code: key.code),
                isAccountKnown: tables.accounts.contains("\(key.source)\u{1}\(key.code)"), state: .open, isSet: false,
                figures: nil)
        }
        return found
    }

    func addAccounts(
        _ accounts: [(key: BusinessKey, customerId: String, branch: String, salesOwner: String?)]
    ) throws {
        for account in accounts { tables.accounts.insert("\(account.key.source)\u{1}\(account.key.code)") }
    }

    func overrides(_ keys: Set<CustomerBusiness>) throws -> [CustomerBusiness: [AcceptanceOverride]] { [:] }

    func setUsed(_ overrides: [AcceptanceOverride]) throws {}

    func put(_ postings: [LatePosting], at time: Timestamp) throws {}

    func raise(_ alerts: [MarginAlertRaised], diagnosedWithin workingDays: Int) throws {
        for alert in alerts {
            guard tables.alerts[alert.alertId] == nil else {
                throw PostgresError(.statement, "the alert is there already", sqlState: "23505")
            }
            tables.alerts[alert.alertId] = Tables.Alert(orderId: alert.orderId, severity: alert.severity)
        }
    }

    func clear(_ alerts: [MarginAlertCleared]) throws {
        for alert in alerts { tables.alerts[alert.alertId]?.isOpen = false }
    }

    func owners(of businesses: Set<BusinessKey>, on day: CalendarDay) throws -> [BusinessKey: String] { [:] }
}
