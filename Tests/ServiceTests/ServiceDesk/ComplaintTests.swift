import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService
@testable import Simulation

/// 2 March 2026, 09:00 in Kunshan, and so many minutes.
private func minute(_ minutes: Int) -> Timestamp {
    Timestamp(microsecondsSinceEpoch: 1_772_413_200_000_000 + Int64(minutes) * 60_000_000)
}

private func complaint(
    _ id: String = "CP1", customer: String = "C1", order: String? = "O1", severity: ComplaintSeverity = .major,
    at minutes: Int = 0
) -> ComplaintReported {
    ComplaintReported(
        complaintId: id, customer: CustomerCode(code: customer), orderId: order, category: .damage,
        severity: severity, at: minute(minutes), by: "hotline", summary: "two cartons crushed")
}

private func step(
    _ id: String, _ step: ComplaintStep, at minutes: Int, of complaint: String = "CP1", note: String? = nil,
    promise: Int? = nil
) -> ComplaintStepTaken {
    ComplaintStepTaken(
        stepId: id, source: "erp", complaintId: complaint, step: step, at: minute(minutes), by: "li.wei", note: note,
        promise: promise.map(minute))
}

@Suite("How far a complaint is")
struct ComplaintProgressTests {
    private func progress(_ steps: [(ComplaintStep, Int)]) -> ComplaintProgress {
        ComplaintProgress(
            openedAt: minute(0), openedBy: "hotline",
            steps.enumerated().map { place, step in
                ComplaintProgress.Step(stepId: "S\(place)", step: step.0, at: minute(step.1), by: "li.wei")
            })
    }

    @Test("steps are taken in their order, may be left out, and none is gone back but by reopening")
    func order() {
        let whole = progress([
            (.accepted, 1), (.contained, 2), (.causeFound, 3), (.actionAgreed, 4), (.verified, 5), (.closed, 6),
        ])
        #expect(whole.state == .closed && whole.entries.allSatisfy { $0.objection == nil })
        #expect(whole.stays.map(\.state) == ComplaintState.allCases.filter { $0 != .reopened })
        let short = progress([(.contained, 1), (.closed, 2), (.accepted, 3), (.closed, 4)])
        #expect(short.state == .closed && short.since == minute(2))
        #expect(short.entries.map { $0.objection == nil } == [true, true, false, false])
        #expect(ComplaintProgress.objection(to: .reopened, in: .actionAgreed) != nil)
        #expect(ComplaintProgress.objection(to: .accepted, in: .accepted) != nil)
        for state in [ComplaintState.verified, .closed] {
            #expect(ComplaintProgress.objection(to: .reopened, in: state) == nil)
        }
        let again = progress([(.closed, 1), (.reopened, 2), (.accepted, 3), (.closed, 5)])
        #expect(again.stays.map(\.state) == [.received, .closed, .reopened, .accepted, .closed])
        #expect(again.since == minute(5))
    }

    @Test("a promise stands until the next one, and ends with the complaint")
    func promises() {
        func at(_ steps: [(ComplaintStep, Int?)]) -> Timestamp? {
            ComplaintProgress(
                openedAt: minute(0), openedBy: "hotline",
                steps.enumerated().map { place, step in
                    ComplaintProgress.Step(
                        stepId: "S\(place)", step: step.0, at: minute(place), by: "li.wei",
                        promise: step.1.map(minute))
                }
            ).promisedAt
        }
        #expect(at([(.accepted, 60), (.contained, nil)]) == minute(60))
        #expect(at([(.accepted, 60), (.contained, 90)]) == minute(90))
        #expect(at([(.accepted, 60), (.closed, nil)]) == nil)
    }

    @Test("steps of one moment count in their own order; one from before the complaint takes no time away")
    func moments() {
        let at = progress([(.closed, 1), (.accepted, 1), (.contained, 1)])
        #expect(at.state == .closed && at.entries.allSatisfy { $0.objection == nil })
        let early = progress([(.accepted, -30), (.contained, 10)])
        #expect(early.stays.map(\.from) == [minute(0), minute(0), minute(10)])
    }
}

