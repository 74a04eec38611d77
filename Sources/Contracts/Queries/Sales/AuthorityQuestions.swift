import Domain

/// What the sales service answers of who signs quotes.
public enum AuthorityQuestions {
    /// All of them.
    public static let all = [show, deals]

    /// The matrix.
    public static let show = QueryDescription(
        .sales, "authority.show", "Who has to sign which quotes: the matrix that holds, and every version there was.",
        [.day("on", "By the matrix that holds on that day; today's when not given.")],
        shows: .setting,
        answers: [
            .whole(
                "cells",
                [
                    .count("version", "place"), .code("cell"), .text("conditions", "signers"),
                ]),
            .whole(
                "versions", [.count("version"), .day("from"), .text("reason"), .code("by"), .time("at")]),
            .whole("document", [.text("json")]),
        ])

    /// Quotes as they were when they were submitted.
    public static let deals = QueryDescription(
        .sales, "authority.deals",
        "Quotes as they were when they were submitted, with the cell that has decided who signs: for 'authority simulate'.",
        [], shows: .order,
        answers: [
            .pages(
                "deals", by: [.descending("submittedAt"), "quoteId", "number"], narrowed: [.day: "submittedAt"],
                [
                    .code("quoteId"), .count("number", "revision"), .time("submittedAt"), .code("owner", "branch"),
                    .text("nodes"), .code("businessLine"), .text("items"), .money("amount", "listed"),
                    .money("cost").protected(.cost), .code("currency"), .count("paymentDays"),
                    .code("creditState", "acceptance", "cell"), .count("version"), .text("signers"),
                ])
        ])
}
