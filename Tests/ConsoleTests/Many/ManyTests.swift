import Client
import Contracts
import Domain
import Hummingbird
import HummingbirdTesting
import Logging
import Messaging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Console

@Suite("Acts upon many")
struct ManyActTests {
    @Test("each says what its message needs by columns that its list has", arguments: ManyAct.all.indices)
    func fits(place: Int) throws {
        let act = ManyAct.all[place]
        let table = try #require(act.question.answer(act.table))
        for (field, column) in act.said {
            #expect(act.contract.fields.contains { $0.name == field }, "\(act.contract.type) \(field)")
            #expect(table.columns.contains { $0.name == column }, "\(act.question.name) \(column)")
        }
        for field in act.named {
            #expect(act.contract.fields.contains { $0.name == field }, "\(act.contract.type) \(field)")
        }
        #expect(ActForm(contract: act.contract, typed: [:]).isOffered)
    }

    @Test func thereAreSome() { #expect(ManyAct.all.count == 13) }
}

/// Something that is so until a test says otherwise.
private final class Switch: Sendable {
    private let state = Mutex(true)

    var isOn: Bool { state.withLock { $0 } }

    func turnOff() { state.withLock { $0 = false } }
}

@Suite("Acts upon many, kept", .enabled(if: DatabaseFixture.isAvailable, "\(DatabaseFixture.howToEnable)"))
struct ManyTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static let answer = Asking.Answer(
        tables: [
            QueryTable(
                "alerts", [QueryColumn("alert_id"), QueryColumn("name")],
                rows: [["A-1", "远洋"], ["A-2", "Star"], ["A-3", "Moon"]])
        ], asOf: Asking.Answer.time)

    private func withConsole(
        _ services: FakeServices, _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await ConsoleSchema.migrator(in: database.schema, logger: Self.quiet).migrate(
                database.configuration())
            let parts = try ConsoleUnderTest.parts(services, pool: try database.pool())
            let router = ConsoleRouter.router(parts, people: NamedPerson())
            try await Application(router: router).test(.router) { try await body($0) }
        }
    }

    /// Begins a diagnosis of all alerts of the page.
    private func begin(_ client: any TestClientProtocol, _ which: String = "page") async throws -> String {
        let begun = try await client.send(
            "/these/finance/alerts.list?x=1",
            [("state", "all"), ("~table", "alerts"), ("~which", which), ("~do", "finance.diagnose-alert.v1")])
        #expect(begun.status == .seeOther)
        return try #require(begun.header("Location"))
    }

    private static let typed = [("reason", "price"), ("plan", "Raise the price"), ("recoverBy", "2026-12-31")]

    @Test("what is the same for all is typed once; each record is an act of its own, with its own result")
    func results() async throws {
        let services = FakeServices(
            answer: { _ in .success(Self.answer) },
            reply: { command in
                String(decoding: command.data, as: UTF8.self).contains("A-2")
                    ? .refused(
                        id: command.id, person: "li.wei", proof: .edge,
                        Refusal(.valueNotAllowed, path: "$.alertId", "the alert has ended <already>"))
                    : .done(id: command.id, person: "li.wei", proof: .edge, results: [])
            })
        try await withConsole(services) { client in
            let link = try await begin(client)
            let asked = try await client.page(link).text
            #expect(asked.contains("For 3 records") && asked.contains("action=\"\(link)/begin\""))
            #expect(!asked.contains("id=\"f-alertId\""))
            // What is wrong is said before anything is sent, and what was typed stays.
            var wrong = Self.typed
            wrong[2].1 = "2026-02-31"
            let refused = try await client.send(link + "/begin", wrong)
            #expect(refused.status == .unprocessableContent && refused.text.contains("Raise the price"))
            #expect(services.commands.isEmpty)
            let answer1 = try await client.send(link + "/begin", Self.typed)
            #expect(answer1.status == .seeOther)
            let begun = try await client.page(link).text
            #expect(begun.contains("data-go-on") && begun.contains("0 of 3 have their result"))
            let answer2 = try await client.send(link + "/go-on", [])
            #expect(answer2.status == .seeOther)
            let ended = try await client.page(link).text
            #expect(ended.contains("3 of 3 have their result") && !ended.contains("data-go-on"))
            #expect(ended.contains("the alert has ended &lt;already&gt;"))
            #expect(ended.contains("href=\"/q/finance/alerts.list?state=all\""))
            #expect(services.commands.count == 3 && Set(services.commands.map(\.id)).count == 3)
            // Once more does nothing more.
            _ = try await client.send(link + "/go-on", [])
            #expect(services.commands.count == 3)
            #expect(try await client.page("/many").text.contains("href=\"\(link)\""))
        }
    }

    @Test("a service that is late is told the same again, under the same identifiers")
    func late() async throws {
        let isLate = Switch()
        let services = FakeServices(
            answer: { _ in .success(Self.answer) },
            reply: { command in
                if isLate.isOn { throw ClientError(.notHeard, "not heard of") }
                return .done(id: command.id, person: "li.wei", proof: .edge, results: [])
            })
        try await withConsole(services) { client in
            let link = try await begin(client, "all")
            _ = try await client.send(link + "/begin", Self.typed)
            let page = try await client.send(link + "/go-on", [])
            #expect(page.status == .gatewayTimeout && page.text.contains("0 of 3") && !page.text.contains("data-go-on"))
            let first = try #require(services.commands.first?.id)
            isLate.turnOff()
            _ = try await client.send(link + "/go-on", [])
            #expect(services.commands.map(\.id).filter { $0 == first }.count == 2)
            #expect(try await client.page(link).text.contains("3 of 3"))
        }
    }

    @Test("it is stopped and gone on with by whose it is, and seen by nobody else")
    func stopped() async throws {
        let services = FakeServices(answer: { _ in .success(Self.answer) })
        try await withConsole(services) { client in
            let link = try await begin(client)
            #expect(try await client.page(link, as: "wang.fang").status == .notFound)
            let answer3 = try await client.send(link + "/begin", Self.typed, as: "wang.fang")
            #expect(answer3.status == .notFound)
            #expect(try await client.page(link, as: nil).status == .seeOther)
            _ = try await client.send(link + "/begin", Self.typed)
            _ = try await client.send(link + "/stop", [])
            _ = try await client.send(link + "/go-on", [])
            #expect(services.commands.isEmpty)
            _ = try await client.send(link + "/begin", [("reason", "cost")])
            _ = try await client.send(link + "/go-on", [])
            // What was typed first holds.
            #expect(services.commands.count == 3)
            #expect(
                services.commands.allSatisfy {
                    String(decoding: $0.data, as: UTF8.self).contains("\"reason\":\"price\"")
                })
        }
    }
}
