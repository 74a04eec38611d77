import Domain

/// What the service desk answers about the time that complaints take, and about what is to be done next.
public enum DeskQuestions {
    /// All of them.
    public static let all = [clocks, events, told, policyChanged, next, load]

    /// Which complaints are meant.
    private static let state = QueryInput.choice(
        "state", ["open", "all"], otherwise: "open", "Only those that are not closed, or all.")
    /// As of when clocks are read.
    private static let asOf = QueryInput.time("at", "As of when; now when it is not given.")

    /// Where clocks stand.
    public static let clocks = QueryDescription(
        .servicedesk, "complaints.clocks",
        "Where the clocks of complaints stand: the business seconds that were ours, the customer's and a supplier's, "
            + "and when each clock is due or was up.",
        [.customer, .source, .text("complaintId", "Only this complaint."), state, asOf], shows: .complaint,
        answers: [
            .pages(
                "clocks", by: ["opened_at", "source", "complaint_id"],
                [
                    .time("opened_at"), .code("source", "complaint_id", "customer_code", "branch", "severity"),
                    .count("priority"), .code("state", "whose"),
                    .count("us_seconds", "customer_seconds", "supplier_seconds", "target_seconds"),
                    .time("due_at", "breached_at"),
                    .count("answer_seconds"), .time("answer_due_at", "answer_breached_at", "answered_at"),
                    .count("containment_seconds"),
                    .time("containment_due_at", "containment_breached_at", "contained_at"),
                    .time("promised_at", "promise_broken_at"), .day("policy_from"),
                ])
        ])

    /// What the clocks are worked out from.
    public static let events = QueryDescription(
        .servicedesk, "complaints.events",
        "The events that the clocks of complaints are worked out from, as 'waybill complaints clocks' reads them.",
        [.source, .text("complaintId", "Only this complaint."), state, asOf], shows: .complaint,
        answers: [
            .pages(
                "events", by: ["case", "place"],
                [.code("case"), .time("at"), .code("event"), .count("place")])
        ])

    /// Who was told.
    public static let told = QueryDescription(
        .servicedesk, "complaints.told", "Who was told that complaints take too long, the latest first.",
        [.source, .text("complaintId", "Only of this complaint.")], shows: .complaint,
        answers: [
            .pages(
                "told", by: [.descending("told_at"), "source", "complaint_id", "clock", "level"],
                [
                    .time("told_at"), .code("told_to").protected(.personalData), .code("clock"), .count("level"),
                    .time("reached_at"), .code("source", "complaint_id"),
                ])
        ])

    /// What another policy has changed.
    public static let policyChanged = QueryDescription(
        .servicedesk, "complaints.policy-changed",
        "What the policy of clocks has changed against one that held before: complaint by complaint, worked out by both.",
        [
            .integer(
                "version", 1...1_000_000, "Against which policy; that which held before when it is not given."),
            state, asOf,
        ],
        shows: .complaint,
        answers: [
            .whole("policies", [.count("version"), .time("held_from"), .flag("is_now", as: .text)]),
            .whole(
                "effect",
                [.count("complaints", "changed", "due_earlier", "due_later", "breached_more", "breached_less")]),
            .pages(
                "changed complaints", by: ["place"],
                [
                    .count("place"), .time("opened_at"), .code("source", "complaint_id"),
                    .count("priority_before", "priority_now", "us_before", "us_now"),
                    .time("due_before", "due_now", "breached_before", "breached_now"),
                ]),
        ])

    /// What to do now.
    public static let next = QueryDescription(
        .servicedesk, "desk.next",
        "What to do now about complaints, and why: by promise, then by clock, then by what the customer is worth.",
        [
            .text("agent", "Only what this login has.").protected(.personalData),
            .flag("free", "Only what nobody has yet."), asOf,
        ],
        shows: .complaint,
        answers: [
            .pages(
                "queue", by: ["place"],
                [
                    .count("place"), .code("deed", "urgency"), .text("why"), .time("due_at"), .count("priority"),
                    .code("source", "complaint_id", "customer_code", "customer_class", "severity", "category", "state"),
                    .code("branch"), .code("agent").protected(.personalData), .time("opened_at"),
                ])
        ])

    /// How the desk is loaded.
    public static let load = QueryDescription(
        .servicedesk, "desk.load",
        "How the desk is loaded: who has how much, how old it is, what is up within two hours, and what is complained of.",
        [.integer("days", 1...3_660, otherwise: 90, "Over how many days causes are counted."), asOf],
        shows: .complaint,
        answers: [
            .whole(
                "agents",
                [
                    .code("agent").protected(.personalData),
                    .count("open", "waiting", "breached", "due_soon", "capacity"), .time("oldest_opened_at"),
                ]),
            .whole("ages", [.code("age"), .count("open", "breached")]),
            .pages(
                "up within two hours", by: ["place"],
                [
                    .count("place"), .time("due_at"), .code("what", "source", "complaint_id"), .count("priority"),
                    .code("branch"), .code("agent").protected(.personalData),
                ]),
            .whole(
                "causes",
                [.code("category"), .count("complaints"), .rate("share", "cumulative"), .count("open", "breached")]),
        ])
}
