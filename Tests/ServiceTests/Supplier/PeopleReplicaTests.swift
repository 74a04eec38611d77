import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Simulation
import SupplierService
import Synchronization
import Testing

@testable import ServiceKit

@Suite("Who belongs where, as a service keeps it that does not judge it", .service(SupplierService.definition))
struct PeopleReplicaTests {
    private let supplier: ServiceFixture

    init() throws { supplier = try .current }

    private static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    private static func node(
        _ node: String, _ revision: Int, _ kind: OrganisationKind,
        below parents: [(String?, from: String, until: String?)]
    ) throws -> OrganisationChanged {
        OrganisationChanged(
            NodeLife(
                node: node,
                periods: try parents.map { parent, from, until in
                    NodePeriod(
                        from: try day(from), until: try until.map(day), kind: kind, parent: parent,
                        name: "\(node)之\(revision)", englishName: "\(node) of \(revision)",
                        purpose: kind == .centre ? .functional : .business)
                }), revision: revision, changedAt: try moment("2026-03-02T09:00:00+08:00"))
    }

    private static func person(
        _ login: String, _ revision: Int, in node: String, under manager: String? = nil
    ) throws -> PersonChanged {
        PersonChanged(
            PersonLife(
                login: login,
                periods: [
                    PersonPeriod(
                        from: try day("2026-01-01"), name: "\(login) \(revision)", node: node, position: "销售",
                        manager: manager, externalId: "7-\(login)")
                ]), revision: revision, changedAt: try moment("2026-03-02T09:00:00+08:00"), by: "zhou.min")
    }

    private static func policy(_ version: Int, lines: String) throws -> PermissionPolicyChanged {
        PermissionPolicyChanged(
            version: version, document: PolicyText.pieces(#"{"version":\#(version),"lines":[\#(lines)]}"#),
            by: "zhou.min", setAt: try moment("2026-03-02T09:00:00+08:00"), reason: "授权")
    }

    private static let line = #"{"line":"a","role":"executive","right":"see","kinds":"*","scope":"all"}"#

    private static func said() throws -> [any Message] {
        [
            try node("G", 1, .group, below: [(nil, "2026-01-01", nil)]),
            try node("EAST", 1, .division, below: [("G", "2026-01-01", nil)]),
            try node("SOUTH", 1, .division, below: [("G", "2026-01-01", nil)]),
            try node("SH01", 1, .branch, below: [("EAST", "2026-01-01", nil)]),
            try node(
                "SH01", 2, .branch, below: [("EAST", "2026-01-01", "2026-06-30"), ("SOUTH", "2026-07-01", nil)]),
            try node("SH01", 3, .branch, below: [("EAST", "2026-01-01", "2026-06-30"), ("SOUTH", "2026-07-01", nil)]),
            try person("li.wei", 1, in: "G"), try person("zhao.min", 1, in: "SH01", under: "li.wei"),
            try person("zhao.min", 2, in: "EAST", under: "li.wei"), try policy(3, lines: line),
            try policy(5, lines: line),
        ]
    }

    private func known() async throws -> KnownPeople {
        try await supplier.pool.withTransaction(isReadOnly: true) { try PeopleReplica.known($0) }
    }

    @Test(
        "the highest revision of each stays, in whatever order and however often they come",
        arguments: [1, 2, 3, 4] as [UInt64])
    func order(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        var messages = try Self.said() + Self.said()
        if seed > 1 { messages = messages.shuffled(&random) }
        for (place, body) in messages.enumerated() where seed < 4 {
            let outcome = try await supplier.handle([.init("m\(place)", source: "waybill.customer", body)])
            #expect(outcome.refused.isEmpty)
        }
        if seed == 4 {
            try await supplier.handle(
                messages.enumerated().map { .init("m\($0)", source: "waybill.customer", $1) })
        }
        let known = try await known()
        let (june, july) = (try Self.day("2026-06-30"), try Self.day("2026-07-01"))
        #expect(known.book.unit(.division, ofNode: "SH01", on: june)?.id == "EAST")
        #expect(known.book.unit(.division, ofNode: "SH01", on: july)?.id == "SOUTH")
        #expect(known.book.node("SH01", on: july)?.chineseName == "SH01之3")
        #expect(known.book.node("SH01", on: july)?.englishName == "SH01 of 3")
        #expect(known.book.person("zhao.min", on: june)?.node == "EAST")
        #expect(known.book.manager(of: "zhao.min", on: june)?.externalId == "7-li.wei")
        #expect(known.nodeRevisions == ["G": 1, "EAST": 1, "SOUTH": 1, "SH01": 3])
        #expect(known.personRevisions == ["li.wei": 1, "zhao.min": 2])
        #expect(try known.isRecorded && known.policy?.version == 5)
        let versions = try await supplier.rows("select version from permission_policy order by version")
        #expect(versions == [["3"], ["5"]])
    }

    @Test("what was read is kept until it changes, and not beyond")
    func kept() async throws {
        #expect(try await known().isRecorded == false)
        try await supplier.handle([
            .init("m1", source: "waybill.customer", try Self.node("G", 1, .group, below: [(nil, "2026-01-01", nil)]))
        ])
        #expect(try await known().nodeRevisions == ["G": 1])
        // A change that is not committed is nobody's.
        struct Undone: Error {}
        await #expect(throws: Undone.self) {
            try await supplier.pool.withTransaction { transaction in
                try PeopleReplica.put([(try Self.person("li.wei", 1, in: "G").life, 1)], transaction)
                let within = try PeopleReplica.known(transaction).personRevisions
                #expect(within == ["li.wei": 1])
                throw Undone()
            }
        }
        #expect(try await known().personRevisions.isEmpty)
    }

