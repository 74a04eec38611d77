/// What every service answers.
public enum CommonQuestions {
    /// All of them.
    public static let all: [QueryDescription] = [alive, acts]

    /// Whether somebody answers; nothing is read for it.
    public static let alive = QueryDescription(
        nil, "alive", "Whether the service answers.", answers: [.whole("alive", [.flag("alive")])])

    /// Who did what.
    public static let acts = QueryDescription(
        nil, "acts.list", "What people did by commands, and what proved who they are, the latest first.",
        [.text("person", "Only what this person did."), .text("id", "Only the command with this identifier.")],
        answers: [
            .pages(
                "acts", by: [.descending("act_id", hidden: .count)],
                [.text("at"), .code("person", "proof", "brokerUser", "type", "source", "id")])
        ])
}
