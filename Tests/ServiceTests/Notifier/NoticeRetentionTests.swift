import Channels
import Contracts
import Domain
import NotifierService
import ServiceTestSupport
import Testing

@Suite("What is over is kept for a while", .services)
struct NoticeRetentionTests {
    private func cleared(_ id: String, revision: Int = 2, at time: String) throws -> NoticeCleared {
        NoticeCleared(noticeId: id, revision: revision, reason: "paid", clearedAt: try moment(time))
    }

    @Test("notices that are over and handovers that have ended go when their time has passed, and nothing else")
    func retention() async throws {
        let mail = FakeServer("mail")
        let notifier = try await ServiceFixture.make(
            NotifierService.definition(book: ChannelBook([.init(.mail, mail)], domain: "example.com"), keptDays: 100))
        let expiry = try moment("2026-03-03T10:00:00+08:00")
        _ = try await notifier.notices([
            try NotifiedPeople.notice("old"), try NotifiedPeople.notice("open"), try NotifiedPeople.notice("recent"),
            try NotifiedPeople.notice("expired", expiresAt: expiry),
        ])
        try await notifier.handOver()
        // Never raised as far as is known here: it goes as well.
        _ = try await notifier.notices(
            cleared: [
                try cleared("old", at: "2026-03-02T11:00:00+08:00"),
                try cleared("unheard", at: "2026-03-02T11:00:00+08:00"),
                try cleared("recent", at: "2026-06-01T11:00:00+08:00"),
            ], at: "2026-06-01T12:00:00+08:00")
        _ = try await notifier.notices([try NotifiedPeople.notice("new")], at: "2026-06-01T12:00:00+08:00")
        try await notifier.handOver(at: "2026-06-01T12:00:01+08:00")
        let first = mail.handovers.first { $0.notices == ["old"] }?.id

        // One day too early, and on the day.
        try await notifier.run("notices.retention", at: "2026-06-10T00:00:00+08:00")
        #expect(try await notifier.rows("select count(*) from notice") == [["6"]])
        #expect(try await notifier.rows("select count(*) from handover") == [["5"]])
        try await notifier.run("notices.retention", at: "2026-06-12T00:00:00+08:00")
        #expect(
            try await notifier.rows("select notice_id from notice order by 1") == [["new"], ["open"], ["recent"]])
        #expect(try await notifier.rows("select distinct notice_id from handover_notice") == [["new"]])
        #expect(try await notifier.rows("select state from handover") == [["handed-over"]])
        #expect(
            try await notifier.rows("select notice_id from recipient order by 1") == [["new"], ["open"], ["recent"]])

        // What comes again is told like a new one, under another number.
        _ = try await notifier.notices(
            [try NotifiedPeople.notice("old", revision: 3)], at: "2026-06-12T09:00:00+08:00")
        try await notifier.handOver(at: "2026-06-12T09:00:01+08:00")
        let told = mail.handovers.filter { $0.notices == ["old"] }
        #expect(told.count == 2 && told.first?.id == first && told.last?.id != first)
    }

    @Test("what waits to be handed over keeps its notice, however long it has been over")
    func waiting() async throws {
        let notifier = try await ServiceFixture.make(
            NotifierService.definition(
                book: ChannelBook([.init(.mail, FakeServer("mail"))], domain: "example.com"), keptDays: 100))
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        _ = try await notifier.notices(
            cleared: [try cleared("a", at: "2026-03-02T11:00:00+08:00")], at: "2026-03-02T11:00:00+08:00")
        try await notifier.run("notices.retention", at: "2026-12-01T00:00:00+08:00")
        #expect(
            try await notifier.rows("select h.state from handover h join handover_notice using (handover_id)") == [
                ["queued"]
            ])
        try await notifier.handOver(at: "2026-12-01T00:00:01+08:00")
        #expect(try await notifier.rows("select state from handover") == [["expired"]])
    }
}
