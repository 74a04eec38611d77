import Contracts
import Domain

/// What of a notice somebody is told. Pure.
enum NoticeSight {
    /// The notice without what the reader may not see: facts that stand in protected fields, and what is at stake when one of them
    /// does. Who is told only because nobody else is there, and may not see what it is about, is told what kind of thing happened to
    /// which object, and no more: not even whose it is, and by when.
    ///
    /// - Parameters:
    ///   - notice: what was said.
    ///   - addressed: what of it says whom it is told.
    ///   - login: who is told.
    ///   - isCut: whether facts were left out before: then it is not known whether one of them is protected, and what is at stake
    ///     is not told.
    ///   - addressing: who may see what.
    static func told(
        _ notice: NoticeContent, _ addressed: AddressedNotice, to login: String, isCut: Bool = false,
        _ addressing: inout Addressing
    ) -> NoticeContent {
        let isSeen = addressing.sees(addressed, login)
        var facts: [NoticeFact] = []
        for fact in notice.facts where isSeen {
            guard fact.field.map({ addressing.tells($0, of: addressed, to: login) }) ?? true else { continue }
            facts.append(fact)
        }
        let isWhole = isSeen && !isCut && facts.count == notice.facts.count
        return NoticeContent(
            noticeId: notice.noticeId, revision: notice.revision, kind: notice.kind, about: notice.about,
            severity: notice.severity, atStake: isWhole ? notice.atStake : nil,
            currency: isWhole ? notice.currency : nil, customerId: isSeen ? notice.customerId : nil,
            businessLine: isSeen ? notice.businessLine : nil, node: isSeen ? notice.node : nil,
            owner: isSeen ? notice.owner : nil, alsoTo: isSeen ? notice.alsoTo : [], facts: facts,
            next: isSeen ? notice.next : nil, dueAt: isSeen ? notice.dueAt : nil,
            expiresAt: isSeen ? notice.expiresAt : nil, happenedAt: notice.happenedAt)
    }
}