@Suite("Complaints over the service desk's tables", .service(try deskDefinition()))
struct ComplaintTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static func standings(_ outcome: ServiceFixture.Outcome) throws -> [ComplaintStanding] {
        try outcome.events(ComplaintOpened.self).map(\.complaint)
            + outcome.events(ComplaintProgressed.self).map(\.complaint)
    }

    @Test("a complaint is opened, goes its way and is closed; each step is told once")
    func lifecycle() async throws {
        let opened = try await desk.handle([.init("c", complaint())])
        let first = try #require(try opened.events(ComplaintOpened.self).first?.complaint)
        #expect(first.state == .received && first.revision == 1 && first.source == "erp" && first.by == "hotline")
        #expect(first.customerId == AccountIdentifier.customer(source: "erp", code: "C1"))
        let raised = try #require(try opened.said().first)
        #expect(raised.kind == "complaint" && raised.content?.owner == "hotline" && !raised.isChange)
        let steps: [(ComplaintStep, Int)] = [(.accepted, 30), (.causeFound, 90), (.closed, 150)]
        for (place, taken) in steps.enumerated() {
            let body = step("S\(place)", taken.0, at: taken.1, note: "done", promise: taken.1 + 60)
            let outcome = try await desk.handle([.init("s\(place)", source: "waybill-cli", body)])
            let told = try #require(try outcome.events(ComplaintProgressed.self).first?.complaint)
            #expect(told.state.rawValue == taken.0.rawValue && told.at == minute(taken.1))
            #expect(told.revision == place + 2 && told.note == "done" && told.by == "li.wei")
            #expect(told.promisedAt == (taken.0 == .closed ? nil : minute(taken.1 + 60)))
            #expect(outcome.published.first?.envelope.causationID == "s\(place)")
            let said = try #require(try outcome.said().first)
            #expect(said.id == raised.id && said.revision > raised.revision)
            if taken.0 == .closed {
                #expect(said.clearing == "closed by li.wei")
            } else {
                #expect(said.isChange && said.content?.owner == "li.wei")
                #expect(said.content?.dueAt == minute(taken.1 + 60))
            }
            // The same step, sent again under another id, has no second effect.
            let again = try await desk.handle([.init("again\(place)", source: "waybill-cli", body)])
            #expect(again.published.isEmpty && again.refused.isEmpty && again.notices.isEmpty)
        }
        let repeated = try await desk.handle([.init("c2", complaint())])
        #expect(repeated.published.isEmpty && repeated.refused.isEmpty)
        let open = try await desk.ask("complaints.list")
        #expect(open["complaints"].rows.isEmpty)
        let closed = try await desk.ask("complaints.list", ["state": "closed", "customer": "C1"])
        #expect(closed["complaints"].column("complaint_id") == ["CP1"])
        #expect(closed["complaints"].column("summary").allSatisfy { $0?.isEmpty == false })
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1"])
        #expect(shown["complaint"].column("state") == ["closed"])
        #expect(shown["states"].column("state") == ["received", "accepted", "cause-found", "closed"])
        #expect(shown["states"].column("seconds") == ["1800", "3600", "3600", nil])
        #expect(shown["steps"].column("counts") == ["counts", "counts", "counts"])
    }

    @Test("a state that lasts is measured up to the time that is asked about")
    func soFar() async throws {
        try await desk.handle([.init("c", complaint()), .init("s", step("S1", .accepted, at: 10))])
        let shown = try await desk.ask(
            "complaints.show", ["complaintId": "CP1", "at": minute(25).inOffset(minutes: 480).description])
        #expect(shown["states"].column("seconds") == ["600", "900"])
    }

    @Test("what goes back, what comes twice and what contradicts itself is refused, and leaves nothing behind")
    func refusals() async throws {
        try await desk.handle([.init("c", complaint()), .init("s1", step("S1", .contained, at: 10))])
        let refused = try await desk.handle([
            .init("s2", step("S2", .accepted, at: 20)),
            .init("s3", step("S3", .contained, at: 20)),
            .init("s4", step("S4", .reopened, at: 20)),
            .init("s5", step("S1", .contained, at: 10, note: "otherwise")),
            .init("c2", complaint(severity: .critical)),
            .init("s6", step("S6", .closed, at: 30)),
        ])
        #expect(
            refused.refused.mapValues(\.reason) == [
                0: .wrongState, 1: .wrongState, 2: .wrongState, 3: .conflictingContent, 4: .conflictingContent,
            ])
        #expect(refused.refused[0]?.path == "$.step" && refused.refused[4]?.path == "$.complaintId")
        #expect(try Self.standings(refused).map(\.state) == [.closed])
        let late = try await desk.handle([.init("s7", step("S7", .closed, at: 40))])
        #expect(late.refused[0]?.reason == .wrongState && late.published.isEmpty)
        #expect(try await desk.rows("select step_id from complaint_step order by 1") == [["S1"], ["S6"]])
        let reopened = try await desk.handle([
            .init("s8", step("S8", .reopened, at: 50)), .init("s9", step("S9", .accepted, at: 60)),
        ])
        #expect(try Self.standings(reopened).map(\.state) == [.reopened, .accepted])
        let asked = await #expect(throws: Refusal.self) { try await desk.ask("complaints.list", ["state": "odd"]) }
        #expect(asked?.reason == .valueNotAllowed)
        let early = step("S1", .accepted, at: 60, promise: 0)
        let fault = #expect(throws: Refusal.self) {
            try ComplaintStepTaken(node: JSONDocument(parsing: early.encode()).root)
        }
        #expect(fault?.reason == .contradictoryTimes && fault?.path == "$.promise")
    }

    @Test("a step that comes before its complaint waits for it where it can be seen, and then counts")
    func stepFirst() async throws {
        let early = try await desk.handle([
            .init("s1", step("S1", .accepted, at: 10, promise: 70)), .init("s2", step("S2", .contained, at: 20)),
        ])
        #expect(early.published.isEmpty && early.refused.isEmpty)
        let waiting = try await desk.ask("complaints.list")
        #expect(waiting["steps that wait for their complaint"].column("step_id") == ["S1", "S2"])
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1"])
        #expect(shown["complaint"].rows.isEmpty)
        #expect(shown["steps"].column("counts") == ["waits for its complaint", "waits for its complaint"])
        let opened = try await desk.handle([.init("c", complaint())])
        let told = try #require(try opened.events(ComplaintOpened.self).first?.complaint)
        #expect(told.state == .contained && told.revision == 3 && told.promisedAt == minute(70))
        #expect(try Self.standings(opened).count == 1)
        let after = try await desk.ask("complaints.list")
        #expect(after["steps that wait for their complaint"].rows.isEmpty)
        #expect(after["complaints"].column("state") == ["contained"])
    }

    @Test(
        "the same messages in any order, however often, end equal once what was refused is replayed", arguments: 0..<8)
    func anyOrder(_ round: Int) async throws {
        let messages: [ServiceFixture.Message] =
            [
                .init("c1", complaint("CP1")), .init("c2", complaint("CP2", order: nil)),
                .init("c3", complaint("CP3", severity: .minor)),
            ]
            + [
                ("CP1", ComplaintStep.accepted, 10), ("CP1", .contained, 20), ("CP1", .closed, 30),
                ("CP1", .reopened, 40), ("CP1", .accepted, 50), ("CP1", .verified, 60), ("CP2", .accepted, 10),
                ("CP2", .causeFound, 11), ("CP3", .closed, 5), ("CP3", .accepted, 6), ("CP3", .reopened, 7),
            ].map { of, taken, at in
                .init("\(of)-\(at)", source: "waybill-cli", step("\(of)-\(at)", taken, at: at, of: of))
            }
        // The accepted of the closed one does not count, whichever comes first.
        let expected = [
            ["CP1", "verified", "60"], ["CP2", "cause-found", "11"], ["CP3", "reopened", "7"],
        ]
        var random = RandomSource(seed: 20_260_302 + UInt64(round))
        var arrival = round == 0 ? messages : messages + messages
        if round > 0 { arrival.shuffle(using: &random) }
        var rest = arrival[...]
        var refused: [ServiceFixture.Message] = []
        while !rest.isEmpty {
            let batch = Array(rest.prefix(1 + random.below(5)))
            rest = rest.dropFirst(batch.count)
            let outcome = try await desk.handle(batch)
            refused += outcome.refused.keys.sorted().map { batch[$0] }
        }
        var isMoving = true
        while isMoving, !refused.isEmpty {
            let outcome = try await desk.handle(refused)
            isMoving = outcome.refused.count < refused.count
            refused = outcome.refused.keys.sorted().map { refused[$0] }
        }
        let found = try await desk.rows(
            """
            select complaint_id, state,
                (extract(epoch from state_at - timestamptz '2026-03-02T09:00:00+08:00') / 60)::int::text
            from complaint order by 1
            """)
        #expect(found == expected)
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1"])
        #expect(
            shown["states"].column("state") == [
                "received", "accepted", "contained", "closed", "reopened", "accepted", "verified",
            ])
    }

    @Test("two copies that get a complaint and its step at once lose neither")
    func copies() async throws {
        for number in 1...12 {
            let id = "CP\(number)"
            async let reported = desk.retrying([.init("c\(number)", complaint(id))])
            async let taken = desk.retrying([.init("s\(number)", step("S1", .accepted, at: 10, of: id))])
            _ = try await (reported, taken)
        }
        let states = try await desk.rows("select distinct state, revision::text from complaint")
        #expect(states == [["accepted", "2"]])
    }

    @Test("complaints follow their customer when it is merged into another")
    func merges() async throws {
        try await desk.handle([.init("c1", complaint("CP1")), .init("c2", complaint("CP2", customer: "C2"))])
        let record = CustomerRecord(
            customerId: "MERGED", revision: 2,
            accounts: ["C1", "C2"].map { AccountHoming(source: "erp", code: $0, revision: 2) }, at: minute(1))
        try await desk.handle([.init("m", source: "waybill.customer", CustomerChanged(record))])
        for customer in ["C1", "C2", "MERGED"] {
            let found = try await desk.ask("complaints.list", ["customer": customer])
            #expect(found["complaints"].column("complaint_id").compactMap(\.self).sorted() == ["CP1", "CP2"])
        }
        let told = try await desk.handle([.init("s", step("S1", .accepted, at: 5))])
        #expect(try Self.standings(told).map(\.customerId) == ["MERGED"])
    }
}
