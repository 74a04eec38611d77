import Contracts
import Domain
import Messaging

@testable import FinanceService
@testable import ServiceKit

/// What must be true once a schedule has settled, held against a sequential run of the same messages.
struct Account {
    let workload: Workload
    let tables: [Tables]
    let dead: [[String: Int]]

    private func tables(_ service: ServiceName) -> Tables { tables[ModelBroker.index(service)] }

    /// Everything that is not as it must be.
    func problems() -> [String] {
        effects() + deadLetters() + ledger() + margins() + alerts()
    }

    private func handles(_ service: ServiceName, _ type: String) -> Bool {
        SimulatedServices.bindings[type]?.contains(service) ?? false
    }

    // MARK: Effects

    /// Each message has had its effect once in each service that reads it, and nothing else has had any.
    private func effects() -> [String] {
        var problems: [String] = []
        var expected = tables.map { _ in Set<MessageName>() }
        func expect(_ name: MessageName, _ type: String, except refusing: [ServiceName] = []) {
            for service in ServiceName.allCases where handles(service, type) && !refusing.contains(service) {
                expected[ModelBroker.index(service)].insert(name)
                let count = tables(service).tally[name] ?? 0
                if count == 0 { problems.append("lost: \(service) has not handled \(name.id) (\(type))") }
                if count > 1 {
                    problems.append("duplicated: \(service) has handled \(name.id) (\(type)) \(count) times")
                }
            }
        }
        for input in workload.inputs {
            expect(input.name, input.message.routingKey, except: input.refusedBy)
        }
        for service in ServiceName.allCases {
            for entry in tables(service).outbox {
                expect(MessageName(source: service.source, id: entry.envelope.id), entry.routingKey)
            }
            if !tables(service).pending.isEmpty { problems.append("\(service): the outbox is not empty") }
        }
        for service in ServiceName.allCases {
            for name in tables(service).tally.keys where !expected[ModelBroker.index(service)].contains(name) {
                problems.append("unexpected: \(service) has handled \(name.id), which nobody sent it")
            }
        }
        return problems
    }

    private func deadLetters() -> [String] {
        var problems: [String] = []
        for service in ServiceName.allCases {
            let refused = Set(workload.inputs.filter { $0.refusedBy.contains(service) }.map(\.name.id))
            let found = Set(dead[ModelBroker.index(service)].keys)
            for id in refused.subtracting(found).sorted() { problems.append("lost: \(id) is not in \(service).dead") }
            for id in found.subtracting(refused).sorted() { problems.append("unexpected: \(id) is in \(service).dead") }
        }
        return problems
    }

    // MARK: Ledger

    /// The numbers of each lane and type have no gap where they are given, nor where they are read.
    private func ledger() -> [String] {
        var problems: [String] = []
        for service in ServiceName.allCases {
            var numbers: [String: [Int64]] = [:]
            for entry in tables(service).outbox {
                guard let place = entry.place else { continue }
                numbers["\(place.lane)/\(entry.routingKey)", default: []].append(place.number)
                for reader in ServiceName.allCases where handles(reader, entry.routingKey) {
                    let name = MessageName(source: service.source, id: entry.envelope.id)
                    if tables(reader).inbox[name] != .some(.some(place)) {
                        problems.append("ledger: \(reader) does not know the place of \(entry.routingKey)")
                    }
                }
            }
            for (lane, given) in numbers where given.sorted() != Array(1...Int64(given.count)) {
                problems.append("ledger: \(service) has numbered \(lane) with gaps: \(given.sorted())")
            }
        }
        return problems
    }

    // MARK: Money

    /// The rows of finance after the same messages, one after the other, in the order in which they came to be.
    private func sequential() throws -> Tables {
        let world = World(seed: 0, control: nil, isVerbose: false)
        let database = ModelDatabase(world, .finance)
        let work = BatchWork(service: .finance, handlers: SimulatedServices.finance)
        for input in workload.inputs {
            guard let received = input.received else { continue }
            let transaction = ModelTransaction(database, firstIdentifier: 0)
            _ = try work.apply([received], now: ServiceClock.wallClock(), isLeased: false, transaction)
            database.tables = transaction.tables
        }
        return database.tables
    }

