extension ComplaintWaiting {
    /// A wait has a reason of who is waited for; what resumes has neither reason nor end.
    func check(_ fields: FieldReader) throws(Refusal) {
        let isResumed = waiting == .resumed
        try fields.require(!isResumed || reason == nil, .valueNotAllowed, "reason", "what resumes has no reason")
        try fields.require(!isResumed || until == nil, .valueNotAllowed, "until", "what resumes has no end")
        try fields.require(
            isResumed || reason != nil, .missingField, "reason", "a wait has a reason: \(waiting.words)")
        try fields.require(
            reason.map(waiting.reasons.contains) ?? true, .valueNotAllowed, "reason",
            "the \(waiting.rawValue) is waited for by one of these: \(waiting.words)")
    }
}

extension ComplaintWait {
    /// The reasons for which one may be waited for; none for what resumes.
    package var reasons: [ComplaintWaitReason] {
        switch self {
        case .customer: [.information, .evidence, .decision, .access]
        case .supplier: [.investigation, .evidence, .remedy, .liability]
        case .resumed: []
        }
    }

    fileprivate var words: String { reasons.map(\.rawValue).joined(separator: ", ") }
}
