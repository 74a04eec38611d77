import Domain

/// The catalogue of questions in words: for `docs/contracts/questions.md` and for who asks the command what there is.
extension QueryCatalogue {
    /// All questions as Markdown.
    public static func document() -> String {
        var text = """
            # Questions

            What the services may be asked: `waybill query SERVICE QUESTION name=value …`, and by the commands that ask for
            you. `waybill query --list` tells the same. This page is made from the catalogue in `Sources/Contracts/Queries`
            by `waybill contracts questions`.

            What a question does not take is refused, with the name and what it does take. *Now* and *today* are the
            service's: with event time those of the events. A list that is told page by page takes `limit` (rows of a page)
            and `after` (what the page before gave as its end, `next` where `after` is something else); the command follows it
            to its end with `--all`. It is narrowed by what its rows have: a day by `from` and `to`, a branch, a line of business,
            an owner, an amount by `atLeast`, `atMost` and `currency`. With `totals` it says how many rows it has in all and
            what its amounts come to, each currency by itself. A table that has more rows than are told says so.

            What a question *shows* is a kind of object of the [policy](../operate/permissions.md); a table may be of another. Lists
            and sums of what belongs to somebody take `within`: only what is one's `own`, of one's `team`, of one's `node` and below
            it, or of one's `division`; `group` is all that one may see. A column that *needs* a field tells of it: without the
            right its values are withheld, in rows and in totals, the list is not ordered by it, and what narrows by it is
            refused. Tables of *sums* are told as far as the totals of a policy reach, unless what is given asks for single
            objects.


            """
        let groups: [(String, ServiceName?)] =
            [("Every service", nil)] + ServiceName.allCases.map { ($0.rawValue, $0) }
        for (title, service) in groups {
            let mine = questions.filter { $0.service == service }
            guard !mine.isEmpty else { continue }
            text += "## \(title)\n\n"
            for question in mine.sorted(by: { $0.name < $1.name }) { text += question.document }
        }
        while text.hasSuffix("\n\n") { text.removeLast() }
        return text
    }
}

extension QueryDescription {
    fileprivate var document: String {
        var text = "### \(name)\n\n\(help)\n\nShows `\(shows.rawValue)`"
        text += isOfWhole ? ", and is answered to those who see all of these" : ""
        text += isForEverybody ? ", and is answered to everybody" : ""
        text += ".\n\n"
        if !parameters.isEmpty {
            text += "| takes | which is | |\n|---|---|---|\n"
            for input in parameters {
                let needs = needs(input).map { " \($0)." }.joined()
                text +=
                    "| `\(input.name)`\(input.isRequired ? ", required" : "") | \(input.words) | \(input.help)\(needs) |\n"
            }
            text += "\n"
        }
        text += "| answers | |\n|---|---|\n"
        for table in answers { text += "| \(table.name): \(table.words) | \(table.columnWords) |\n" }
        return text + "\n"
    }

    /// Which fields one has to see to give a parameter, in words.
    private func needs(_ input: QueryInput) -> [String] {
        let narrowed = input.narrowings.compactMap { answer($0.table)?.protected($0.column) }
        let fields = PermissionField.allCases.filter(narrowed.contains)
        let words = input.protections.map { protection in
            let words = protection.words.map { " with " + $0.sorted().map { "`\($0)`" }.joined(separator: ", ") } ?? ""
            return "Needs `\(protection.field.rawValue)`\(words)"
        }
        return fields.map { "Needs `\($0.rawValue)`" } + words
    }
}

extension QueryInput {
    /// What its values are, and what counts when none is given, in words.
    public var words: String {
        let kind =
            switch kind {
            case .text: "text"
            case .choice(let choices): choices.joined(separator: ", ")
            case .list(let words): "a list of \(words.joined(separator: ", "))"
            case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
            case .decimal: "a decimal"
            case .day: "a day"
            case .time: "a time with its offset"
            case .dayOrTime: "a day or a time with its offset"
            case .currency: "a currency"
            case .flag: "true or false"
            }
        return otherwise.map { "\(kind); \($0) when not given" } ?? kind
    }
}

extension TableDescription {
    /// How much of it an answer holds, and in which order, in words.
    public var words: String {
        let told =
            switch extent {
            case .whole: "whole"
            case .first(let count): "the first \(count)"
            case .pages(let keys):
                "page by page, by "
                    + keys.map { key in
                        key.name.replacing("_", with: " ") + (key.isDescending ? " downwards" : "")
                            + (key.protected.map { " (needs \($0.rawValue))" } ?? "")
                    }.joined(separator: ", ") + (totals.isEmpty ? "" : "; totals of \(totals.joined(separator: ", "))")
            }
        return told + (isOfTotals ? "; sums" : "") + (shows.map { "; shows \($0.rawValue)" } ?? "")
    }

    /// Its columns with their kinds, in words.
    public var columnWords: String {
        let told = columns.map { "\($0.name) (\($0.words))" }.joined(separator: ", ")
        let needing = further.compactMap { column in column.protected.map { "\(column.name) needs \($0.rawValue)" } }
        let rest = needing.isEmpty ? "" : " (\(needing.joined(separator: ", ")))"
        return isVarying ? "\(told), and further ones by what is asked\(rest)" : told
    }
}

extension ColumnDescription {
    /// What its values are, and which field they tell of, in words.
    public var words: String { kind.words + (protected.map { ", needs \($0.rawValue)" } ?? "") }
}

extension ColumnDescription.Kind {
    /// The kind in words.
    public var words: String {
        switch self {
        case .text: "text"
        case .code: "code"
        case .money(let currency): "money in \(currency)"
        case .quantity: "quantity"
        case .rate: "rate"
        case .day: "day"
        case .time: "time"
        case .flag: "flag"
        case .count: "count"
        }
    }
}
