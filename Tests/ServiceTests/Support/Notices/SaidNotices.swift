package import Contracts
import TestSupport

#if canImport(Testing)
    import Testing
#endif

/// A word about a notice, as a service would publish it.
package struct SaidNotice: Sendable {
    package let id: String
    package let revision: Int
    /// What is said; `nil` when it is cleared.
    package let content: NoticeContent?
    /// Whether it is a change of what was said.
    package let isChange: Bool
    /// Why it is cleared; `nil` when it is not.
    package let clearing: String?
    package let cause: String?

    /// The kind of thing; `cleared` for the end of one.
    package var kind: String { content?.kind ?? "cleared" }

    /// The value of a fact.
    package func fact(_ name: String) -> String? { content?.facts.first { $0.name == name }?.value }

    static let types: Set = [NoticeRaised.type, NoticeChanged.type, NoticeCleared.type]
}

extension ServiceFixture.Outcome {
    /// What would be said to people, in order.
    package func said() throws -> [SaidNotice] {
        try notices.map { envelope, data in
            let node = try JSONDocument(parsing: data).root
            if envelope.type == NoticeCleared.type {
                let body = try NoticeCleared(node: node)
                return SaidNotice(
                    id: body.noticeId, revision: body.revision, content: nil, isChange: false, clearing: body.reason,
                    cause: envelope.causationID)
            }
            let isChange = envelope.type == NoticeChanged.type
            let content = isChange ? try NoticeChanged(node: node).notice : try NoticeRaised(node: node).notice
            return SaidNotice(
                id: content.noticeId, revision: content.revision, content: content, isChange: isChange, clearing: nil,
                cause: envelope.causationID)
        }
    }

    /// The kinds of what would be said, in order.
    package func kinds() throws -> [String] { try said().map(\.kind) }

    /// Takes up what was published, notices apart, and finds fault where an event that somebody must hear of comes without its
    /// notice, or a notice tells other facts than its kind is said to.
    mutating func add(_ messages: [(envelope: Envelope, data: [UInt8])]) {
        published += messages.filter { !SaidNotice.types.contains($0.envelope.type) }
        notices += messages.filter { SaidNotice.types.contains($0.envelope.type) }
        #if canImport(Testing)
            for problem in Self.untold(messages) { Issue.record("\(problem)") }
        #endif
    }

    /// The kinds of which each event makes a notice by itself, whatever else is so.
    private static let always: [NoticeKind] = [
        .marginAlert, .marginAlertDiagnosed, .marginAlertEscalated, .acceptanceOverride, .receivableDue,
        .receivableOverdue, .expenseBudget, .surveyRequested, .contactLapsed,
    ]

    private static func untold(_ messages: [(envelope: Envelope, data: [UInt8])]) -> [String] {
        var raised: [String: Int] = [:]
        var problems: [String] = []
        for (envelope, data) in messages where SaidNotice.types.contains(envelope.type) {
            // Every word is read as its reader will read it.
            guard let node = try? JSONDocument(parsing: data).root else { return ["a notice is no JSON"] }
            do throws(Refusal) {
                if envelope.type == NoticeCleared.type {
                    _ = try NoticeCleared(node: node)
                    continue
                }
                let notice = try NoticeRaised(node: node).notice
                raised[notice.kind, default: 0] += 1
                problems += RaisedFacts.problems(of: notice)
            } catch {
                return ["a notice would be refused: \(error)"]
            }
        }
        return problems
            + always.compactMap { kind in
                let events = messages.count { kind.about.with.contains($0.envelope.type) }
                let told = raised[kind.rawValue] ?? 0
                return told < events ? "\(events) events of '\(kind.rawValue)' made \(told) notices" : nil
            }
    }
}
