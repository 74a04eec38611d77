import BrokerLayout
import Client
import Contracts
import Domain
import Hummingbird
import HummingbirdTesting
import Messaging
import Operations
import Synchronization
import Testing

@testable import Console

/// A system whose refused messages a test has made.
private final class FakeOperating: Operating {
    private let state = Mutex<(letters: [BrowsedDeadLetter], done: [String])>(([], []))
    /// What a service makes of a message that is handed to it again: `nil` handles it.
    private let refusesAgain: @Sendable (BrowsedDeadLetter) -> String?
    /// How long it takes until letters are there.
    private let delay: Duration?

    init(
        _ letters: [BrowsedDeadLetter], delay: Duration? = nil,
        refusesAgain: @escaping @Sendable (BrowsedDeadLetter) -> String? = { _ in nil }
    ) {
        (self.refusesAgain, self.delay) = (refusesAgain, delay)
        state.withLock { $0.letters = letters }
    }

    /// What was done, in words.
    var done: [String] { state.withLock { $0.done } }

    private func chosen(_ selection: DeadLetterSelection) -> [BrowsedDeadLetter] {
        state.withLock { $0.letters }.filter { letter in
            if let reason = selection.reason, letter.reason != reason { return false }
            if let type = selection.type, letter.type != type { return false }
            if let source = selection.source, letter.source != source { return false }
            if let id = selection.id, letter.handle != id { return false }
            if let since = selection.since, letter.refusedAt.map({ $0 < since }) ?? true { return false }
            return selection.services.contains(letter.service)
        }
    }

    func status() async throws -> [QueryTable] {
        [
            QueryTable(
                "services", [QueryColumn("service"), QueryColumn("state"), QueryColumn("dead", .integer)],
                rows: [["sales", "ready <b>", "3"], ["finance", "does not answer", "0"]])
        ]
    }

    func letters(_ selection: DeadLetterSelection) async throws -> [BrowsedDeadLetter] {
        if let delay { try await Task.sleep(for: delay) }
        return chosen(selection)
    }

    func mend(
        _ selection: DeadLetterSelection, _ mending: Mending, isDry: Bool, why: String, by login: String
    ) async throws -> MendingOutcome {
        let letters = chosen(selection)
        state.withLock {
            $0.done.append("\(isDry ? "try" : "mend") \(letters.count) \(mending.changes) \(login): \(why)")
        }
        return MendingOutcome(mended: letters.count - 1, failed: [("M-1", "no <place>")])
    }

    func replay(
        _ selection: DeadLetterSelection, since oldest: Timestamp, why: String, by login: String
    ) async throws -> (handed: [BrowsedDeadLetter], old: [BrowsedDeadLetter]) {
        let letters = chosen(selection)
        let young = letters.filter { $0.refusedAt.map { $0 >= oldest } ?? true }
        state.withLock { state in
            state.done.append("replay \(young.count) \(login): \(why)")
            state.letters.removeAll { letter in young.contains { $0.handle == letter.handle } }
            for letter in young {
                if let reason = refusesAgain(letter) {
                    state.letters.append(OperatingTests.letter(letter.handle, reason, at: .now()))
                }
            }
        }
        return (young, letters.filter { letter in !young.contains { $0.handle == letter.handle } })
    }

    func discard(_ selection: DeadLetterSelection, why: String, by login: String) async throws -> Int {
        let count = chosen(selection).count
        state.withLock { $0.done.append("discard \(count) \(login): \(why)") }
        return count
    }

    func accounts(
        since day: String,
        ask: @escaping @Sendable (ServiceName, String, [(String, String?)]) async throws -> [QueryTable]
    ) async throws -> (tables: [QueryTable], warnings: [String], compared: String) {
        _ = try await ask(.sales, "ledger.sent", [])
        return (
            [
                QueryTable("ledger", [QueryColumn("type")], rows: [["order.placed.v1"]]),
                QueryTable("missing", [QueryColumn("id")], rows: []),
            ],
            ["rough"], "compared since \(day)"
        )
    }
}

