import Contracts
import Foundation
import NotifierService
import TestSupport
import Testing

@testable import ServiceKit

/// What the notifier does when its files are read again, as at a signal: Tests/EndToEnd/notices.py sends one and changes a password.
@Suite("The file of channels, read again")
struct ChannelRereadTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-\(UUID().uuidString)")

    private func put(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    private func channels(_ more: String = "") throws {
        try put(
            "channels.json",
            """
            {"channels":[{"name":"mail","kind":"mail","host":"localhost","port":2525,"security":"starttls","user":"waybill",\
            "passwordFile":"mail.password","from":{"address":"notices@people.example"}}\(more)],\
            "nodes":[{"node":"*","channels":["mail"]}]}
            """)
    }

    @Test("servers and secrets hold as they are read: all of them or none, and a secret that is gone changes nothing")
    func again() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try put("mail.password", "first\n")
        try put("desk.webhook", "whsec_\(String(repeating: "A", count: 32))\n")
        try channels()
        let settings = Settings(
            Setting.common + NotifierService.settings,
            values: ["channels": folder.appendingPathComponent("channels.json").path])
        let current = Current(try NotifierService.definition(settings))
        let reread = Reread(logger: TestServers.quiet) {
            let next = try NotifierService.definition(settings)
            return { current.replace(with: next) }
        }
        func servers() -> [String] {
            current.value.standing.map(\.name).filter { $0.hasPrefix("handovers by ") }
        }
        #expect(servers() == ["handovers by mail"])
        try channels(
            #","# + #"{"name":"programs","kind":"webhook","webhooks":[{"name":"desk","url":"https://desk.example/in","#
                + #""secretFiles":["desk.webhook"]}]}"#)
        try FileManager.default.removeItem(at: folder.appendingPathComponent("mail.password"))
        reread.again()
        #expect(servers() == ["handovers by mail"] && reread.record.reads == 1)
        #expect(reread.record.problem?.contains("mail.password") == true)
        try put("mail.password", "second\n")
        try put("desk.webhook", "whsec_\(String(repeating: "B", count: 32))\n")
        reread.again()
        #expect(servers() == ["handovers by mail", "handovers by programs"])
        #expect(reread.record == Reread.Record(reads: 2, problem: nil))
        try put("channels.json", "{")
        reread.again()
        #expect(servers() == ["handovers by mail", "handovers by programs"] && reread.record.problem != nil)
    }
}
