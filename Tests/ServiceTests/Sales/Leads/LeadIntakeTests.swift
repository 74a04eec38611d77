import Contracts
import Domain
import Foundation
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Captures of leads", .service(SalesService.definition))
struct LeadIntakeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    @Test("what is of one lead becomes its touch, in whatever order and however often it comes", arguments: 0..<4)
    func touches(_ round: Int) async throws {
        let messages = [
            LeadSaid.captured("1", company: "昆山精工电子有限公司", email: "wang@example.com"),
            LeadSaid.captured("2", from: "fair", at: "2026-03-02T10:05:00+08:00", email: "WANG@example.com"),
            LeadSaid.captured("3", at: "2026-03-02T10:06:00+08:00", phone: "13800138000"),
            LeadSaid.captured("4", at: "2026-03-02T10:07:00+08:00", company: "昆山精工电子", phone: "+86 138 0013 8000"),
            LeadSaid.captured("5", at: "2026-03-02T10:08:00+08:00", email: "other@example.com"),
            LeadSaid.captured("6", at: "2026-03-02T10:09:00+08:00"),
        ]
        let arrival = round == 0 ? messages : (messages + messages).shuffled()
        var told: [LeadStored] = []
        for message in arrival { told += try await sales.handle([message]).events(LeadStored.self) }
        #expect(
            try await sales.togetherCaptures() == ["fair/2 site/1 site/3 site/4", "site/5", "site/6"])
        #expect(told.count == 6, "each is told once")
        #expect(
            try await sales.rows("select count(*)::text, sum(touches)::text from lead where merged_into is null") == [
                ["3", "6"]
            ])
    }

    @Test("a batch says the same as its messages one by one")
    func batch() async throws {
        try await sales.handle([
            LeadSaid.captured("1", email: "a@example.com"), LeadSaid.captured("2", email: "b@example.com"),
            LeadSaid.captured("3", company: "Acme Robotics Ltd", email: "a@example.com"),
            LeadSaid.captured("4", company: "ACME ROBOTICS", email: "b@example.com"),
            LeadSaid.captured("1", email: "a@example.com"),
        ])
        #expect(try await sales.togetherCaptures() == ["site/1 site/2 site/3 site/4"])
    }

    @Test("the same identifier with other content is refused and said so; the first stands")
    func conflict() async throws {
        try await sales.handle([LeadSaid.captured("1", email: "a@example.com")])
        let outcome = try await sales.handle([
            .init(
                "again", source: "site",
                LeadCaptured(
                    captureId: "1", channel: .form, email: "b@example.com", by: "site",
                    capturedAt: LeadSaid.time("2026-03-02T10:00:00+08:00")))
        ])
        #expect(outcome.refused.mapValues(\.reason) == [0: .conflictingContent])
        #expect(try await sales.rows("select email from lead_capture") == [["a@example.com"]])
    }

    @Test("a body of more than a mebibyte is refused, a long text with its place; one of 20,000 characters is kept")
    func long() async throws {
        func read(_ length: Int) throws -> LeadCaptured {
            let text = String(repeating: "x", count: length)
            return try LeadCaptured(
                node: JSONDocument(
                    parsing: Array(
                        #"{"captureId":"1","channel":"form","text":"\#(text)","by":"site","capturedAt":"2026-03-02T10:00:00+08:00"}"#
                            .utf8)
                ).root)
        }
        let whole = #expect(throws: Refusal.self) { _ = try read(1_048_576) }
        #expect(whole?.reason == .bodyTooLarge && whole?.path == "$")
        let refusal = #expect(throws: Refusal.self) { _ = try read(900_000) }
        #expect(refusal?.reason == .stringTooLong && refusal?.path == "$.text")
        #expect(throws: Refusal.self) { _ = try read(20_001) }
        try await sales.handle([.init("1", source: "site", try read(20_000))])
        #expect(try await sales.rows("select length(note)::text from lead_capture") == [["20000"]])
    }

    @Test(
        "a lead is its customer's whichever is heard of first, and goes to who looks after it",
        arguments: [true, false])
    func parties(_ customerFirst: Bool) async throws {
        let captured = [
            LeadSaid.captured("1", company: "C1 Ltd"), LeadSaid.captured("2", email: "x@example.com", customer: "C2"),
        ]
        let records: [ServiceFixture.Message] = [
            .init("c1", CustomerRegistered(Said.record("C1", owner: "zhao.min", on: "2026-01-05"))),
            .init("c2", CustomerRegistered(Said.record("C2", owner: "li.wei", on: "2026-01-05"))),
        ]
        for messages in customerFirst ? [records, captured] : [captured, records] { try await sales.handle(messages) }
        let kept = try await sales.rows("select customer_id, customer_by, owner, owner_by, state from lead order by 1")
        #expect(
            kept == [
                ["K-C1", "company", "zhao.min", "account", "assigned"],
                ["K-C2", "customer", "li.wei", "account", "assigned"],
            ])
    }

    @Test("of what two customers are called a lead is nobody's; merged they are one, and unmerged each itself")
    func ambiguous() async throws {
        func record(_ code: String, _ revision: Int, name: String, into other: String? = nil) -> ServiceFixture.Message
        {
            .init(
                "\(code)-\(revision)",
                CustomerChanged(
                    CustomerRecord(
                        customerId: "K-\(code)", revision: revision, name: name,
                        accounts: [AccountHoming(source: "erp", code: code, revision: 1)], mergedInto: other,
                        at: LeadSaid.time("2026-03-01T09:00:00+08:00"))))
        }
        try await sales.handle([record("C1", 1, name: "Acme Ltd"), record("C2", 1, name: "ACME")])
        try await sales.handle([LeadSaid.captured("1", company: "Acme Co., Ltd.")])
        let statement = "select customer_id from lead"
        #expect(try await sales.rows(statement) == [[nil]])
        try await sales.handle([record("C2", 2, name: "ACME", into: "K-C1"), record("C1", 2, name: "Acme Ltd")])
        #expect(try await sales.rows(statement) == [["K-C1"]])
        try await sales.handle([record("C1", 3, name: "Acme Ltd", into: "K-C3"), record("C3", 1, name: "Third Ltd")])
        #expect(try await sales.rows(statement) == [["K-C3"]])
    }

    @Test("nobody who could take it has room: into the pool, visibly, and nothing is lost")
    func pool() async throws {
        try await sales.handle([LeadSaid.seller("li.wei", capacity: 2, lines: ["air"])])
        try await sales.handle((1...4).map { LeadSaid.captured("\($0)", email: "p\($0)@example.com", line: "air") })
        let counts = "select state, coalesce(owner, '-'), count(*)::text from lead group by 1, 2 order by 1"
        #expect(try await sales.rows(counts) == [["assigned", "li.wei", "2"], ["pool", "-", "2"]])
        let pool = try await sales.ask("leads.pool")["pool"]
        #expect(pool.column("reason") == ["nobody-free", "nobody-free"])
    }

    @Test("a lead that has come to nothing comes to life when somebody comes once more")
    func reopened() async throws {
        try await sales.handle([LeadSaid.seller("li.wei")])
        try await sales.handle([LeadSaid.captured("1", email: "a@example.com")])
        let lead = try await sales.onlyLead()
        try await sales.handle([LeadSaid.step(lead, .closed, reason: .noNeed)])
        let outcome = try await sales.handle([
            LeadSaid.captured("2", at: "2026-03-03T10:00:00+08:00", email: "a@example.com")
        ])
        #expect(try outcome.events(LeadChanged.self).map(\.state) == [.assigned])
        #expect(try await sales.rows("select state, owner, reason from lead") == [["assigned", "li.wei", nil]])
    }

    @Test("each is scored by what was known before its day, and what comes later changes no score")
    func scores() async throws {
        var day = 1
        // A month in which those of one industry convert and the others do not.
        for number in 0..<60 {
            day = 1 + number / 2
            let at = "2026-01-\(day < 10 ? "0" : "")\(day)T10:00:00+08:00"
            let isGood = number % 2 == 0
            try await sales.handle([
                LeadSaid.captured(
                    "\(number)", at: at, email: "\(number)@example.com",
                    attributes: [("industry", isGood ? "electronics" : "other")])
            ])
            guard isGood else { continue }
            let lead = StableIdentifier.of("lead", "site", "\(number)")
            try await sales.handle([
                LeadSaid.step(lead, .assigned, at: at, to: "li.wei"), LeadSaid.step(lead, .converted, at: at),
            ])
        }
        let before = try await sales.rows("select distinct probability::text from lead_capture")
        #expect(before.count == 1, "without a model all are as likely")
        try await sales.run("leads.learn", at: "2026-01-31T23:59:59+08:00")
        for (id, industry) in [("good", "electronics"), ("bad", "other")] {
            try await sales.handle([
                LeadSaid.captured(id, at: "2026-02-02T10:00:00+08:00", attributes: [("industry", industry)]),
                LeadSaid.captured("early-\(id)", at: "2026-01-10T10:00:00+08:00", attributes: [("industry", industry)]),
            ])
        }
        let scores = try await sales.rows(
            """
            select capture_id, (probability > 0.3)::text, grade from lead_capture
            where capture_id ~ 'good|bad' order by 1
            """)
        #expect(
            scores.map { [$0[0], $0[1]] } == [
                ["bad", "false"], ["early-bad", "false"], ["early-good", "false"], ["good", "true"],
            ])
        #expect(scores.first { $0[0] == "good" }?[2] != nil && scores.first { $0[0] == "early-good" }?[2] == nil)
        let kept = try await sales.rows("select mark from lead_model")
        try await sales.run("leads.learn", at: "2026-01-31T23:59:59+08:00")
        #expect(try await sales.rows("select mark from lead_model") == kept)
    }
}
