import Domain

/// What every service answers of its ledger: what it has sent, handled and missed. `waybill reconcile` puts it together.
public enum LedgerQuestions {
    static let all = [sent, handled, names, digest, identifiers, known]

    private static let type = QueryInput.text("type", "The type of messages.").required
    private static let source = QueryInput.text("source", "Who sent them.").required
    private static let since = QueryInput.day("since", "Those handled on this day or later.").required

    /// What was sent.
    public static let sent = QueryDescription(
        nil, "ledger.sent",
        "How many messages of each type were sent, which are not confirmed, and who reads since when.",
        shows: .message,
        answers: [
            .whole("sent", [.code("type"), .count("lane", "last")]),
            .whole("pending", [.code("type"), .count("lane", "number")]),
            .whole("readers", [.code("type", "reader"), .text("since"), .count("lane", "first")]),
            .whole("reading", [.code("type"), .text("since")]),
        ])

    /// What was handled.
    public static let handled = QueryDescription(
        nil, "ledger.handled", "The highest number handled of each source, type and lane, and what below was not.",
        shows: .message,
        answers: [
            .whole("handled", [.code("source", "type"), .count("lane", "high")]),
            .whole("holes", [.code("source", "type"), .count("lane", "number", "upto")]),
        ])

    /// The identifiers behind numbers.
    public static let names = QueryDescription(
        nil, "ledger.names", "The identifiers of messages sent, by their numbers in a lane.",
        [
            type, .integer("lane", 0...31, otherwise: 0, "The lane."),
            QueryInput.text("numbers", "The numbers, with commas between them.").required,
        ],
        shows: .message, answers: [.whole("names", [.count("lane", "number"), .code("id"), .time("recorded_at")])])

    /// What was handled, as sums.
    public static let digest = QueryDescription(
        nil, "ledger.digest",
        "What other systems sent and the service handled, as sums that are equal when the sets are.",
        [type, since, .text("after", "The sources after this one.")],
        shows: .message,
        answers: [
            .whole("digest", [.code("source"), .count("bucket", "messages"), .quantity("digest", as: .text)]),
            .whole("page", [.code("last"), .flag("more")]),
        ])

    /// The identifiers of one bucket.
    public static let identifiers = QueryDescription(
        nil, "ledger.identifiers", "The identifiers of messages handled, of one bucket, at most 2,000 at a time.",
        [
            type, source, .integer("bucket", 0...255, otherwise: 0, "The bucket."), since,
            .text("after", "Those after this identifier."),
        ],
        shows: .message, answers: [.first(QueryTable.maximumRows, "identifiers", [.code("message_id")])])

    /// Which of some were handled.
    public static let known = QueryDescription(
        nil, "ledger.known", "Which of some identifiers were handled, on whatever day, and when first.",
        [source, QueryInput.text("identifiers", "The identifiers, one a line.").required],
        shows: .message, answers: [.whole("known", [.code("message_id"), .text("handled_at")])])
}
