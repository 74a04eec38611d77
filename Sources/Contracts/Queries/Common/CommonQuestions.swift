import Domain

/// What every service answers.
public enum CommonQuestions {
    /// All of them.
    public static let all: [QueryDescription] =
        [alive, acts, schedule, audit, auditEntry, explain] + LedgerQuestions.all

    /// Whether somebody answers; nothing is read for it.
    public static let alive = QueryDescription(
        nil, "alive", "Whether the service answers.", shows: .setting, forEverybody: true,
        answers: [.whole("alive", [.flag("alive")])])

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
                    .code("onBehalfOf").protected(.personalData),
                ])
        ])

    /// Who may do what with a thing that a service keeps.
    public static let explain = QueryDescription(
        nil, "permissions.explain",
        "Whether somebody may do something with a thing, how near it is to them, and which line of the policy that holds decides.",
        [
            .text("person", "The person's login.").required,
            .choice("right", PermissionRight.allCases.map(\.rawValue), "To do what.").required,
            .choice("kind", PermissionKind.allCases.map(\.rawValue), "As what kind of object the policy has it.")
                .required,
            .choice(
                "thing", ActSubject.allCases.map(\.rawValue), "What the number is of: whose that is, its service keeps."
            ).required,
            .text("number", "The thing's number.").required,
            .text("source", "Whose number that is, of a thing that a system numbers."),
            .decimal("amount", "How much it comes to, where the policy has amounts for it."),
            .currency("currency", "In which currency; CNY without."),
            .integer("days", 0...100_000, "For how many days it is to hold."),
        ],
        shows: .setting,
        answers: [
            .whole(
                "decision",
                [
                    .code("person", "right", "object"), .flag("is_known"),
                    .code("relation", "outcome", "line", "delegation", "on_behalf_of"), .text("fields"),
                    .day("last_day"), .count("policy_version"),
                ]),
            .whole(
                "amounts",
                [
                    .code("line", "on_behalf_of", "amount"), .text("up_to"), .count("days"),
                    .text("business_lines", "nodes"), .code("within"),
                ]),
        ])

    /// What happened, as the audit calls it.
    private static let events = ["seen", "exported", "acted", "denied", "refused", "operated"]

    /// Who saw personal data, took data out, acted, or was denied something.
    public static let audit = QueryDescription(
        nil, "audit.list",
        "Who saw personal data, took data out, acted, was denied or refused something, or operated, the latest first.",
        [
            .text("person", "Only what this person did or saw.").protected(.personalData),
            .text("object", "Only what is about the object of this key: a customer's identifier or code, a number."),
            .choice("kind", PermissionKind.allCases.map(\.rawValue), "Only what is about objects of this kind."),
            .choice("what", events, "Only what happened so."),
        ],
        shows: .audit,
        answers: [
            .pages(
                "audit", by: [.descending("at"), "entry"],
                [
                    .code("service"), .time("at"), .code("what"),
                    .code("person", "on_behalf_of").protected(.personalData), .code("proof"),
                    .code("broker_user").protected(.personalData), .code("asked", "kind"), .text("objects", "columns"),
                    .count("rows", "answers"), .code("reason", "rule"),
                    .count("policy_version"), .code("entry"),
                ])
        ])

    /// One entry of the audit, with everything that it names.
    public static let auditEntry = QueryDescription(
        nil, "audit.show", "One entry of the audit, with the keys of all objects that it names.",
        [.text("entry", "The entry, as the list names it.").required], shows: .audit,
        pageSize: QueryTable.maximumRows,
        answers: [
            .whole(
                "entry",
                [
                    .code("service"), .time("at"), .code("what"),
                    .code("person", "on_behalf_of").protected(.personalData), .code("proof"),
                    .code("broker_user").protected(.personalData), .code("asked", "kind", "rule"),
                    .count("policy_version"), .code("reason"), .text("path", "parameters", "columns"),
                    .count("rows", "answers"), .text("note").protected(.personalData), .code("entry"),
                ]),
            .pages("objects", by: ["place"], [.code("object"), .count("place")]),
        ])
}
