import Domain

/// What every service answers.
public enum CommonQuestions {
    /// All of them.
    public static let all: [QueryDescription] = [alive, acts, schedule] + LedgerQuestions.all

    /// Whether somebody answers; nothing is read for it.
    public static let alive = QueryDescription(
        nil, "alive", "Whether the service answers.", shows: .setting, answers: [.whole("alive", [.flag("alive")])])

    /// What a service does at a time.
    public static let schedule = QueryDescription(
        nil, "schedule.list",
        "What of the schedule has failed, set aside or to be tried again; or all that is to be done.",
        [.choice("state", ["failed", "all"], otherwise: "failed", "Only what has failed, or all.")],
        shows: .setting,
        answers: [
            .pages(
                "schedule", by: [.ascending("rank", hidden: .count), "due", "task", "key"],
                [
                    .code("service", "task"), .text("key"), .time("due"), .code("state"), .count("attempts"),
                    .text("last_error"), .time("set_aside_since", "next_try"),
                ])
        ])

    /// Who did what.
    public static let acts = QueryDescription(
        nil, "acts.list", "What people did by commands, and what proved who they are, the latest first.",
        [
            .text("person", "Only what this person did.").protected(.personalData),
            .text("id", "Only the command with this identifier."),
        ],
        shows: .audit,
        answers: [
            .pages(
                "acts", by: [.descending("act_id", hidden: .count)],
                [
                    .time("at", as: .text), .code("person").protected(.personalData), .code("proof"),
                    .code("brokerUser").protected(.personalData), .code("type", "source", "id"),
                ])
        ])
}
