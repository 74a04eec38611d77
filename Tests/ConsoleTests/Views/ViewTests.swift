import Domain
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import TestSupport
import Testing

@testable import Console

@Suite("Saved views", .enabled(if: DatabaseFixture.isAvailable, "\(DatabaseFixture.howToEnable)"))
struct ViewTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let address = "/q/finance/alerts.list?state=all&customer=%E8%BF%9C"

    private func withConsole(
        _ services: FakeServices = FakeServices(),
        _ body: @Sendable (any TestClientProtocol, PostgresPool) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await ConsoleSchema.migrator(in: database.schema, logger: Self.quiet).migrate(
                database.configuration())
            let pool = try database.pool()
            let parts = try ConsoleUnderTest.parts(services, pool: pool)
            let router = ConsoleRouter.router(parts, people: NamedPerson())
            try await Application(router: router).test(.router) { try await body($0, pool) }
        }
    }

    private func views(_ login: String, _ pool: PostgresPool) async throws -> [ViewStore.View] {
        try await pool.withTransaction(isReadOnly: true) { try ViewStore.views(of: login, $0) }
    }

    @Test("a list says its address, without the page that is shown; saved it is opened by its name")
    func saved() async throws {
        try await withConsole { client, pool in
            let page = try await client.page(Self.address + "&after=x").text
            #expect(page.contains("name=\"address\" value=\"\(Self.address.replacing("&", with: "&amp;"))\""))
            let done = try await client.send("/views", [("name", " 远洋 <alerts> "), ("address", Self.address)])
            #expect(done.status == .ok && done.text.contains("The view &#39;远洋 &lt;alerts&gt;&#39; is saved."))
            let view = try #require(try await views("li.wei", pool).first)
            #expect(view.name == "远洋 <alerts>" && view.address == Self.address && !view.isShared)
            let opened = try await client.page("/views/\(view.id)")
            #expect(opened.status == .seeOther && opened.header("Location") == Self.address)
            // The same name again is the same view, elsewhere.
            _ = try await client.send("/views", [("name", "远洋 <alerts>"), ("address", "/alerts")])
            #expect(try await views("li.wei", pool).map(\.address) == ["/alerts"])
            #expect(try await views("li.wei", pool).map(\.id) == [view.id])
        }
    }

    @Test("a shared view sends others to its address, where they ask as themselves; one that is not is nothing to them")
    func shared() async throws {
        let services = FakeServices()
        try await withConsole(services) { client, pool in
            _ = try await client.send("/views", [("name", "A"), ("address", Self.address)])
            let id = try #require(try await views("li.wei", pool).first?.id)
            #expect(try await client.page("/views/\(id)", as: "wang.fang").status == .notFound)
            // What is another's neither shares nor deletes.
            for (path, more) in [("share", [("shared", "true")]), ("delete", [])] {
                _ = try await client.send("/views/\(path)", [("id", id)] + more, as: "wang.fang")
            }
            #expect(try await views("li.wei", pool).map(\.isShared) == [false])
            _ = try await client.send("/views/share", [("id", id), ("shared", "true")])
            let opened = try await client.page("/views/\(id)", as: "wang.fang")
            #expect(opened.header("Location") == Self.address)
            #expect(try await client.page(Self.address, as: "wang.fang").status == .ok)
            #expect(services.people.last == "wang.fang")
            #expect(try await !client.page("/views", as: "wang.fang").text.contains(id))
            #expect(try await client.page("/views/\(id)", as: nil).status == .seeOther)
            _ = try await client.send("/views/share", [("id", id), ("shared", "false")])
            #expect(try await client.page("/views/\(id)", as: "wang.fang").status == .notFound)
            _ = try await client.send("/views/delete", [("id", id)])
            #expect(try await client.page("/views/\(id)").status == .notFound)
        }
    }

    @Test(
        "what is no address of the console, or has no name, is not kept",
        arguments: [
            ("A", "https://evil.example"), ("A", "//evil.example"), ("A", "/\\evil.example"), ("A", ""), ("  ", "/"),
            (String(repeating: "长", count: 101), "/"),
        ])
    func refused(name: String, address: String) async throws {
        try await withConsole { client, pool in
            let response = try await client.send("/views", [("name", name), ("address", address)])
            #expect(response.status == .badRequest)
            #expect(try await views("li.wei", pool).isEmpty)
            for id in ["x", "", "00000000-0000-0000-0000-000000000000'--"] {
                #expect(try await client.send("/views/delete", [("id", id)]).status == .badRequest)
                #expect(try await client.page("/views/\(id.asAddressPart)x").status == .notFound)
            }
        }
    }

    @Test("nobody keeps more than two hundred, and one that there is can still be changed")
    func full() async throws {
        try await withConsole { client, pool in
            try await pool.withTransaction { transaction in
                for number in 0..<ViewStore.most {
                    let isKept = try ViewStore.save("V\(number)", "/", of: "li.wei", transaction)
                    #expect(isKept)
                }
            }
            let more = try await client.send("/views", [("name", "more"), ("address", "/")])
            #expect(more.status == .unprocessableContent && more.text.contains("no more are kept"))
            #expect(try await client.send("/views", [("name", "V7"), ("address", "/alerts")]).status == .ok)
            let another = try await client.send("/views", [("name", "more"), ("address", "/")], as: "wang.fang")
            #expect(another.status == .ok)
            #expect(try await views("li.wei", pool).count == ViewStore.most)
        }
    }
}
