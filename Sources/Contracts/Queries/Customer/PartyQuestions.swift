import Domain

/// What may be asked of who is who.
public enum PartyQuestions {
    static let all = [
        show, name, search, mergePreview, history, explain, resolve, rematch, reviews, review,
    ]

    private static let party = QueryInput.text("party", "The party: its identifier, one it had before, or a code.")

    private static let openReviews: [ColumnGroup] = [
        .code("review"), .rate("probability"), .code("one"), .text("one_name"), .code("other"), .text("other_name"),
        .code("one_party", "other_party"), .time("found_at"), .text("put_off").protected(.personalData),
    ]

    private static let evidence = TableDescription.whole(
        "evidence", [.code("field"), .text("level"), .quantity("bits")])

    /// What people have corrected, beside what the systems say.
    static let corrections = TableDescription.whole(
        "corrections",
        [
            .code("field"), .text("value").protected(.personalData), .code("by").protected(.personalData),
            .time("corrected_at"),
            .text("reason"), .text("said").protected(.personalData),
            .code("source", "code"), .time("said_at"),
        ])

    /// One party.
    public static let show = QueryDescription(
        .customer, "parties.show",
        "One party: its golden record, what was corrected of it, its accounts, and what of it waits for a decision.",
        [party.required, .source],
        shows: .customer,
        answers: [
            .whole(
                "party",
                [
                    .code("customer_id"), .count("revision"), .text("name"),
                    .code("credit_code", "branch", "sales_owner"), .time("founded_at", "changed_at"),
                    .count("accounts"), .flag("is_supplier"),
                ]),
            .whole(
                "golden record",
                [
                    .code("customer_id", "field"), .text("value").protected(.personalData), .code("source", "code"),
                    .code("said_by"),
                    .time("said_at"), .count("values"),
                ]),
            .first(
                500, "accounts",
                [
                    .code("party", "source", "code"), .text("name"), .code("credit_code", "branch", "sales_owner"),
                    .time("first_said"), .count("homing_revision"),
                ]),
            .first(100, "supplier codes", [.code("source", "code"), .text("name")]),
            .first(20, "open reviews", openReviews).about(.identity),
            corrections,
        ])

    /// What a merge would come to.
    public static let mergePreview = QueryDescription(
        .customer, "parties.merge-preview",
        "What a merge of parties would come to: which survives, what it is called then, and what moves.",
        [
            .text("one", "A party: its identifier, one it had before, or a code.").required,
            .text("other", "Another.").required, .text("third", "A third."), .text("fourth", "A fourth."),
        ],
        shows: .identity,
        answers: [
            .whole("answer", [.code("outcome", "reason"), .text("detail"), .code("party")]),
            .whole(
                "parties",
                [
                    .code("customer_id"), .text("name"), .code("credit_code", "branch", "sales_owner"),
                    .count("accounts"), .flag("survives"),
                ]),
            .whole(
                "golden record",
                [
                    .code("field"), .text("before", "after").protected(.personalData),
                    .code("corrected_by").protected(.personalData),
                ]),
            .first(500, "accounts that move", [.code("source", "code"), .text("name"), .code("from", "to")]),
        ])

    /// The account that a name means.
    public static let name = QueryDescription(
        .customer, "parties.name", "The account that a name means, as the party that it is by itself.",
        [party.required], shows: .customer,
        answers: [.whole("named", [.code("party"), .count("revision"), .code("account")])])

    /// Parties by a part of what they said.
    public static let search = QueryDescription(
        .customer, "parties.search", "Parties one of whose values holds a text, or that have it as a code.",
        [.text("text", "What to look for.").required.protected(.personalData)],
        shows: .customer,
        answers: [
            .pages(
                "parties", by: [.descending("accounts"), .ascending("sorted_name", hidden: .text), "customer_id"],
                [
                    .code("customer_id"), .text("name"), .code("credit_code", "branch"),
                    .text("found").protected(.personalData),
                    .count("accounts"),
                ])
        ])