// One at a time is at refused messages, whatever console it is: two tests beside one another would be told to wait.
@Suite("Pages for whoever operates", .serialized)
struct OperatingTests {
    fileprivate static func letter(_ id: String, _ reason: String, at time: Timestamp) -> BrowsedDeadLetter {
        BrowsedDeadLetter(
            service: .sales,
            delivery: Delivery(
                exchange: "waybill.dead", routingKey: "sales",
                properties: MessageProperties(
                    contentType: "application/json",
                    headers: [
                        DeadLetter.Header.reason: .string(reason), DeadLetter.Header.detail: .string("<why>"),
                        DeadLetter.Header.refusedAt: .string(time.description),
                        DeadLetter.Header.service: .string("sales"), "cloudEvents:id": .string(id),
                        "cloudEvents:source": .string("erp"), "cloudEvents:type": .string("order.placed.v1"),
                        "cloudEvents:specversion": .string("1.0"),
                    ], messageID: id, type: "order.placed.v1"), body: Array("{\"orderId\":\"<S-1>\"}".utf8)))
    }

    private static func letters() -> [BrowsedDeadLetter] {
        let now = Timestamp.now()
        return [
            letter("M-1", "unknown-currency", at: now.adding(seconds: -60)),
            letter("M-2", "unknown-currency", at: now.adding(seconds: -60)),
            letter("M-3", "unknown-currency", at: now.adding(seconds: -40 * 86_400)),
            letter("M-4", "bad-time", at: now.adding(seconds: -60)),
        ]
    }

    /// A service of people that knows one operator, and services that have handled one message.
    private static let services: @Sendable () -> FakeServices = {
        FakeServices { question in
            func answer(_ table: QueryTable) -> Result<Asking.Answer, any Error> {
                .success(Asking.Answer(tables: [table], asOf: Asking.Answer.time))
            }
            switch question.query {
            case "people.show":
                let isOperator = question.values.contains { $0.0 == "login" && $0.1 == "li.wei" }
                return answer(
                    QueryTable("roles", [QueryColumn("role")], rows: [[isOperator ? "operator" : "sales-rep"]]))
            case "ledger.known":
                return answer(
                    QueryTable(
                        "known", [QueryColumn("message_id"), QueryColumn("handled_at")],
                        rows: [["M-1", "2026-11-28T14:44:15Z"]]))
            default: return .success(.nothing)
            }
        }
    }

    private func pages(
        _ operating: FakeOperating?, _ services: FakeServices = OperatingTests.services(),
        _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        var parts = try ConsoleUnderTest.parts(services)
        parts.operating = operating
        let router = ConsoleRouter.router(parts, people: NamedPerson())
        try await Application(router: router).test(.router, body)
    }

    private static let paths = ["/operations/services", "/operations/dead", "/operations/messages?run=true"]
    private static let group = [("reason", "unknown-currency"), ("service", "sales")]

    @Test("they are the operator's alone, and of whom it is not known they are nobody's")
    func operatorsOnly() async throws {
        let operating = FakeOperating(Self.letters())
        try await pages(operating) { client in
            for path in Self.paths {
                #expect(try await client.page(path).status == .ok, "\(path)")
                let other = try await client.page(path, as: "wang.fang")
                #expect(other.status == .forbidden && !other.text.contains("unknown-currency"), "\(path)")
                #expect(try await client.page(path, as: nil).status == .seeOther, "\(path)")
            }
            for act in ["mend", "replay", "discard"] {
                let answer = try await client.send(
                    "/operations/dead/\(act)", Self.group + [("~why", "x"), ("~sure", "true")], as: "wang.fang")
                #expect(answer.status == .forbidden)
                let site = try await client.send(
                    "/operations/dead/\(act)", Self.group + [("~why", "x")], site: "cross-site")
                #expect(site.status == .forbidden)
            }
        }
        #expect(operating.done.isEmpty)
        let silent = FakeServices { _ in .failure(ClientError(.notHeard, "not heard")) }
        try await pages(operating, silent) { client in
            let page = try await client.page("/operations/dead")
            #expect(page.status == .serviceUnavailable)
        }
        // Without an operator's user of the broker there is nothing to show.
        try await pages(nil) { client in
            let page = try await client.page("/operations/dead")
            #expect(page.status == .serviceUnavailable && page.text.contains("WAYBILL_OPERATE_AMQP_URL"))
        }
    }

