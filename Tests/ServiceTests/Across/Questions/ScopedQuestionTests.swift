import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import ServiceKit

/// Every question of a service's own, asked by who sees a part of the group: as the role that reads what the policies of the
/// tables let it read, and may do nothing else.
@Suite("Questions of who sees a part of the group", .services)
struct ScopedQuestionTests {
    private static let now = Timestamp("2026-03-03T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    /// What is read by whoever asks.
    private static let open: Set = ["rates", "loads"]

    /// The answer; `nil` when it is refused because what is named is not there, or not seen.
    private static func answer(
        _ query: Query, _ given: [String: String], as asker: ScopedAsker, _ fixture: ServiceFixture,
        by pool: PostgresPool
    ) async throws -> [QueryTable]? {
        do {
            return try await fixture.see(as: asker, by: pool) { try query.ask(given, at: now, $0) }
        } catch let refusal as Refusal where refusal.reason == .notFound {
            return nil
        }
    }

    private static func business(of fixture: ServiceFixture) throws -> [ServiceFixture.Message] {
        let read = Set(fixture.definition.handlers.flatMap(\.types.keys))
        let customers: [any Message] = ["C1", "C2"].map { code in
            CustomerRegistered(
                CustomerRecord(
                    customerId: AccountIdentifier.customer(source: "erp", code: code), revision: 1, name: code,
                    branch: "KS01", salesOwner: "li.wei",
                    accounts: [AccountHoming(source: "erp", code: code, revision: 1)], at: now))
        }
        return (customers + (try QuestionTests.business())).filter { read.contains(type(of: $0).type) }
            .enumerated().map { .init("m\($0)", $1) }
    }

    @Test(
        "each is answered, over empty tables and over some business, and tells nothing of anybody to who sees nothing",
        arguments: ServiceName.allCases)
    func all(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        let pool = try await fixture.enforceScopes()
        for isEmpty in [true, false] {
            if !isEmpty { try await fixture.handle(Self.business(of: fixture)) }
            for query in fixture.definition.queries {
                let question = query.description
                for given in QuestionTests.examples(of: question) {
                    let place = "\(service.rawValue) \(query.name) \(given)"
                    do {
                        let part = ScopedAsker(logins: ["li.wei"], nodes: ["KS01"])
                        for table in try await Self.answer(query, given, as: part, fixture, by: pool) ?? [] {
                            QuestionTests.check(table, question)
                        }
                        for table in try await Self.answer(query, given, as: .nobody, fixture, by: pool) ?? [] {
                            QuestionTests.check(table, question)
                            guard question.answer(table.name)?.isPaged == true, !Self.open.contains(table.name) else {
                                continue
                            }
                            #expect(table.rows.isEmpty, "\(place): '\(table.name)'")
                        }
                    } catch {
                        Issue.record("\(place): \(error)")
                    }
                }
            }
        }
    }

    /// Lists of finance that are of the business of one branch alone, when all business is that of one.
    private static let ofBranch = [
        "orders.list": "orders", "orders.totals": "totals", "receivables.invoices": "invoices",
        "receivables.ageing": "buckets", "receivables.aged": "aged", "receivables.balances": "balances",
        "receivables.statement": "statement", "receivables.disputes": "disputes", "receivables.promises": "promises",
        "receivables.write-offs": "write-offs", "receivables.unallocated": "cash on account",
        "credit.exposure": "exposure", "payables.list": "payables", "profit.lines": "lines",
        "profit.margins": "margins",
    ]

    @Test("who sees the only branch that has business is answered as who sees the whole group")
    func onlyBranch() async throws {
        let fixture = try await ServiceFixture.make(ServiceName.finance.definition())
        try await fixture.handle(Self.business(of: fixture))
        let pool = try await fixture.enforceScopes()
        for (name, table) in Self.ofBranch.sorted(by: { $0.key < $1.key }) {
            let query = try #require(fixture.definition.queries.first { $0.name == name })
            var given: [String: String] = [:]
            for input in query.description.parameters where input.isRequired {
                given[input.name] = QuestionTests.example(input)
            }
            let whole = try await fixture.ask(name, given, at: Self.now)[table]
            let part = try await fixture.ask(
                name, given, as: ScopedAsker(nodes: ["KS01"]), by: pool, at: Self.now)[table]
            #expect(!whole.rows.isEmpty, "\(name)")
            #expect(part.rows.map(\.values) == whole.rows.map(\.values), "\(name)")
        }
    }
}
