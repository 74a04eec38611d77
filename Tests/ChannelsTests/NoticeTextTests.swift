import Contracts
import Domain
import Foundation
import TestSupport
import Testing

@testable import Channels

@Suite("What is written of notices")
struct NoticeTextTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Golden")

    /// One of many: each tenth is of a low margin, each thousandth is critical.
    private static func ofStorm(_ index: Int) -> NoticeContent {
        let about = NoticeObject(kind: "order", source: "tms", identifier: "SO-\(index)")
        let severity: NoticeSeverity = index.isMultiple(of: 1_000) ? .critical : .attention
        return NoticeContent(
            noticeId: "n-\(index)", revision: 1, kind: index.isMultiple(of: 10) ? "margin-alert" : "order-held",
            about: about, severity: severity, alsoTo: [], facts: [],
            happenedAt: Timestamp(microsecondsSinceEpoch: Int64(index) * 1_000_000))
    }

    private func kept(_ name: String) throws -> String {
        try String(contentsOf: Self.golden.appendingPathComponent(name), encoding: .utf8)
    }

    private func text(_ language: Language) throws -> NoticeText {
        let zone = try #require(OrganisationZone(language == .zh ? "Asia/Shanghai" : "Europe/Berlin"))
        return NoticeText(language, zone: zone, organisation: .standard, console: "https://waybill.example")
    }

    @Test(
        "some kinds and one without words of its own read as they are kept, in both languages",
        arguments: Language.allCases)
    func kinds(language: Language) throws {
        let text = try text(language)
        let written = try SampleNotices.all().map { name, notice in
            let rendered = text.rendered(notice)
            return "==== \(name)\nSubject: \(rendered.subject)\n\n\(rendered.text)"
        }.joined()
        let kept = try kept("notices.\(language.rawValue).txt")
        for (own, other) in zip(written.split(separator: "\n"), kept.split(separator: "\n")) { #expect(own == other) }
        #expect(written == kept)
    }

    @Test("every kind with every fact reads as it is kept, in both languages", arguments: Language.allCases)
    func everyKind(language: Language) throws {
        let written = EveryKind.written(try text(language))
        let kept = try kept("every-kind.\(language.rawValue).txt")
        for (own, other) in zip(written.split(separator: "\n"), kept.split(separator: "\n")) { #expect(own == other) }
        #expect(written == kept)
    }

    @Test("pages read as they are kept, in both languages: deploy/local/mail-pictures.sh shows how they look")
    func pages() throws {
        let samples = try SampleNotices.all()
        var written: [String: String] = [:]
        for language in Language.allCases {
            let text = try text(language)
            for name in ["margin-alert", "order-held", "lead-assigned", "complaint-clock-late"] {
                let notice = try #require(samples.first { $0.name == name }?.notice)
                written["\(name).\(language.rawValue).html"] = text.rendered(notice).html.description
            }
            written["digest.\(language.rawValue).html"] = text.digest(try Self.few(samples)).html.description
        }
        for (name, page) in written.sorted(by: { $0.key < $1.key }) {
            let kept = try kept("Pages/\(name)")
            for (own, other) in zip(page.split(separator: "\n"), kept.split(separator: "\n")) {
                #expect(own == other, "\(name)")
            }
            #expect(page == kept, "\(name)")
        }
        let folder = try FileManager.default.contentsOfDirectory(
            atPath: Self.golden.appendingPathComponent("Pages").path)
        #expect(Set(folder) == Set(written.keys))
    }

    private static func few(_ samples: [(name: String, notice: NoticeContent)]) throws -> [NoticeContent] {
        try ["receivable-due", "order-held", "margin-alert"].map { name in
            try #require(samples.first { $0.name == name }?.notice)
        }
    }

    @Test("a digest begins with what matters most, and beyond a hundred it counts, and leaves none out")
    func digest() throws {
        let chosen = try Self.few(SampleNotices.all())
        for language in Language.allCases {
            let few = try text(language).digest(chosen)
            #expect(few.text == (try kept("digest.\(language.rawValue).txt")))
            #expect(few.severity == .critical && few.thread == nil)
            for item in few.text.split(separator: "\n") where item.hasPrefix("- ") {
                #expect(few.html.description.contains("12px\">\(HTML.words(item.dropFirst(2)).description)"))
            }
        }
        let many = (0..<10_000).map { Self.ofStorm($0) }
        for language in Language.allCases {
            let storm = try text(language).digest(many)
            let lines = storm.text.split(separator: "\n").filter { $0.hasPrefix("- ") }
            let told = lines.filter { $0.contains("SO-") }
            #expect(told.count == 100)
            let counted = lines.dropFirst(100).compactMap { Int($0.split { ": ：".contains($0) }.last ?? "") }
            #expect(told.count + counted.reduce(0, +) == 10_000, "\(storm.text.suffix(400))")
            let first = told.prefix(10).compactMap { Int($0.firstMatch(of: /SO-(\d+)/)?.1 ?? "") }
            #expect(first.sorted() == (0..<10).map { $0 * 1_000 })
            #expect(storm.subject.contains("10000") && storm.subject.contains("10"))
        }
    }

    /// The names by which texts know what a kind tells.
    private static func told(_ kind: NoticeKind) -> Set<String> {
        Set(kind.facts.map { NoticeFactNames.told(NoticeFact(name: $0.name, kind: $0.kind, value: "")) })
    }

    @Test(
        "every kind has a template with all its words in both languages, which names no fact that its service does not give"
    )
    func templates() {
        #expect(Set(NoticeTemplates.english.keys) == Set(NoticeKind.allCases.map(\.rawValue)))
        #expect(Set(NoticeTemplates.english.keys) == Set(NoticeTemplates.chinese.keys))
        for kind in NoticeTemplates.kinds + ["of-no-kind"] {
            let both = Language.allCases.map { NoticeTemplates.template(kind, $0) }
            #expect(both[0].names == both[1].names, "\(kind): the languages tell of different facts")
            #expect(
                both[0].headlines.count == both[1].headlines.count && both[0].sentences.count == both[1].sentences.count
            )
            let known = NoticeTemplate.always.union(NoticeTemplate.beside)
                .union(NoticeKind(rawValue: kind).map(Self.told) ?? [])
            for template in both {
                #expect(template.names.isSubset(of: known), "\(kind): \(template.names.subtracting(known))")
                #expect(
                    Set(NoticeTemplate.names(in: template.headlines.last ?? "{}")).isSubset(of: NoticeTemplate.always))
                for pattern in template.headlines + template.sentences {
                    #expect(pattern.count { $0 == "{" } == pattern.count { $0 == "}" })
                }
            }
        }
    }

    @Test("every fact that a service gives has a label, and no label is of another")
    func labels() {
        let told = NoticeKind.allCases.reduce(into: Set<String>()) { $0.formUnion(Self.told($1)) }
        #expect(Set(NoticeWords.labels.keys) == told.union(["line"]))
    }

    @Test("every code that a service gives has its word in both languages")
    func codes() {
        var given: [String: Set<String>] = [:]
        for fact in NoticeKind.allCases.flatMap(\.facts) where !fact.codes.isEmpty {
            given[fact.name, default: []].formUnion(fact.codes)
        }
        for (name, values) in given.sorted(by: { $0.key < $1.key }) {
            for value in values.sorted() {
                #expect(NoticeCodes.word(name, value, .en)?.isEmpty == false, "\(name): \(value)")
                let chinese = NoticeCodes.word(name, value, .zh)
                #expect(chinese?.contains { !$0.isASCII } ?? false, "\(name): \(value)")
            }
        }
        #expect(NoticeCodes.word("customer", "C-7", .zh) == nil)
    }

    @Test("what a kind is said to tell is what the kept samples tell")
    func samples() throws {
        for (name, notice) in try SampleNotices.all() where NoticeKind(rawValue: notice.kind) != nil {
            #expect(RaisedFacts.problems(of: notice).filter { !$0.contains("does not tell") } == [], "\(name)")
        }
    }

    @Test("facts are told by the names that services give them, with words of the reader's language around them")
    func names() throws {
        let facts: [NoticeFact] = [
            NoticeFact(name: "order", kind: .code, value: "SO-1"),
            NoticeFact(name: "customer", kind: .code, value: "C-7"),
            NoticeFact(name: "margin", kind: .money, value: "-1280.50", currency: .cny, field: "margin"),
            NoticeFact(name: "margin-rate", kind: .rate, value: "-0.0842", field: "margin"),
            NoticeFact(name: "diagnose-by", kind: .day, value: "2026-03-04"),
        ]
        func notice(_ kind: String, _ facts: [NoticeFact]) throws -> NoticeContent {
            NoticeContent(
                noticeId: "n", revision: 1, kind: kind, about: NoticeObject(kind: "margin-alert", identifier: "A-1"),
                severity: .urgent, alsoTo: [], facts: facts,
                happenedAt: try #require(Timestamp("2026-03-02T16:30:00+08:00")))
        }
        let alert = try notice("margin-alert", facts)
        #expect(try text(.en).rendered(alert).subject.hasSuffix("Order SO-1 of C-7 earns -1,280.50 CNY (-8.42%)"))
        #expect(try text(.zh).rendered(alert).text.contains("诊断期限：2026年3月4日"))
        // Whoever may not see margins is told of the order all the same.
        let unseen = try notice("margin-alert", facts.filter { $0.field == nil })
        #expect(try text(.en).rendered(unseen).subject.hasSuffix("Order SO-1 of C-7 earns too little"))
        // A task that was due is none by when anybody must act.
        let aside = try notice(
            "task-set-aside", [NoticeFact(name: "due", kind: .time, value: "2026-03-02T10:00:00+08:00")])
        #expect(try text(.zh).rendered(aside).text.contains("应执行时间：2026年3月2日 10:00"))
        #expect(try !text(.zh).rendered(aside).text.contains("截止时间"))
        let overdue = try notice(
            "receivable-overdue",
            [
                NoticeFact(name: "invoice", kind: .code, value: "INV-9"),
                NoticeFact(name: "name", kind: .text, value: "Kunshan Ltd"),
                NoticeFact(name: "open", kind: .money, value: "10.00", currency: .cny),
                NoticeFact(name: "due", kind: .day, value: "2026-02-20"),
                NoticeFact(name: "days-overdue", kind: .count, value: "10"),
            ])
        let told = try text(.en).rendered(overdue)
        #expect(told.subject.hasSuffix("Invoice INV-9 of Kunshan Ltd: 10.00 CNY overdue for 10 days"))
        #expect(told.text.contains("It was due on 20 Feb 2026.") && !told.text.contains("By when"))
    }

    @Test("what has a page in the console is linked to it, whatever its number holds, and nothing else is")
    func links() throws {
        func link(_ about: NoticeObject, next: String? = nil, console: String? = "https://waybill.example") throws
            -> String?
        {
            let notice = NoticeContent(
                noticeId: "n", revision: 1, kind: "order-held", about: about, severity: .urgent, alsoTo: [], facts: [],
                next: next, happenedAt: Timestamp(microsecondsSinceEpoch: 0))
            let text = NoticeText(.en, console: console).rendered(notice).text
            return text.split(separator: "\n").first { $0.contains("https://") }.map(String.init)
        }
        let order = NoticeObject(kind: "order", source: "tms east", identifier: "SO/1?x=<y>")
        #expect(
            try link(order, next: "waybill orders list")
                == "In the console: https://waybill.example/orders/SO%2F1%3Fx%3D%3Cy%3E?source=tms%20east")
        #expect(try link(order, console: nil) == nil)
        #expect(try link(order, next: "/orders") == "What to do next: https://waybill.example/orders")
        for (kind, page) in [
            ("margin-alert", "alerts"), ("complaint", "complaints"), ("customer", "customers"), ("credit", "customers"),
        ] {
            #expect(
                try link(NoticeObject(kind: kind, identifier: "A-1"))
                    == "In the console: https://waybill.example/\(page)/A-1")
        }
        #expect(try link(NoticeObject(kind: "receivable", identifier: "A-1")) == nil)
    }

    @Test("whatever stands in facts and numbers, it ends no line, turns no words and makes no element")
    func hostile() throws {
        let evil = "a\r\nBcc: x\u{7}\u{202E}<script>alert(1)</script>\u{2028}{customer}"
        let notice = NoticeContent(
            noticeId: evil, revision: 1, kind: evil, about: NoticeObject(kind: evil, source: evil, identifier: evil),
            severity: .urgent, atStake: FixedDecimal(1), customerId: evil, businessLine: evil, node: evil, owner: evil,
            alsoTo: [],
            facts: NoticeFactKind.allCases.map { NoticeFact(name: evil + $0.rawValue, kind: $0, value: evil) },
            next: evil, happenedAt: Timestamp(microsecondsSinceEpoch: 0))
        for language in Language.allCases {
            for rendered in [try text(language).rendered(notice), try text(language).digest([notice, notice])] {
                #expect(rendered.subject.unicodeScalars.allSatisfy { PlainWords.isAllowed($0) })
                #expect(rendered.text.unicodeScalars.allSatisfy { PlainWords.isAllowed($0) || $0 == "\n" })
                #expect(!rendered.text.split(separator: "\n").contains { $0.hasPrefix("Bcc") })
                #expect(!rendered.html.description.contains("<script"))
                #expect(try JSONDocument(parsing: rendered.json).root["data"]?["notices"]?.elements.isEmpty == false)
            }
        }
    }

    @Test("what a program is told holds the notices as the wire has them")
    func json() throws {
        let notice = try #require(try SampleNotices.all().first?.notice)
        let root = try JSONDocument(parsing: text(.en).rendered(notice).json).root
        #expect(root["type"]?.string == "waybill.notices")
        #expect(root["timestamp"]?.string == "2026-03-02T16:30:00+08:00")
        let first = try #require(root["data"]?["notices"]?.elements.first)
        #expect(first["noticeId"]?.string == "n-margin-alert")
        #expect(NoticeText.thread(of: notice) == "margin-alert//5b1f3c7e")
    }
}