    @Test("refused messages stand in groups; a group is listed, one is shown whole, and nothing in it acts")
    func groups() async throws {
        try await pages(FakeOperating(Self.letters())) { client in
            let services = try await client.page("/operations/services").text
            #expect(
                services.contains("href=\"/operations/dead?service=sales\"") && services.contains("ready &lt;b&gt;"))
            let all = try await client.page("/operations/dead").text
            #expect(all.contains("reason=unknown-currency&amp;type=order.placed.v1&amp;source=erp"))
            #expect(!all.contains("id=\"mend\""))
            let group = try await client.page("/operations/dead?reason=unknown-currency").text
            #expect(group.contains("The 3 messages that are meant") && group.contains("id=\"mend\""))
            let one = try await client.page("/operations/dead?id=M-4").text
            #expect(one.contains("&lt;S-1&gt;") && one.contains("&lt;why&gt;"))
            #expect(try await client.page("/operations/dead?service=nothing").status == .unprocessableContent)
        }
    }

    @Test("one at a time looks through the queues, and whoever may not does not stand in the way")
    func oneAtATime() async throws {
        try await pages(FakeOperating(Self.letters(), delay: .seconds(1))) { client in
            async let first = client.page("/operations/dead").status
            async let second = client.page("/operations/dead").status
            async let other = client.page("/operations/dead", as: "wang.fang").status
            let statuses = try await [first, second].sorted { $0.code < $1.code }
            #expect(statuses == [.ok, .conflict])
            #expect(try await other == .forbidden)
            #expect(try await client.page("/operations/dead").status == .ok)
        }
    }

    @Test("a change is tried first, says what stays as it is, and keeps what was typed")
    func mend() async throws {
        let operating = FakeOperating(Self.letters())
        try await pages(operating) { client in
            let typed = Self.group + [("~changes", "currency=CNY"), ("~why", "wrong code")]
            let tried = try await client.send("/operations/dead/mend", typed + [("~try", "true")])
            #expect(tried.text.contains("Tried: 2 can be mended so.") && tried.text.contains("M-1: no &lt;place&gt;"))
            #expect(tried.text.contains("currency=CNY</textarea>"))
            #expect(try await client.send("/operations/dead/mend", typed).text.contains("2 are mended"))
            let nothing = try await client.send("/operations/dead/mend", Self.group + [("~why", "x")])
            #expect(nothing.status == .unprocessableContent)
            // All there are is no group, and without a reason nothing is done.
            #expect(try await client.send("/operations/dead/mend", [("~why", "x")]).status == .unprocessableContent)
            let answer1 = try await client.send("/operations/dead/mend", Self.group + [("~changes", "a=1")])
            #expect(
                answer1.status
                    == .unprocessableContent)
        }
        #expect(
            operating.done == [
                "try 3 [\"currency=CNY\"] li.wei: wrong code", "mend 3 [\"currency=CNY\"] li.wei: wrong code",
            ])
    }

    @Test("a replay says what really became of each: handled, or refused again, and what was too old")
    func replay() async throws {
        let operating = FakeOperating(Self.letters()) { $0.handle == "M-2" ? "unknown-customer" : nil }
        try await pages(operating) { client in
            let tried = try await client.send(
                "/operations/dead/replay", Self.group + [("~why", "mended"), ("~try", "true")])
            #expect(tried.text.contains("Tried: 2 would be replayed, 1 are too old."))
            #expect(operating.done.isEmpty)
            let page = try await client.send("/operations/dead/replay", Self.group + [("~why", "mended")]).text
            #expect(page.contains("2 replayed: 1 handled, 1 refused again, of 0 it is not known yet."))
            #expect(page.contains("1 were refused more than 14 days ago"))
            #expect(page.contains("unknown-customer"))
        }
        #expect(operating.done == ["replay 2 li.wei: mended"])
    }

    @Test("what goes for good is confirmed; the ledger is asked in the name of whoever asks")
    func discardAndAccount() async throws {
        let operating = FakeOperating(Self.letters())
        let services = Self.services()
        try await pages(operating, services) { client in
            let form = Self.group + [("~why", "test data")]
            #expect(try await client.send("/operations/dead/discard", form).status == .unprocessableContent)
            let done = try await client.send("/operations/dead/discard", form + [("~sure", "true")])
            #expect(done.text.contains("3 were let go."))
            let account = try await client.page("/operations/messages?run=true&since=2026-11-01").text
            #expect(account.contains("No message is missing.") && account.contains("compared since 2026-11-01"))
            #expect(account.contains("order.placed.v1"))
            #expect(try await client.page("/operations/messages?since=never").status == .unprocessableContent)
        }
        #expect(operating.done == ["discard 3 li.wei: test data"])
        #expect(services.questions.contains { $0.query == "ledger.sent" })
    }
}