    /// Orders, costs and sums are those of the sequential run, whatever the order in which everything came.
    private func margins() -> [String] {
        let expected: Tables
        do { expected = try sequential() } catch { return ["the sequential run failed: \(error)"] }
        let found = tables(.finance)
        var problems: [String] = []
        for key in Set(expected.orders.keys).union(found.orders.keys).sorted() {
            let (wanted, stands) = (expected.orders[key].map(Self.comparable), found.orders[key].map(Self.comparable))
            if wanted != stands {
                problems.append("\(key.orderId) is \(stands ?? "missing"), in sequence it is \(wanted ?? "missing")")
            }
        }
        if expected.costs != found.costs { problems.append("the costs are not those of the sequential run") }
        let sums = found.sums.filter { !$0.value.isNothing }
        if expected.sums.filter({ !$0.value.isNothing }) != sums {
            problems.append("the sums of the days are not those of the sequential run")
        }
        // The finance view by the day of placing is that of the orders as they stand.
        var view: [OrderView.Place: OrderView.Sums] = [:]
        for (key, order) in found.orders where order.isKnown {
            var one = OrderView(PostingMonths())
            one.add(nil, order, key, at: order.placedAt)
            for (place, sums) in one.deltas where place.basis == .placed { view[place, default: .init()] += sums }
        }
        func plain(_ view: [OrderView.Place: OrderView.Sums]) -> [OrderView.Place: OrderView.Sums] {
            view.filter { $0.key.basis == .placed && !$0.value.isNothing }.mapValues { sums in
                var sums = sums
                sums.asOf = nil
                return sums
            }
        }
        if plain(view) != plain(found.view) { problems.append("the finance view is not that of the orders") }
        // And the sums by what the orders themselves say.
        var revenue = FixedDecimal.zero
        var cost = FixedDecimal.zero
        for order in found.orders.values where order.isKnown && !order.isCancelled {
            revenue = revenue + order.margin.knownRevenue
            cost = cost + order.margin.cost
        }
        if sums.values.reduce(FixedDecimal.zero, { $0 + $1.revenue }) != revenue
            || sums.values.reduce(FixedDecimal.zero, { $0 + $1.cost }) != cost
        {
            problems.append("the sums of the days are not those of the orders")
        }
        return problems
    }

    /// What does not depend on the order of arrival: everything but how often alerts were raised meanwhile.
    private static func comparable(_ row: OrderRow) -> String {
        "revision \(row.revision) of content \(row.contentRevision), cancelled \(row.isCancelled), content \(row.fingerprint), "
            + "margin \(row.margin), counted \(row.isCounted), alert \(row.alert.open?.rawValue ?? "none"), "
            + "decision \(row.decision?.rawValue ?? "none")"
    }

    /// The alerts that are open are those of the orders as they stand, and sales has heard of each money once.
    private func alerts() -> [String] {
        let finance = tables(.finance)
        var problems: [String] = []
        let open = finance.alerts.values.filter(\.isOpen).map { "\($0.orderId ?? "") \($0.severity)" }.sorted()
        let wanted = finance.orders.compactMap { key, row in row.alert.open.map { "\(key.orderId) \($0)" } }.sorted()
        if open != wanted { problems.append("the open alerts are \(open), by the orders they are \(wanted)") }
        var told = FixedDecimal.zero
        for entry in finance.outbox where entry.routingKey == MarginAlertRaised.type.description {
            do {
                guard let data = try JSONDocument(parsing: entry.body).root["data"] else { continue }
                told = told + (try MarginAlertRaised(node: data)).revenue
            } catch {
                problems.append("an alert in the outbox cannot be read: \(error)")
            }
        }
        if tables(.sales).alertedRevenue != told {
            problems.append("sales adds up revenue of \(tables(.sales).alertedRevenue), finance told of \(told)")
        }
        return problems
    }
}
