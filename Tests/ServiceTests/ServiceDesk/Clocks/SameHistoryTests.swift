import ArgumentParser
import CaseClocks
import Contracts
import Domain
import Foundation
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService
@testable import Simulation
@testable import WaybillCLI

/// The service and the command 'waybill complaints clocks' are fed the same history, and come to the same.
@Suite(
    "One history, worked out by the service and by the command",
    .service(
        try withFile(holding: ClockSaid.file(holidays: ["2026-03-05"], targets: ClockSaid.targets())) {
            try deskDefinition(["servicedesk.clocks": $0])
        }))
struct SameHistoryTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    /// What happened to a complaint: as messages, and as lines of the command's file.
    private struct Case {
        var messages: [ServiceFixture.Message] = []
        var lines: [String] = []
    }

    /// A history in which each thing fits what was before it.
    private static func history(_ id: String, _ random: inout RandomSource) -> Case {
        var found = Case()
        var minute = random.below(3 * 24 * 60)
        found.messages.append(.init(id, ClockSaid.complaint(id, at: minute)))
        found.lines.append("\(id),\(clockMinute(minute)),opened")
        var (isPutRight, isWaiting, isTaken) = (false, false, false)
        for place in 0..<(2 + random.below(9)) {
            minute += 1 + random.below(random.below(3) == 0 ? 3 * 24 * 60 : 300)
            let name = "\(id)-\(place)"
            func step(_ step: ComplaintStep, _ event: String) {
                found.messages.append(
                    .init(name, source: "waybill-cli", ClockSaid.step(name, step, at: minute, of: id)))
                found.lines.append("\(id),\(clockMinute(minute)),\(event)")
            }
            func wait(_ waiting: ComplaintWait, _ event: String) {
                found.messages.append(.init(name, ClockSaid.wait(name, waiting, at: minute, of: id)))
                found.lines.append("\(id),\(clockMinute(minute)),\(event)")
            }
            if isPutRight {
                step(.reopened, "reopened")
                (isPutRight, isTaken) = (false, false)
                continue
            }
            switch random.below(6) {
            case 0 where !isTaken:
                step(.accepted, "assigned")
                isTaken = true
            case 1:
                step(random.below(2) == 0 ? .verified : .closed, "resolved")
                (isPutRight, isWaiting) = (true, false)
            case 2 where isWaiting, 3 where isWaiting:
                wait(.resumed, "resumed")
                isWaiting = false
            default:
                let isCustomer = random.below(2) == 0
                wait(isCustomer ? .customer : .supplier, isCustomer ? "waiting-customer" : "waiting-supplier")
                isWaiting = true
            }
        }
        return found
    }

    @Test("seconds of all three owners, due times and breaches are the same to the second", arguments: 0..<4)
    func same(_ round: Int) async throws {
        var random = RandomSource(seed: 20_260_302 + UInt64(round))
        let cases = (1...40).map { Self.history("CP\($0)", &random) }
        // Each complaint's own messages in their order, those of different ones mixed.
        var queues = cases.map { $0.messages[...] }
        while queues.contains(where: { !$0.isEmpty }) {
            var batch: [ServiceFixture.Message] = []
            for _ in 0..<(1 + random.below(20)) {
                let place = random.below(queues.count)
                if let message = queues[place].popFirst() { batch.append(message) }
            }
            if batch.isEmpty, let place = queues.firstIndex(where: { !$0.isEmpty }), let next = queues[place].popFirst()
            {
                batch.append(next)
            }
            let outcome = try await desk.handle(batch)
            #expect(outcome.refused.isEmpty)
        }
        let at = clockMinute(60 * 24 * 60).inOffset(minutes: 480)
        let lines = cases.flatMap(\.lines) + cases.indices.map { "CP\($0 + 1),\(at),assigned" }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (events, policy, out) = ("events.csv", "policy.json", "clocks.csv")
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        try ("case,at,event\n" + lines.joined(separator: "\n") + "\n").write(
            toFile: path(events), atomically: true, encoding: .utf8)
        // The same policy, in the words of the command.
        let days = ["mon", "tue", "wed", "thu", "fri"].map { "\"\($0)\": [\"09:00-12:00\", \"13:00-18:00\"]" }
        try """
        {"zone": "Asia/Shanghai", "hours": {\(days.joined(separator: ", "))}, "holidays": ["2026-03-05"],
         "workdays": ["2026-03-14"], "targets": {"resolve": 28800}}
        """.write(toFile: path(policy), atomically: true, encoding: .utf8)
        var command = ClocksCommand()
        (command.events, command.policy, command.out) = (path(events), path(policy), path(out))
        try command.run()
        let written = try String(contentsOfFile: path(out), encoding: .utf8).split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let asked = try await desk.ask(
            "complaints.clocks", ["state": "all", "limit": "1000", "at": at.description])["clocks"]
        let columns = [
            "complaint_id", "us_seconds", "customer_seconds", "supplier_seconds", "due_at", "breached_at",
        ].map { asked.column($0) }
        let told = asked.rows.indices.map { row in columns.map { $0[row] ?? "" } }
        func instant(_ row: [String]) -> [String] {
            Array(row.prefix(4)) + row.dropFirst(4).map { Timestamp($0).map { "\($0.microsecondsSinceEpoch)" } ?? "" }
        }
        #expect(written.count == 40)
        let (ofService, ofCommand): ([[String]], [[String]]) = (told.map(instant), written.map(instant))
        let inOrder: ([String], [String]) -> Bool = { $0[0] < $1[0] }
        #expect(ofService.sorted(by: inOrder) == ofCommand.sorted(by: inOrder))
        #expect(told.contains { !$0[5].isEmpty } && told.contains { $0[4].isEmpty })
    }

    @Test("what the service says happened is what the command reads")
    func events() async throws {
        try await desk.handle([
            .init("c", ClockSaid.complaint()), .init("s", ClockSaid.step("S1", .accepted, at: 10)),
            .init("w", ClockSaid.wait("W1", .customer, at: 20, until: 50)),
            .init("v", ClockSaid.step("S2", .verified, at: 80)),
        ])
        let told = try await desk.ask(
            "complaints.events", ["at": clockMinute(100).inOffset(minutes: 480).description])["events"]
        #expect(
            told.column("event") == ["opened", "assigned", "waiting-customer", "resumed", "resolved", "assigned"])
        #expect(
            told.column("at").map { $0.flatMap { Timestamp($0)?.moment } } == [0, 10, 20, 50, 80, 100].map(clockMinute))
        #expect(told.column("case").allSatisfy { $0 == "erp/CP1" })
        #expect(CaseEvent(rawValue: "waiting-customer")?.owner == .customer)
    }
}
