extension TakeRecoveryStep {
    /// Each step says what it is about, and nothing of another.
    func check(_ fields: FieldReader) throws(Refusal) {
        try Self.need(cause != nil, step == .causeFound, "cause", "what it comes from", fields)
        try Self.need(action != nil, step == .actionAgreed, "action", "what is done about it", fields)
        try Self.need(owner != nil, step == .actionAgreed, "owner", "who does it", fields)
        try Self.need(outcome != nil, step == .closed, "outcome", "how it ends", fields)
        try fields.require(
            dueOn == nil || step == .actionAgreed, .valueNotAllowed, "dueOn",
            "by when it is done is said when it is agreed")
        try fields.require(
            cause != .other || note != nil, .missingField, "note", "a cause that is none of the others is told in words"
        )
    }

    private static func need(
        _ isThere: Bool, _ isNeeded: Bool, _ name: String, _ words: String, _ fields: FieldReader
    ) throws(Refusal) {
        try fields.require(isThere || !isNeeded, .missingField, name, "this step says \(words)")
        try fields.require(!isThere || isNeeded, .valueNotAllowed, name, "this step does not say \(words)")
    }
}
