/// How a kind of notice is told in one language.
///
/// A pattern names facts in braces. It is used when all that it names is known and may be seen by the reader: of a headline's
/// patterns the first such, of the sentences each such. So nothing is told with a hole in it, and what no pattern has told stands
/// in the list of facts.
package struct NoticeTemplate: Sendable {
    /// The kind's name as it stands in a digest, for one or many.
    package let title: String
    /// What happened, in one line; the most telling first. The last names nothing but ``always``.
    package let headlines: [String]
    /// What is told below it.
    package let sentences: [String]

    init(_ title: String, _ headlines: [String], _ sentences: [String] = []) {
        (self.title, self.headlines, self.sentences) = (title, headlines, sentences)
    }

    /// What every notice has: the words for what it is about with its number, and the kind's title.
    package static let always: Set<String> = ["about", "title"]

    /// What a notice has beside its facts, when it is known.
    package static let beside: Set<String> = ["customer", "stake", "due", "happened", "owner", "line", "node"]

    /// The names in all patterns.
    package var names: Set<String> { Set((headlines + sentences).flatMap { Self.names(in: $0) }) }

    /// The names in a pattern.
    package static func names(in pattern: String) -> [String] {
        pattern.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstIndex(of: "}").map { String(part[..<$0]) }
        }
    }

    /// A pattern with its names replaced; `nil` when a value is not there.
    static func fill(_ pattern: String, _ values: [String: String]) -> String? {
        var text = ""
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            guard let value = values[String(rest[rest.index(after: open)..<close])] else { return nil }
            text += rest[..<open] + value
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
