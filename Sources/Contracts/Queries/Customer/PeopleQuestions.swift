import Domain

/// What may be asked of the organisation, its people and who may do what: all services know it, the customer service answers.
public enum PeopleQuestions {
    /// All of them.
    public static let all = [people, person, organisation, node, policy]

    private static let on = QueryInput.day("on", "As of this day; today when it is not given.")
    private static let words: [ColumnGroup] = [
        .count("revision"), .time("taken_at", "recorded_at"), .code("said_by").protected(.personalData),
        .code("source"),
        .text("reason").protected(.personalData), .code("message_id"),
    ]

    /// Who is where.
    public static let people = QueryDescription(
        .customer, "people.list", "Who is where on a day, as what and under whom.",
        [
            on, .text("node", "Only those in this node or below it."),
            .text("manager", "Only those whom this login manages."),
            .flag("allDays", "All days of everybody, also of who has left or is yet to come."),
        ],
        shows: .person,
        answers: [
            .pages(
                "people", by: ["login", "valid_from"], narrowed: [.day: "valid_from"],
                [
                    .code("login"), .text("name", "english_name").protected(.personalData), .text("position"),
                    .code("node", "branch", "division", "manager"), .code("external_id").protected(.personalData),
                    .day("valid_from", "valid_until"), .count("revision"),
                ])
        ])

    /// One person.
    public static let person = QueryDescription(
        .customer, "people.show",
        "One person: where on a day and under whom, all days, who said so, and which roles a login has.",
        [QueryInput.text("login", "The login.").required, on],
        shows: .person,
        answers: [
            .whole(
                "person",
                [
                    .code("login"), .text("name", "english_name").protected(.personalData), .text("position"),
                    .code("node", "branch", "division", "manager"), .code("external_id").protected(.personalData),
                    .day("valid_from", "valid_until"), .count("revision"),
                ]),
            .whole(
                "managers",
                [
                    .count("step"), .code("login"), .text("name").protected(.personalData), .text("position"),
                    .code("node"),
                ]),
            .first(
                200, "manages",
                [.code("login"), .text("name").protected(.personalData), .text("position"), .code("node")]),
            .whole("roles", [.code("role"), .count("version")]).about(.setting),
            .whole(
                "delegations",
                [.code("delegation", "of", "to"), .day("valid_from", "valid_until"), .text("reason")]
            ).about(.setting),
            .whole(
                "life",
                [
                    .day("valid_from", "valid_until"), .code("node"), .text("position"), .code("manager"),
                    .text("name", "english_name").protected(.personalData),
                    .code("external_id").protected(.personalData),
                ]),
            .first(100, "words", words),
        ])

    /// The tree.
    public static let organisation = QueryDescription(
        .customer, "organisation.list", "The organisation as it is on a day, each node before what is below it.",
        [
            on, .text("below", "Only this node and what is below it."),
            .flag("allDays", "All days of every node, also of what is closed or yet to come."),
        ],
        shows: .person,
        answers: [
            .pages(
                "organisation", by: [.ascending("path", hidden: .text), "node", "valid_from"],
                narrowed: [.day: "valid_from"],
                [
                    .code("node", "kind", "purpose", "parent", "branch", "division"), .text("name", "english_name"),
                    .count("people", "people_below"), .day("valid_from", "valid_until"), .count("revision"),
                ])
        ])

    /// One node.
    public static let node = QueryDescription(
        .customer, "organisation.show",
        "One node of the organisation: to what it belongs on a day, all its days, who is in it, and who said so.",
        [QueryInput.text("node", "The node's code.").required, on],
        shows: .person,
        answers: [
            .whole(
                "node",
                [
                    .code("node", "kind", "purpose", "parent", "branch", "division"), .text("name", "english_name"),
                    .day("valid_from", "valid_until"), .count("revision"),
                ]),
            .whole("above", [.count("step"), .code("node", "kind"), .text("name")]),
            .first(500, "below", [.code("node", "kind"), .text("name")]),
            .first(
                500, "people",
                [.code("login"), .text("name").protected(.personalData), .text("position"), .code("manager")]),
            .whole(
                "life",
                [
                    .day("valid_from", "valid_until"), .code("kind", "purpose", "parent"),
                    .text("name", "english_name"),
                ]),
            .first(100, "words", words),
        ])

    /// Who may do what.
    public static let policy = QueryDescription(
        .customer, "policy.show",
        "The policy of permissions that holds, or one of a version, and all versions there were.",
        [.integer("version", 1...1_000_000_000, "The version; the one that holds when it is not given.")],
        shows: .setting,
        answers: [
            .whole(
                "policy",
                [
                    .count("version"), .code("set_by"), .time("set_at"), .text("reason"),
                    .count("lines", "people", "delegations"),
                ]),
            .whole("document", [.count("part"), .text("text")]),
            .first(
                500, "versions", [.count("version"), .code("set_by"), .time("set_at"), .text("reason")]),
        ])
}
