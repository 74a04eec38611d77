import Domain

/// What the sales service answers of what is sold.
public enum ProductQuestions {
    /// All of them.
    public static let all = [list, show, used]

    private static let levels = ProductLevel.allCases.map(\.rawValue)
    private static let on = QueryInput.day("on", "As it is, or will be, on this day; today when not given.")
    private static let one = [
        QueryInput.text("code", "Its code.").required,
        .choice("level", levels, otherwise: ProductLevel.product.rawValue, "What it is."), on,
    ]

    /// What is sold.
    public static let list = QueryDescription(
        .sales, "products.list",
        "What is sold on a day, whether it can be, and what waits for somebody's decision.",
        [
            .choice("level", ["all"] + levels, otherwise: "all", "Only what is such."),
            .choice("state", ["sold", "retired", "all"], otherwise: "sold", "Only what is sold, or what is no more."),
            on,
        ],
        shows: .customer,
        answers: [
            .whole(
                "products",
                [
                    .code("level", "code"), .count("version"), .text("name", "nameInChinese"),
                    .code("businessLine", "unit"), .count("parts"), .day("validFrom"), .flag("isRetired", "isValid"),
                    .text("missing"),
                ]),
            .whole(
                "proposals",
                [
                    .code("level", "code"), .count("version"), .text("name"), .day("validFrom"), .flag("isRetired"),
                    .time("proposedAt"), .code("proposedBy").protected(.personalData), .text("note"),
                ]),
        ])

    /// One thing that is sold.
    public static let show = QueryDescription(
        .sales, "products.show",
        "Something that is sold: what it is made of, by which rules it is sold and costed, what is missing, and its versions.",
        one, shows: .customer,
        answers: [
            .whole(
                "product",
                [
                    .code("level", "code"), .count("version"), .text("name", "nameInChinese"),
                    .code("businessLine", "unit"), .text("measure"), .day("validFrom"), .flag("isRetired", "isValid"),
                ]),
            .whole(
                "parts",
                [
                    .code("wholeLevel", "whole", "level", "code"), .text("name"), .quantity("quantity"),
                    .text("driver"), .flag("isOption"),
                ]),
            .whole(
                "rules",
                [
                    .code("unit", "side"), .code("rule").protected(.cost), .day("validFrom", "validUntil"),
                    .flag("isLive"),
                ]),
            .whole("findings", [.code("level", "code", "finding")]),
            .whole(
                "versions",
                [
                    .count("version"), .code("state"), .day("validFrom"), .flag("isRetired"), .time("proposedAt"),
                    .code("proposedBy").protected(.personalData), .text("note"), .time("decidedAt"),
                    .code("decidedBy").protected(.personalData), .text("verdict"),
                ]),
        ])

    /// What is made of something.
    public static let used = QueryDescription(
        .sales, "products.used",
        "What is made of a unit or an item, and what of it could be sold no more if that were retired.",
        one, shows: .customer,
        answers: [
            .whole(
                "users",
                [
                    .code("level", "code"), .text("name", "through"), .flag("isValid", "breaks"), .text("missing"),
                ])
        ])
}
