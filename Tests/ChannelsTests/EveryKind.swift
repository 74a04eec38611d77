import Contracts
import Domain

@testable import Channels

/// A notice of every kind with every fact that its service may give, made from what is said of the kind: so no kind is forgotten.
enum EveryKind {
    /// The moment at which everything happens: half past four on the second of March 2026, in Shanghai.
    private static let moment = Timestamp(microsecondsSinceEpoch: 1_772_440_200_000_000)

    private static func value(_ fact: NoticeFactDescription) -> String {
        switch fact.kind {
        case .text: "words of \(fact.name)"
        case .code: fact.codes.first ?? "\(fact.name.uppercased())-7"
        case .money: "1234.50"
        case .rate: "0.05"
        case .day: "2026-03-09"
        case .time: moment.description
        case .count: "12"
        }
    }

    /// A notice of a kind.
    static func notice(_ kind: NoticeKind) -> NoticeContent {
        var names: Set<String> = []
        // What is told in one of two forms is told in the first.
        let facts = kind.facts.filter { names.insert($0.name).inserted }.map { fact in
            NoticeFact(
                name: fact.name, kind: fact.kind, value: value(fact), currency: fact.kind == .money ? .cny : nil,
                field: fact.field?.rawValue)
        }
        return NoticeContent(
            noticeId: "n-\(kind.rawValue)", revision: 1, kind: kind.rawValue,
            about: NoticeObject(kind: kind.about.word, source: "tms", identifier: "X-7"), severity: .urgent,
            customerId: "K-7", businessLine: "air-freight", node: "KS01", owner: "li.wei", alsoTo: [], facts: facts,
            next: kind.about.next, dueAt: moment.adding(seconds: 86_400), happenedAt: moment)
    }

    /// What is written of every kind: the subject, the title and the headings of the page, and the text.
    static func written(_ text: NoticeText) -> String {
        NoticeKind.allCases.map { kind in
            let rendered = text.rendered(notice(kind))
            let page = rendered.html.description
            let title = page.split(separator: "<title>").last?.split(separator: "</title>").first ?? ""
            return "==== \(kind.rawValue)\nSubject: \(rendered.subject)\nTitle: \(title)\n\n\(rendered.text)\n"
        }.joined()
    }
}