    @Test("a handler that looks at people is told with the inbox whether they have changed, and asks nothing more")
    func inPassing() async throws {
        try await supplier.handle([
            .init("m1", source: "waybill.customer", try Self.node("G", 1, .group, below: [(nil, "2026-01-01", nil)])),
            .init(
                "m2", source: "waybill.customer",
                try Self.node("EAST", 1, .division, below: [("G", "2026-01-01", nil)])),
            .init(
                "m3", source: "waybill.customer",
                try Self.node("SH01", 1, .branch, below: [("EAST", "2026-01-01", nil)])),
        ])
        _ = try await known()
        let day = try Self.day("2026-03-02")
        let found = Mutex<[Bool]>([])
        let handler = Handler.on(OrderPlaced.self) { _, transaction, effects in
            // Behind the back of everything that tells of changes: only who looks at the table finds it.
            try transaction.queue(
                """
                insert into organisation_node (node, valid_from, kind, parent, name, nature, revision)
                values ('NJ01', '2026-01-01', 'branch', 'EAST', 'NJ01', 'business', 1)
                """)
            try transaction.queue("update people_mark set mark = gen_random_uuid()")
            let before = try PeopleReplica.organisation(or: .standard, transaction, of: effects)
            effects.peopleHaveChanged()
            let after = try PeopleReplica.organisation(or: .standard, transaction, of: effects)
            found.withLock { $0 += [before, after].map { $0.branch("NJ01", on: day) != nil } }
        }
        struct Undone: Error {}
        for (handler, expected) in [(handler.lookingAtPeople(), [false, true]), (handler, [true, true])] {
            let work = BatchWork(service: .supplier, handlers: [handler])
            let message = AnyReceived(
                envelope: Envelope(
                    id: "order", source: "erp", type: OrderPlaced.type, time: try moment("2026-03-02T09:00:00+08:00")),
                body: OrderPlaced(Side.here.order()), position: 0)
            await #expect(throws: Undone.self) {
                try await supplier.pool.withTransaction { transaction in
                    let now = try moment("2026-03-02T10:00:00+08:00")
                    _ = try work.apply([message], now: now, isLeased: false, transaction)
                    throw Undone()
                }
            }
            #expect(found.withLock { $0 } == expected)
            found.withLock { $0 = [] }
        }
    }

    @Test("what comes before what it stands on is known without it, and a circle of halves ends")
    func halves() async throws {
        try await supplier.handle([
            .init(
                "m1", source: "waybill.customer",
                try Self.node("A", 1, .team, below: [("B", "2026-01-01", nil)])),
            .init(
                "m2", source: "waybill.customer",
                try Self.node("B", 1, .team, below: [("A", "2026-01-01", nil)])),
            .init("m3", source: "waybill.customer", try Self.person("zhao.min", 1, in: "NOWHERE", under: "nobody")),
        ])
        let (book, day) = (try await known().book, try Self.day("2026-03-02"))
        #expect(book.path(from: "A", on: day).map(\.id) == ["A", "B"])
        #expect(book.nodes(below: "A", on: day).map(\.id) == ["B"])
        #expect(book.person("zhao.min", on: day)?.node == "NOWHERE")
        #expect(book.manager(of: "zhao.min", on: day) == nil)
    }

    @Test("a policy that this release cannot read is refused, and the one before holds")
    func unreadable() async throws {
        let outcome = try await supplier.handle([
            .init("m1", source: "waybill.customer", try Self.policy(1, lines: Self.line)),
            .init(
                "m2", source: "waybill.customer",
                try Self.policy(2, lines: Self.line.replacing("executive", with: "emperor"))),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [1: .valueNotAllowed])
        #expect(outcome.refused[1]?.path == "$.document")
        #expect(try await known().policy?.version == 1)
    }

    @Test("a policy of a later release that holds lets nothing be asked, and who is where is known all the same")
    func laterRelease() async throws {
        try await supplier.handle([
            .init("m1", source: "waybill.customer", try Self.node("G", 1, .group, below: [(nil, "2026-01-01", nil)])),
            .init(
                "m2", source: "waybill.customer",
                try Self.node("EAST", 1, .division, below: [("G", "2026-01-01", nil)])),
            .init(
                "m3", source: "waybill.customer",
                try Self.node("SH01", 1, .branch, below: [("EAST", "2026-01-01", nil)])),
            .init("m4", source: "waybill.customer", try Self.policy(1, lines: Self.line)),
        ])
        try await supplier.pool.withTransaction { transaction in
            try transaction.script(
                """
                insert into permission_policy (version, document, set_by, set_at, reason)
                select 2, replace(document::text, 'executive', 'emperor')::jsonb, set_by, set_at, reason
                from permission_policy;
                update people_mark set mark = gen_random_uuid();
                """)
        }
        let known = try await known()
        #expect(known.isRecorded)
        #expect(throws: Refusal.self) { _ = try known.policy }
        let question = try #require(supplier.definition.queries.first { $0.name == "suppliers.list" })
        try await supplier.pool.withTransaction(isReadOnly: true) { transaction in
            #expect(try PeopleReplica.organisation(or: .standard, transaction).divisions.map(\.code) == ["EAST"])
            let now = try moment("2026-03-02T10:00:00+08:00")
            for asker in [QuestionAsker.person("zhou.min"), .operator] {
                #expect(throws: Refusal.self) { _ = try question.answer([], now: now, asker: asker, transaction) }
            }
        }
    }
}
