import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

private func definition(_ file: String) throws -> ServiceDefinition {
    try withFile(holding: file) { try deskDefinition(["servicedesk.clocks": $0]) }
}

@Suite(
    "Waits, clocks and what customers are told, over the service desk's tables",
    .service(try definition(ClockSaid.file(targets: ClockSaid.targets()))))
struct ClockServiceTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private func at(_ minutes: Int) -> String { clockMinute(minutes).inOffset(minutes: 480).description }

    @Test("a wait is told its customer in plain words, once; the same again has no effect, otherwise it is refused")
    func waits() async throws {
        try await desk.handle([.init("c", ClockSaid.complaint()), .init("s", ClockSaid.step("S1", .accepted, at: 10))])
        let outcome = try await desk.handle([.init("w", ClockSaid.wait("W1", .customer, at: 20))])
        let told = try #require(try outcome.events(ComplaintStatusChanged.self).first)
        #expect(told.step == .waitingForYou && told.role == .customer && told.revision == 3)
        #expect(told.english == "We are waiting for your answer." && told.at == clockMinute(20))
        #expect(outcome.published.allSatisfy { $0.envelope.causationID == "w" })
        let again = try await desk.handle([.init("w2", ClockSaid.wait("W1", .customer, at: 20))])
        #expect(again.published.isEmpty && again.refused.isEmpty)
        let refused = try await desk.handle([
            .init("w3", ClockSaid.wait("W1", .customer, at: 25)),
            .init("w4", ClockSaid.wait("W4", .resumed, at: 15)),
            .init("w5", ClockSaid.wait("W5", .resumed, at: 30)),
        ])
        #expect(refused.refused.mapValues(\.reason) == [0: .conflictingContent, 1: .wrongState])
        #expect(refused.refused[1]?.path == "$.waiting")
        let statuses = try refused.events(ComplaintStatusChanged.self)
        #expect(statuses.map(\.step) == [.inWork] && statuses.map(\.revision) == [4])
        #expect(try await desk.rows("select wait_id from complaint_wait order by 1") == [["W1"], ["W5"]])
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1"])
        #expect(shown["waits"].column("waiting") == ["customer", "resumed"])
        #expect(shown["waits"].column("counts") == ["counts", "counts"])
    }

    @Test("a wait that comes before its complaint stands where it can be seen, and then counts")
    func early() async throws {
        let outcome = try await desk.handle([.init("w", ClockSaid.wait("W1", .supplier, at: 20))])
        #expect(outcome.published.isEmpty && outcome.refused.isEmpty)
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1"])
        #expect(shown["waits"].column("counts") == ["waits for its complaint"])
        let opened = try await desk.handle([.init("c", ClockSaid.complaint())])
        #expect(try opened.events(ComplaintStatusChanged.self).map(\.step) == [.waitingForSupplier])
        #expect(try await desk.rows("select count(*)::text from complaint_wait where is_waiting") == [["0"]])
    }

    @Test("another system says who is waited for about a complaint, by the number of who reported it")
    func otherSystem() async throws {
        let said = ServiceFixture.Message(
            "w", source: "portal",
            ComplaintWaiting(
                waitId: "W1", complaintId: "CP1", complaintSource: "erp", waiting: .supplier, reason: .remedy,
                at: clockMinute(20), by: "supplier.portal"))
        try await desk.handle([said])
        let waiting = try await desk.ask("references.waiting")["references"]
        #expect(waiting.column("what") == ["complaint"] && waiting.column("source") == ["erp"])
        #expect(waiting.column("number") == ["CP1"] && waiting.column("named_by") == ["wait portal/W1"])
        let opened = try await desk.handle([.init("c", ClockSaid.complaint())])
        #expect(try opened.events(ComplaintStatusChanged.self).map(\.step) == [.waitingForSupplier])
        #expect(try await desk.ask("references.waiting")["references"].column("what").contains("complaint") == false)
        // The same number of the complaint's own system is another word.
        let own = try await desk.handle([.init("w2", ClockSaid.wait("W1", .customer, at: 30))])
        #expect(own.refused.isEmpty)
        #expect(
            try await desk.rows("select source, wait_id from complaint_wait order by wait_id collate \"C\"")
                == [["erp", "W1"], ["erp", "portal/W1"]])
        let again = try await desk.handle([.init("w3", source: "portal", said.body)])
        #expect(again.refused.isEmpty && again.published.isEmpty)
    }

    @Test("a pause for no reason, or for one of somebody else, is refused by its contract")
    func reasons() {
        for (body, path) in [
            (
                ComplaintWaiting(waitId: "W", complaintId: "C", waiting: .customer, at: clockMinute(0), by: "x"),
                "$.reason"
            ),
            (
                ComplaintWaiting(
                    waitId: "W", complaintId: "C", waiting: .customer, reason: .liability, at: clockMinute(0), by: "x"),
                "$.reason"
            ),
            (
                ComplaintWaiting(
                    waitId: "W", complaintId: "C", waiting: .resumed, at: clockMinute(0), until: clockMinute(9), by: "x"
                ),
                "$.until"
            ),
            (
                ComplaintWaiting(
                    waitId: "W", complaintId: "C", waiting: .customer, reason: .evidence, at: clockMinute(0),
                    until: clockMinute(0), by: "x"), "$.until"
            ),
        ] {
            let refusal = #expect(throws: Refusal.self) {
                try ComplaintWaiting(node: JSONDocument(parsing: body.encode()).root)
            }
            #expect(refusal?.path == path)
        }
    }

    @Test("a broken promise is told when it breaks, and stays where the customer sees it")
    func promises() async throws {
        try await desk.handle([.init("c", ClockSaid.complaint())])
        let given = try await desk.handle([.init("s", ClockSaid.step("S1", .accepted, at: 30, promise: 90))])
        let open = try #require(try given.events(ComplaintStatusChanged.self).first)
        // The service's clock stands at 10:00, which is minute 60.
        #expect(open.promises.map(\.state) == [.open] && open.nextPromise == clockMinute(90))
        let due = try await desk.rows(
            "select key, payload, (extract(epoch from due_at) * 1000000)::bigint::text from schedule where task = 'complaints.status'"
        )
        let item = try #require(due.first)
        // Whoever has it hears of it when three quarters of the time are gone, and the customer when it is over.
        #expect(item[2] == "\(clockMinute(75).microsecondsSinceEpoch)")
        let payload = try #require(item[1])
        #expect(try await desk.run("complaints.status", payload: payload, at: at(74)).notices.isEmpty)
        let warned = try await desk.run("complaints.status", payload: payload, at: at(75))
        let warning = try #require(try warned.said().first)
        #expect(warned.published.isEmpty && warning.kind == "complaint-promise-due" && !warning.isChange)
        #expect(warning.content?.owner == "li.wei" && warning.content?.severity == .urgent)
        #expect(warning.content?.dueAt?.microsecondsSinceEpoch == clockMinute(90).microsecondsSinceEpoch)
        let rest = try await desk.rows(
            "select (extract(epoch from due_at) * 1000000)::bigint::text from schedule where task = 'complaints.status'"
        )
        #expect(rest == [["\(clockMinute(90).microsecondsSinceEpoch + 1)"]])
        let early = try await desk.run("complaints.status", payload: payload, at: at(89))
        #expect(early.published.isEmpty && early.notices.isEmpty)
        let broken = try await desk.run("complaints.status", payload: payload, at: at(91))
        let told = try #require(try broken.events(ComplaintStatusChanged.self).first)
        #expect(told.promises.map(\.state) == [.broken] && told.nextPromise == clockMinute(90))
        #expect(told.revision == open.revision + 1 && told.step == .inWork)
        #expect(try await desk.run("complaints.status", payload: payload, at: at(92)).published.isEmpty)
        let later = try await desk.handle(
            [.init("s2", ClockSaid.step("S2", .contained, at: 120, promise: 200))], at: at(120))
        // The customer has heard of it, and is promised to hear more.
        let heard = try later.said().filter { $0.id == warning.id }
        #expect(
            heard.map(\.kind) == ["cleared"] && heard.map(\.cause) == ["s2"] && heard[0].revision > warning.revision)
        let after = try #require(try later.events(ComplaintStatusChanged.self).first)
        #expect(after.promises.map(\.state) == [.broken, .open] && after.nextPromise == clockMinute(200))
        #expect(after.promises.first?.heardAt == clockMinute(120))
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1", "at": at(130)])
        #expect(shown["promises"].column("state") == ["broken", "open"])
    }

    @Test("whoever takes a complaint over hears of the promise that is about to break, once")
    func takenOver() async throws {
        try await desk.handle([
            .init("c", ClockSaid.complaint()), .init("s1", ClockSaid.step("S1", .accepted, at: 10)),
            .init("s2", ClockSaid.step("S2", .verified, at: 20, promise: 90)),
        ])
        let payload = "erp\nCP1"
        let warning = try #require(
            try await desk.run("complaints.status", payload: payload, at: at(80)).said().first)
        #expect(warning.kind == "complaint-promise-due" && warning.content?.owner == "li.wei")
        // That it is opened once more and that somebody takes it on is no word to the customer.
        let taken = try await desk.handle(
            [
                .init("s3", ClockSaid.step("S3", .reopened, at: 81)),
                .init("s4", ClockSaid.step("S4", .accepted, at: 82, by: "wang.min")),
            ], at: at(82))
        let told = try taken.said().filter { $0.kind == "complaint-promise-due" }
        #expect(told.map(\.id) == [warning.id] && told.map { $0.content?.owner } == ["wang.min"])
        #expect(told.allSatisfy { $0.isChange && $0.revision > warning.revision && $0.cause == "s4" })
        #expect(try await desk.run("complaints.status", payload: payload, at: at(83)).notices.isEmpty)
    }

    @Test("promises from before they were warned of are looked at once, but not those of what is closed")
    func standing() async throws {
        try await desk.handle([
            .init("c1", ClockSaid.complaint("CP1")), .init("c2", ClockSaid.complaint("CP2")),
            .init("c3", ClockSaid.complaint("CP3")),
            .init("s1", ClockSaid.step("S1", .accepted, at: 30, of: "CP1", promise: 90)),
            .init("s2", ClockSaid.step("S2", .accepted, at: 30, of: "CP2", promise: 430)),
            .init("s3", ClockSaid.step("S3", .accepted, at: 30, of: "CP3", promise: 90)),
            .init("s4", ClockSaid.step("S4", .closed, at: 40, of: "CP3")),
        ])
        try await desk.pool.withTransaction { try $0.execute("delete from schedule where task = 'complaints.status'") }
        let filled = try await desk.run("complaints.status-fill", at: at(80))
        #expect(try filled.said().map(\.kind) == ["complaint-promise-due"] && filled.published.isEmpty)
        #expect(try filled.said().map { $0.fact("complaint") } == ["CP1"])
        let due = try await desk.rows(
            """
            select payload, (extract(epoch from due_at) * 1000000)::bigint::text from schedule
            where task = 'complaints.status' order by payload
            """)
        #expect(
            due == [
                ["erp\nCP1", "\(clockMinute(90).microsecondsSinceEpoch + 1)"],
                ["erp\nCP2", "\(clockMinute(330).microsecondsSinceEpoch)"],
            ])
        #expect(try await desk.run("complaints.status-fill", at: at(81)).notices.isEmpty)
    }

    @Test("each level of a clock is told once, to the one who has to know, and it is written down who was")
    func levels() async throws {
        try await desk.handle([
            .init("c", ClockSaid.complaint()), .init("s", ClockSaid.step("S1", .accepted, at: 10, promise: 30)),
        ])
        // Containment has four hours of business: 75 % is at noon, 100 % at 14:00.
        let first = try await desk.run("complaints.clocks", at: at(179))
        #expect(first.published.isEmpty)
        let warned = try await desk.run("complaints.clocks", at: at(181))
        let warning = try #require(try warned.events(ComplaintClockReached.self).first)
        #expect(warning.clock == .containment && warning.level == 75 && warning.toldTo == "li.wei")
        #expect(warning.reachedAt.moment == clockMinute(180) && warning.priority == 2 && warning.target == 4 * 3600)
        #expect(try await desk.run("complaints.clocks", at: at(182)).published.isEmpty)
        let up = try await desk.run("complaints.clocks", at: at(301))
        #expect(try up.events(ComplaintClockReached.self).map(\.level) == [100])
        // Whatever was missed is told at once, each level by itself.
        let late = try await desk.run("complaints.clocks", at: at(24 * 60 + 180))
        let told = try late.events(ComplaintClockReached.self)
        #expect(told.filter { $0.clock == .containment }.map(\.level) == [150, 200])
        #expect(told.filter { $0.clock == .resolution }.map(\.level) == [75, 100])
        #expect(Set(told.map(\.clock)) == [.containment, .resolution], "it was answered in time")
        #expect(try await desk.run("complaints.clocks", at: at(24 * 60 + 181)).published.isEmpty)
        try await desk.handle([.init("v", ClockSaid.step("S2", .verified, at: 24 * 60 + 182))])
        #expect(try await desk.run("complaints.clocks", at: at(9 * 24 * 60)).published.isEmpty)
        let shown = try await desk.ask("complaints.told", ["complaintId": "CP1"])["told"]
        #expect(shown.rows.count == 6 && shown.column("told_to").allSatisfy { $0 == "li.wei" })
    }

    @Test(
        "of each clock there is one notice, which grows worse, goes along with who has it, and is over with what it waits for"
    )
    func said() async throws {
        let given = try await desk.handle([
            .init("c", ClockSaid.complaint()), .init("s", ClockSaid.step("S1", .accepted, at: 10, promise: 30)),
        ]).said()
        // The clock stands at minute 60, when the promise is broken already.
        let promise = try #require(given.first { $0.kind == "complaint-promise-due" })
        let warned = try await desk.run("complaints.clocks", at: at(181)).said()
        let first = try #require(warned.first)
        #expect(warned.map(\.kind) == ["complaint-clock-due"] && !first.isChange)
        #expect(
            first.content?.owner == "li.wei" && first.content?.alsoTo == [] && first.content?.severity == .attention)
        #expect(first.fact("clock") == "containment" && first.fact("percent") == "75")
        #expect(first.content?.about == NoticeObject(kind: "complaint", source: "erp", identifier: "CP1"))
        let late = try await desk.run("complaints.clocks", at: at(301)).said()
        #expect(late.map(\.kind) == ["complaint-clock-late"] && late.map(\.id) == [first.id] && late[0].isChange)
        #expect(late[0].content?.severity == .urgent && late[0].revision > first.revision)
        // What was missed comes as one word of each clock.
        let worse = try await desk.run("complaints.clocks", at: at(24 * 60 + 180)).said()
        #expect(worse.map { $0.fact("clock") } == ["containment", "resolution"])
        #expect(worse.map { $0.fact("percent") } == ["200", "100"] && worse.map(\.isChange) == [true, false])
        #expect(worse.map { $0.content?.severity } == [.critical, .urgent])
        let contained = try await desk.handle(
            [.init("a", ClockSaid.step("S2", .contained, at: 24 * 60 + 190))], at: at(24 * 60 + 190)
        ).said()
        #expect(contained.contains { $0.kind == "cleared" && $0.id == promise.id })
        let over = contained.filter { $0.kind == "cleared" && $0.id != promise.id }
        #expect(over.map(\.id) == [first.id] && over.map(\.cause) == ["a"] && over[0].revision > worse[0].revision)
        let done = try await desk.handle(
            [.init("v", ClockSaid.step("S3", .verified, at: 24 * 60 + 200))], at: at(24 * 60 + 200)
        ).said()
        #expect(done.filter { $0.kind == "cleared" }.map(\.id) == [worse[1].id])
        // What is reopened runs on: it stands where it stood, and is somebody else's.
        let reopened = try await desk.handle(
            [
                .init("r", ClockSaid.step("S4", .reopened, at: 24 * 60 + 210)),
                .init("t", ClockSaid.step("S5", .accepted, at: 24 * 60 + 211, by: "wang.min")),
            ], at: at(24 * 60 + 212)
        ).said()
        let clocks = reopened.filter { $0.kind == "complaint-clock-late" }
        #expect(clocks.map(\.id) == worse.map(\.id) && clocks.map { $0.content?.owner } == ["wang.min", "wang.min"])
        #expect(clocks.map { $0.content?.alsoTo } == [["li.wei"], ["li.wei"]])
        let closed = try await desk.handle(
            [.init("x", ClockSaid.step("S6", .closed, at: 24 * 60 + 220))], at: at(24 * 60 + 220)
        ).said()
        #expect(Set(closed.filter { $0.kind == "cleared" }.map(\.id)).isSuperset(of: worse.map(\.id)))
    }

    @Test("whoever asks the customer for something has answered")
    func asked() async throws {
        try await desk.handle([.init("c", ClockSaid.complaint()), .init("s", ClockSaid.step("S1", .accepted, at: 10))])
        let warned = try await desk.run("complaints.clocks", at: at(50)).said()
        #expect(warned.map { $0.fact("clock") } == ["first-answer"])
        let asked = try await desk.handle([.init("w", ClockSaid.wait("W1", .customer, at: 55))], at: at(56)).said()
        #expect(asked.map(\.id) == warned.map(\.id) && asked.map(\.kind) == ["cleared"])
        #expect(asked.map(\.cause) == ["w"])
    }

    @Test("two copies that read the clocks at once tell each level once")
    func copies() async throws {
        try await desk.handle([.init("c", ClockSaid.complaint())])
        async let one = desk.run("complaints.clocks", at: at(200))
        async let other = desk.run("complaints.clocks", at: at(200))
        let told = try await (one.events(ComplaintClockReached.self) + other.events(ComplaintClockReached.self))
        #expect(Set(told.map { "\($0.clock.rawValue) \($0.level)" }).count == told.count && !told.isEmpty)
    }

    @Test("a customer's class, known before or after the complaint, makes its priority")
    func classes() async throws {
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        let record = CustomerRecord(
            customerId: customer, revision: 1, branch: "KS01",
            accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)], at: clockMinute(0))
        let classified = CustomerClassified(
            customerId: customer, revision: 1,
            classes: [
                CustomerClass(dimension: .value, value: "A", since: CalendarDay(daysSinceEpoch: 20_000), reason: "?")
            ], model: 0, classifiedAt: clockMinute(0))
        try await desk.handle([.init("c1", ClockSaid.complaint("CP1"))])
        try await desk.handle([
            .init("r", source: "waybill.customer", CustomerRegistered(record)),
            .init("k", source: "waybill.customer", classified),
        ])
        try await desk.handle([.init("c2", ClockSaid.complaint("CP2", at: 1))])
        func priorities() async throws -> [String?] {
            try await desk.ask("complaints.clocks", ["at": at(60)])["clocks"].column("priority")
        }
        #expect(try await priorities() == ["2", "1"])
        try await desk.run("complaints.places", at: at(60))
        #expect(try await priorities() == ["1", "1"])
        #expect(try await desk.ask("complaints.clocks")["clocks"].column("branch") == ["KS01", "KS01"])
    }

    @Test("another policy gives the whole history anew, and it is said what it has changed")
    func policies() async throws {
        try await desk.handle([
            .init("c1", ClockSaid.complaint("CP1")), .init("c2", ClockSaid.complaint("CP2")),
            .init("s", ClockSaid.step("S", .verified, at: 60, of: "CP2")),
        ])
        try await desk.run("complaints.clocks", at: at(60))
        #expect(try await desk.ask("complaints.policy-changed")["effect"].rows.isEmpty, "no other has held")
        let stricter = try definition(ClockSaid.file(targets: ClockSaid.targets(resolution: 2)))
        try await desk.pool.withTransaction { transaction in
            var effects = Effects(now: clockMinute(61), source: "x", wallClock: clockMinute(61))
            let item = ScheduledItem(task: "complaints.clocks", key: "", due: clockMinute(61))
            for task in stricter.tasks where task.name == "complaints.clocks" {
                try task.handle([item], transaction, &effects)
            }
        }
        let answer = try await desk.pool.withTransaction(isReadOnly: true) { transaction in
            let query = try #require(stricter.queries.first { $0.name == "complaints.policy-changed" })
            return try query.ask(["at": at(180), "state": "all"], at: clockMinute(180), transaction)
        }
        #expect(answer["policies"].column("is_now") == ["true", "false"])
        #expect(answer["effect"].column("complaints") == ["2"] && answer["effect"].column("due_earlier") == ["1"])
        #expect(answer["effect"].column("breached_more") == ["1"] && answer["effect"].column("breached_less") == ["0"])
        let changed = answer["changed complaints"]
        #expect(changed.column("complaint_id").contains("CP1"))
        let row = try #require(changed.column("complaint_id").firstIndex(of: "CP1"))
        func time(_ column: String) -> Timestamp? { changed.column(column)[row].flatMap { Timestamp($0)?.moment } }
        #expect(time("due_before") == clockMinute(540) && time("due_now") == clockMinute(120))
        #expect(time("breached_before") == nil && time("breached_now") == clockMinute(120))
        let missing = try await desk.ask("complaints.policy-changed", ["version": "99"])
        #expect(missing["effect"].rows.isEmpty && missing["policies"].rows.count == 2)
    }
}
