import Contracts
import Domain
import Testing

@testable import ServiceKit

@Suite("Notices as services raise them")
struct NoticeTests {
    private static let time = Timestamp(microsecondsSinceEpoch: 1_772_000_000_000_000)

    @Test("the same object and matter have the same notice, whatever is said of it; others have others")
    func names() {
        let held = NoticeName(.orderHeld, source: "erp", "O1")
        #expect(held.id == NoticeName(.orderRefused, source: "erp", "O1").id)
        #expect(held.id != NoticeName(.orderHeld, source: "tms", "O1").id)
        #expect(held.id != NoticeName(.orderHeld, source: "erp", "O2").id)
        #expect(held.id != NoticeName(.oddOrder, source: "erp", "O1").id)
        #expect(held.id != NoticeName(.orderHeld, source: "erp", "O1", part: "1").id)
    }

    @Test("a later word has a higher revision, and the end of a revision is after everything that was said of it")
    func revisions() {
        #expect(NoticeRevision.of(Self.time) < NoticeRevision.of(Self.time.adding(microseconds: 1)))
        #expect(NoticeRevision.of(Timestamp(microsecondsSinceEpoch: -5)) == 1)
        let places: [(revision: Int, number: Int?)] = [
            (1, 1), (1, 2), (1, nil), (2, 1), (1_000_000_000, 1_000_000_000),
        ]
        let words = places.map { NoticeRevision.of(revision: $0.revision, number: $0.number) }
        #expect(words == words.sorted() && words.allSatisfy { (1...NoticeRevision.most).contains($0) })
    }

    @Test("words of one transaction count on, whatever time its rules see, and so do those of the next")
    func counted() {
        var first = Effects(now: Self.time, source: "waybill.finance", wallClock: Self.time)
        let words = (0..<3).map { _ in first.noticeRevision() }
        #expect(words == words.sorted() && Set(words).count == 3)
        var next = Effects(now: Self.time, source: "waybill.finance", wallClock: Self.time)
        #expect(next.noticeRevision() > NoticeRevision.of(Self.time))
    }

    @Test("what is put into a command is quoted, and a command of which something is not known is none")
    func next() {
        let kind = NoticeKind.orderHeld
        #expect(
            kind.next(["order": "O-1/a", "source": "erp"])
                == "waybill orders approve O-1/a --source erp --reason REASON")
        #expect(
            kind.next(["order": "O1; rm -rf ~ 'x'", "source": "$(erp)"])
                == "waybill orders approve 'O1; rm -rf ~ '\\''x'\\''' --source '$(erp)' --reason REASON")
        #expect(kind.next(["order": "O1"]) == nil)
        #expect(kind.next(["order": String(repeating: "单", count: 600), "source": "erp"]) == nil)
    }

    @Test("facts without a value are left out, the owner is told once, and a long text is cut")
    func content() throws {
        let notice = NoticeContent(
            NoticeName(.complaint, source: "erp", "K1"), .urgent, revision: 3, owner: "li.wei",
            alsoTo: ["li.wei", nil, "zhao.min", "zhao.min"],
            facts: [
                .code("order", nil), .money("amount", FixedDecimal(5), .cny),
                .text("note", String(repeating: "长", count: 1_200), .personalData),
            ], happenedAt: Self.time)
        #expect(notice.alsoTo == ["zhao.min"] && notice.facts.map(\.name) == ["amount", "note"])
        #expect(notice.facts.first?.value == "5.00" && notice.facts.first?.currency == .cny)
        #expect(notice.facts.last?.value.unicodeScalars.count == 1_000)
        #expect(notice.facts.last?.field == "personal-data" && notice.about.kind == "complaint")
        var effects = Effects(now: Self.time, source: "waybill.servicedesk", wallClock: Self.time)
        effects.raise(notice)
        effects.change(notice)
        effects.clear(NoticeName(.complaint, source: "erp", "K1"), revision: 4, because: "closed")
        #expect(
            effects.published.map(\.envelope.type) == [NoticeRaised.type, NoticeChanged.type, NoticeCleared.type])
        #expect(Set(effects.published.map(\.envelope.partitionKey)) == [notice.noticeId])
        for (_, data) in effects.published.prefix(2) {
            #expect(try NoticeRaised(node: JSONDocument(parsing: data).root).notice == notice)
        }
    }
}
