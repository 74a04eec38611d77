/// A field that a column may hold.
package struct ImportField: Sendable, Equatable {
    /// Its name, as mapping files and refusals say it.
    package let name: String
    /// Whether every line must have it.
    package let isRequired: Bool
    /// The headings by which it is known beside its name, in English and Chinese.
    package let headings: [String]
    /// The words of a choice that stand for one of the contract's, in English and Chinese.
    package let words: [String: String]
    /// What it holds, in one sentence.
    package let help: String

    init(
        _ name: String, isRequired: Bool = false, _ headings: [String], words: [String: String] = [:], _ help: String
    ) {
        self.name = name
        self.isRequired = isRequired
        self.headings = headings
        self.words = words
        self.help = help
    }

    /// A heading without what people write differently: case, width, spaces, and signs.
    static func normal(_ heading: String) -> String {
        var text = CellText.narrow(heading).lowercased()
        // What stands in brackets behind a heading is a unit or a hint.
        if let bracket = text.firstIndex(of: "("), bracket != text.startIndex { text = String(text[..<bracket]) }
        return String(text.unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil })
    }

    /// Whether a heading names it.
    func isNamed(by heading: String) -> Bool {
        let wanted = Self.normal(heading)
        return !wanted.isEmpty && ([name] + headings).contains { Self.normal($0) == wanted }
    }
}