    /// What was decided of a party.
    public static let history = QueryDescription(
        .customer, "parties.history", "What was decided and corrected of a party, and which accounts it had when.",
        [party.required, .source],
        shows: .identity,
        answers: [
            .first(
                500, "decisions",
                [
                    .time("taken_at"), .code("decision_id", "kind"), .code("by").protected(.personalData),
                    .text("reason"),
                    .code("parties"), .code("undone_by").protected(.personalData), .text("undone_for"),
                    .time("undone_at"),
                    .code("on_behalf_of", "undone_on_behalf_of").protected(.personalData),
                ]),
            .first(
                500, "memberships",
                [
                    .time("from_at"), .code("source", "code"), .count("homing_revision"),
                    .code("customer_id", "decision_id"),
                ]),
            .first(
                500, "corrections",
                [
                    .time("taken_at"), .code("field"), .text("value").protected(.personalData),
                    .code("by").protected(.personalData), .text("reason"),
                    .code("source", "code"), .code("ended_by").protected(.personalData), .text("ended_for"),
                    .time("ended_at"),
                ]),
        ])

    /// Why two accounts are one party or not.
    public static let explain = QueryDescription(
        .customer, "parties.explain", "Why two accounts are, or are not, one party.",
        [
            .text("one", "An account, as source/code.").required,
            .text("other", "The other account, as source/code.").required,
        ],
        shows: .identity,
        answers: [
            .whole("pair", [.code("what"), .text("value").protected(.personalData)]), evidence,
            .first(
                50, "decided",
                [
                    .time("taken_at"), .code("kind"), .code("by").protected(.personalData), .text("reason"),
                    .code("undone_by").protected(.personalData),
                ]),
            .first(
                200, "what holds the party together",
                [.code("by", "one"), .text("other"), .text("detail").protected(.personalData)]),
        ])

    /// Who somebody is that nobody has told us of yet.
    public static let resolve = QueryDescription(
        .customer, "parties.resolve", "Which party some particulars belong to, without anything being recorded.",
        [
            .text("name", "The name."), .text("alias", "Another name."),
            .text("creditCode", "The unified social credit code."),
            .text("taxId", "The tax number."),
            .text("phone", "A telephone number.").protected(.personalData),
            .text("address", "An address.").protected(.personalData),
            .text("bankAccount", "A bank account.").protected(.personalData),
            .text("email", "An e-mail address.").protected(.personalData),
        ],
        shows: .identity,
        answers: [
            .whole("answer", [.code("answer", "party")]),
            .first(
                20, "candidates",
                [.code("party", "account"), .text("name"), .code("verdict"), .rate("probability")]),
            evidence,
        ])

    /// What judging anew would change.
    public static let rematch = QueryDescription(
        .customer, "parties.rematch", "What today's rules would say of some accounts; nothing is changed.",
        [
            .text("afterSource", "Begin after the account of this source…"), .text("afterCode", "…and this code."),
            .integer("limit", 1...1_000, otherwise: 500, "How many accounts are judged."),
        ],
        shows: .identity,
        answers: [
            .whole("page", [.count("examined"), .code("lastSource", "lastCode")]),
            .whole("changes", [.code("source", "code"), .text("name"), .code("party", "would be")]),
        ])

    /// What waits for a decision.
    public static let reviews = QueryDescription(
        .customer, "reviews.list", "Pairs that no rule may decide, values at fault, and contradictions.",
        shows: .identity,
        answers: [
            .pages("reviews", by: [.descending("probability"), "review"], openReviews),
            .pages(
                "faults",
                by: [
                    .descending("first_said"), "source", "code", "field", .ascending("digest", hidden: .code),
                ],
                [
                    .code("reason", "source", "code", "field"), .text("value").protected(.personalData),
                    .time("first_said"),
                ]),
            .pages(
                "contradictions", by: [.descending("opened_at"), .ascending("review_id", hidden: .code)],
                [.time("opened_at"), .code("party"), .text("reason"), .text("detail").protected(.personalData)]),
        ])

    /// One pair.
    public static let review = QueryDescription(
        .customer, "reviews.show", "One pair that waits for a decision, with its evidence and what both say.",
        [.text("review", "The pair.").required],
        shows: .identity,
        answers: [
            .whole(
                "review",
                [.code("review"), .rate("probability"), .code("verdict", "one", "other"), .time("found_at")]),
            evidence,
            .first(
                200, "what they say",
                [
                    .code("account", "field"), .text("value").protected(.personalData), .code("said_by", "fault"),
                ]),
            .first(
                100, "decisions",
                [
                    .time("taken_at"), .code("decision_id", "kind"), .code("by").protected(.personalData),
                    .text("reason"),
                    .code("undone_by").protected(.personalData),
                    .text("undone_for"), .code("on_behalf_of", "undone_on_behalf_of").protected(.personalData),
                ]),
        ])
}
