package import Contracts
package import Domain

extension NoticeContent {
    /// What is said of an object.
    ///
    /// - Parameters:
    ///   - name: which notice it is.
    ///   - severity: how much it matters.
    ///   - revision: counts what was said of it, by ``Effects/noticeRevision()``, or by
    ///     ``NoticeRevision`` where the object counts.
    ///   - atStake: money at stake. It is shown to whoever gets the notice, so that it is never a margin or a cost.
    ///   - customerId: the customer, when one is concerned.
    ///   - businessLine: the line of business; `*` for all.
    ///   - node: the branch or another node of the organisation that is concerned.
    ///   - owner: whose it is: the owner of that day. `nil` makes it the node's manager's.
    ///   - alsoTo: others who are told as well.
    ///   - facts: what happened.
    ///   - next: what to do next, by ``NoticeKind/next(_:)``.
    ///   - dueAt: by when; afterwards it is the manager's as well.
    ///   - expiresAt: from when on it is of no use any more.
    ///   - happenedAt: when it happened.
    package init(
        _ name: NoticeName, _ severity: NoticeSeverity, revision: Int, atStake: Money? = nil,
        customerId: String? = nil, businessLine: String? = nil, node: String? = nil, owner: String? = nil,
        alsoTo: [String?] = [], facts: [NoticeFact?], next: String? = nil, dueAt: Timestamp? = nil,
        expiresAt: Timestamp? = nil, happenedAt: Timestamp
    ) {
        // What a record says of nobody may be an empty word.
        func said(_ text: String?) -> String? { text?.isEmpty ?? true ? nil : text }
        var others: [String] = []
        for login in alsoTo.compactMap(said) where login != owner && !others.contains(login) { others.append(login) }
        self.init(
            noticeId: name.id, revision: revision, kind: name.kind.rawValue, about: name.object, severity: severity,
            atStake: atStake?.amount, currency: atStake?.currency, customerId: said(customerId),
            businessLine: said(businessLine), node: said(node), owner: said(owner), alsoTo: others,
            facts: facts.compactMap(\.self), next: next, dueAt: dueAt,
            expiresAt: expiresAt, happenedAt: happenedAt)
    }
}

extension Effects {
    /// Says something to those whom it concerns, once the transaction has committed.
    ///
    /// - Parameters:
    ///   - notice: what is said.
    ///   - cause: the envelope of the message that led to it.
    package mutating func raise(_ notice: NoticeContent, causedBy cause: Envelope? = nil) {
        publish(NoticeRaised(notice), causedBy: cause, key: notice.noticeId)
    }

    /// Says that what was said stands differently now.
    package mutating func change(_ notice: NoticeContent, causedBy cause: Envelope? = nil) {
        publish(NoticeChanged(notice), causedBy: cause, key: notice.noticeId)
    }

    /// Says that what was said is so no longer.
    ///
    /// - Parameters:
    ///   - name: which notice: of its kinds any that has the same matter.
    ///   - revision: counts what was said of it: no lower than that of the notice.
    ///   - reason: why, as a code or in words; of more than 200 characters the first.
    ///   - cause: the envelope of the message that led to it.
    package mutating func clear(
        _ name: NoticeName, revision: Int, because reason: String, causedBy cause: Envelope? = nil
    ) {
        let id = name.id
        publish(
            NoticeCleared(
                noticeId: id, revision: revision, reason: reason.firstCharacters(200), clearedAt: now),
            causedBy: cause, key: id)
    }
}
