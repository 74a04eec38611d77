import Contracts
import Domain
import Testing

@testable import FinanceService
@testable import ServiceKit

/// What the simulation has found once, pinned down: every order of arrival of a few messages about one order.
@Suite("Orders of arrival")
struct ArrivalOrderTests {
    private static let time = Timestamp("2026-03-02T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    private static func order(_ revision: Int) -> Order {
        Order(
            orderId: "order-1", revision: revision, customer: CustomerReference(code: "c"), branch: "SHA",
            businessLine: "warehouse", placedAt: time, currency: .cny,
            lines: [
                OrderLine(
                    line: 1, serviceItem: "STORAGE", quantity: FixedDecimal(1), unit: "day",
                    revenue: FixedDecimal(100 * revision), cost: FixedDecimal(50))
            ])
    }

    private static func cancellation(_ revision: Int) -> OrderCancelled {
        OrderCancelled(orderId: "order-1", revision: revision, cancelledAt: time)
    }

    private static func permutations<Element>(_ elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { index in
            var rest = elements
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    /// Finance's row of the order after some messages, one at a time.
    private static func outcome(_ bodies: [any Contracts.Message]) throws -> OrderRow {
        let database = ModelDatabase(World(seed: 1, control: nil, isVerbose: false), .finance)
        let work = BatchWork(service: .finance, handlers: SimulatedServices.finance)
        for (index, body) in bodies.enumerated() {
            let transaction = ModelTransaction(database, firstIdentifier: Int64(index) * 100)
            let envelope = Envelope(id: "m-\(index)", source: Workload.source, type: type(of: body).type)
            _ = try work.apply(
                [AnyReceived(envelope: envelope, body: body, position: 0)], now: time, isLeased: false, transaction)
            database.tables = transaction.tables
        }
        return try #require(database.tables.orders[OrderKey(source: Workload.source, orderId: "order-1")])
    }

    @Test("a change between two cancellations does not take the order up again", arguments: [1, 2])
    func cancelledTwice(first: Int) throws {
        let bodies: [any Contracts.Message] = [
            OrderPlaced(Self.order(1)), OrderChanged(Self.order(2)), Self.cancellation(first), Self.cancellation(3),
        ]
        for arrival in Self.permutations(bodies) {
            let row = try Self.outcome(arrival)
            #expect(row.isCancelled && row.revision == 3 && row.contentRevision == 2 && !row.isCounted)
        }
    }

    @Test("a change after the cancellation takes the order up again, whichever comes first")
    func takenUpAgain() throws {
        let bodies: [any Contracts.Message] = [
            OrderPlaced(Self.order(1)), Self.cancellation(1), OrderChanged(Self.order(2)),
        ]
        for arrival in Self.permutations(bodies) {
            let row = try Self.outcome(arrival)
            #expect(!row.isCancelled && row.revision == 2 && row.contentRevision == 2 && row.isCounted)
        }
    }
}
