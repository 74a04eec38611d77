import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

@Suite("The organisation in all services", .services)
struct PeopleConvergenceTests {
    private static let days = ["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"].compactMap { CalendarDay($0) }

    /// Stretches of days that follow one another, mostly from the first day on and without an end.
    private static func stretches(_ random: inout RandomSource) -> [(from: CalendarDay, until: CalendarDay?)] {
        let first = random.happens(0.8) ? 0 : 1
        let last = first + random.below(days.count - first)
        return (first...last).map { place in
            let isLast = place == last
            let end =
                isLast ? (random.happens(0.15) ? days[place].adding(days: 60) : nil) : days[place + 1].adding(days: -1)
            return (days[place], end)
        }
    }

    private static func node(_ random: inout RandomSource) -> RecordedNode {
        let choices: [(OrganisationKind, String, Int)] = [(.division, "D", 3), (.branch, "B", 5), (.team, "T", 4)]
        let (kind, letter, count) = choices[random.below(choices.count)]
        let above =
            kind == .division
            ? ["G", "G", "D0"] : kind == .branch ? ["D0", "D1", "D2", "G", "T0"] : ["B0", "B1", "D0", "T1", "T2"]
        return RecordedNode(
            NodeLife(
                node: "\(letter)\(random.below(count))",
                periods: stretches(&random).map { from, until in
                    NodePeriod(
                        from: from, until: until, kind: kind, parent: above[random.below(above.count)],
                        name: "名\(random.below(3))", purpose: .business)
                }))
    }

    private static func person(_ random: inout RandomSource) -> RecordedPerson {
        let number = random.below(8)
        let nodes = ["G", "D0", "D1", "B0", "B1", "B2", "T0", "T1"]
        return RecordedPerson(
            PersonLife(
                login: "p\(number)",
                periods: stretches(&random).map { from, until in
                    PersonPeriod(
                        from: from, until: until, name: "名\(random.below(3))", node: nodes[random.below(nodes.count)],
                        manager: random.happens(0.5) ? "p\(random.below(8))" : nil,
                        externalId: random.happens(0.9) ? "\(number)" : "\(random.below(8))")
                }))
    }

    private static func message(_ number: Int, _ random: inout RandomSource) -> ServiceFixture.Message {
        let at = CustomerFixture.time(random.below(400))
        let body: any Contracts.Message
        switch random.below(8) {
        case 0:
            body = PersonLeft(
                login: "p\(random.below(8))", lastDay: days[1 + random.below(3)].adding(days: -1), recordedAt: at,
                reason: "离职")
        case 1...3: body = PersonRecorded(persons: [person(&random)], recordedAt: at)
        case 4: body = OrganisationRecorded(nodes: [node(&random)], persons: [person(&random)], recordedAt: at)
        default: body = OrganisationRecorded(nodes: [node(&random)], recordedAt: at)
        }
        return .init("m\(number)", source: "hr", body)
    }

    private static func known(_ service: ServiceFixture) async throws -> KnownPeople {
        try await service.pool.withTransaction(isReadOnly: true) { try PeopleReplica.known($0) }
    }

    /// What is known, in one order.
    private static func lines(_ known: KnownPeople) -> [String] {
        known.nodes.map { "\($0) \(known.nodeRevisions[$0.id] ?? 0)" }.sorted()
            + known.persons.map { "\($0) \(known.personRevisions[$0.login] ?? 0)" }.sorted()
    }

    @Test(
        "whatever is said, in whatever batches, what holds is an organisation, and every service has the same",
        arguments: [11, 12, 13] as [UInt64])
    func converges(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let customer = try await ServiceFixture.make(ServiceName.customer.definition())
        let group = RecordedNode(
            NodeLife(
                node: "G",
                periods: [NodePeriod(from: Self.days[0], kind: .group, name: "集团", purpose: .business)]))
        var events: [ServiceFixture.Message] = []
        func tell(_ outcome: ServiceFixture.Outcome) throws {
            for (envelope, data) in outcome.published {
                let node = try JSONDocument(parsing: data).root
                let body: any Contracts.Message =
                    envelope.type == OrganisationChanged.type
                    ? try OrganisationChanged(node: node) : try PersonChanged(node: node)
                events.append(.init(envelope.id, source: "waybill.customer", body))
            }
        }
        try tell(
            try await customer.handle([
                .init("g", source: "hr", OrganisationRecorded(nodes: [group], recordedAt: CustomerFixture.time(0)))
            ]))
        var (number, refused) = (0, 0)
        while number < 160 {
            let batch = (0..<1 + random.below(10)).map { Self.message(number + $0, &random) }
            number += batch.count
            let outcome = try await customer.handle(batch)
            refused += outcome.refused.count
            #expect(!outcome.refused.values.contains { $0.reason == .internalError })
            try tell(outcome)
            let known = try await Self.known(customer)
            #expect(throws: Never.self) { _ = try OrganisationBook(nodes: known.nodes, persons: known.persons) }
        }
        #expect(events.count > 10 && refused > 10, "\(events.count) events, \(refused) refused")
        // Doubled and in any order.
        let service = try await ServiceFixture.make(ServiceName.supplier.definition())
        let told = (events + events).shuffled(&random).enumerated().map { place, event in
            ServiceFixture.Message("\(event.id)-\(place)", source: event.source, event.body)
        }
        try await service.handleInBatches(told, &random)
        let (one, other) = (try await Self.known(customer), try await Self.known(service))
        #expect(Self.lines(one) == Self.lines(other))
    }
}
