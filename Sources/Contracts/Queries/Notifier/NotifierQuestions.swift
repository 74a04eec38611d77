import Domain

/// What the notifier answers.
public enum NotifierQuestions {
    /// All of them.
    public static let all = [mine, list, show, handovers, preferences, summary]

    private static let states = ["open", "unread", "later", "done", "over", "all"]
    private static let facts = TableDescription.whole(
        "facts", [.code("name", "form"), .text("words"), .code("currency")])
    private static let severities = NoticeSeverity.allCases.map(\.rawValue)

    /// One's own notices.
    public static let mine = QueryDescription(
        .notifier, "notices.mine",
        "What came to whoever asks, what matters most first; of one of them also what it says.",
        [
            .choice(
                "state", states, otherwise: "open",
                "Only those that are open and not done or put off, that nobody has read, that are put off, that are done, or "
                    + "that are over."),
            .choice("kind", NoticeKind.allCases.map(\.rawValue), "Only of this kind."),
            .text("notice", "Only this one, with what it says."),
        ],
        shows: .notice, forEverybody: true,
        answers: [
            .pages(
                "notices", by: [.descending("weight", hidden: .count), .descending("happened_at"), "notice_id"],
                [
                    .time("happened_at"),
                    .code("kind", "severity", "object_kind", "object_source", "object_id", "role"),
                    .time("due_at"), .code("notice_id"), .time("since", "read_at", "acknowledged_at", "snoozed_until"),
                    .time("done_at", "cleared_at"),
                ]), facts,
        ])

    /// What people were told.
    public static let list = QueryDescription(
        .notifier, "notices.list", "What people are told, what matters most first, with whom it has reached.",
        [
            .choice("state", ["open", "over", "all"], otherwise: "open", "Only those that are open, or are over."),
            .choice("kind", NoticeKind.allCases.map(\.rawValue), "Only of this kind."),
            .choice("severity", severities, "Only of this severity."),
        ],
        shows: .notice,
        answers: [
            .pages(
                "notices", by: [.descending("weight", hidden: .count), .descending("happened_at"), "notice_id"],
                [
                    .time("happened_at"), .code("kind", "severity", "object_kind", "object_source", "object_id"),
                    .money("at_stake").protected(.margin), .code("currency", "customer_id", "business_line", "node"),
                    .code("owner"), .time("due_at"), .count("recipients", "readers"),
                    .code("notice_id", "told_instead"),
                    .time("cleared_at"), .text("cleared_why"),
                ])
        ])

    /// One notice.
    public static let show = QueryDescription(
        .notifier, "notices.show", "A notice: what it says, whom it is told, and how it reached them.",
        [.text("notice", "The notice, as the list names it.").required],
        shows: .notice,
        answers: [
            .whole(
                "notice",
                [
                    .code("notice_id"), .count("revision"), .code("service", "kind", "severity"),
                    .code("object_kind", "object_source", "object_id", "customer_id", "business_line", "node", "owner"),
                    .time("due_at", "expires_at", "happened_at", "cleared_at"), .text("cleared_why"),
                    .code("told_instead"),
                ]), facts,
            .whole(
                "recipients",
                [
                    .code("login", "role"), .time("since", "until", "read_at"), .code("read_by"),
                    .time("acknowledged_at", "snoozed_until", "done_at"), .count("occasion"),
                ]),
            .whole(
                "handovers",
                [
                    .code("handover_id", "login", "channel", "server", "state"), .time("due_at", "ended_at"),
                    .count("attempts"), .text("server_words"),
                ]),
        ])

    /// What is handed over.
    public static let handovers = QueryDescription(
        .notifier, "handovers.list",
        "What is queued for people, was handed over, or was refused, the latest first; and who has no address.",
        [
            .choice(
                "state", ["queued", "handed-over", "refused", "expired", "read", "all"], otherwise: "all",
                "Only those that stand so."),
            .choice("channel", NoticeChannel.allCases.map(\.rawValue), "Only by this channel."),
            .text("login", "Only to this person."),
        ],
        shows: .notice,
        answers: [
            .pages(
                "handovers", by: [.descending("created_at"), "handover_id"],
                [
                    .time("created_at"), .code("login", "channel", "server", "mode", "severity", "state"),
                    .count("notices"), .time("due_at"), .count("attempts"), .time("next_try_at", "ended_at"),
                    .text("server_words"), .code("handover_id"),
                ]),
            .whole("unreached", [.code("login"), .time("since", "last_at"), .count("notices")]),
        ])

    /// How one is told.
    public static let preferences = QueryDescription(
        .notifier, "preferences.show", "How whoever asks wants to be told, as far as they have said.",
        shows: .notice, forEverybody: true,
        answers: [
            .whole(
                "reader",
                [
                    .code("login", "language", "zone"), .count("quiet_from", "quiet_until"), .flag("working_days"),
                    .code("severity", "floor"), .time("said_at"), .code("said_by"),
                ]),
            .whole("addresses", [.code("channel"), .text("reached_at")]),
            .whole("choices", [.code("kind", "channel", "mode")]),
        ])

    /// What there is to say of the whole.
    public static let summary = QueryDescription(
        .notifier, "summary", "How many notices of each severity are open, and how many handovers stand in each state.",
        shows: .notice,
        answers: [
            .whole("notices", [.code("severity"), .count("open", "without_owner")]).asTotals,
            .whole("handovers", [.code("state"), .count("count")]).asTotals,
        ])
}
