import Client

/// A part of a page. A text is always text: whatever it says, it never becomes an element.
struct Node: Sendable {
    /// What it is.
    enum Kind: Sendable {
        /// Words, in which nothing that cannot be seen acts on who reads.
        case words(String)
        /// What a person typed, exactly as it was: only for the inside of a field.
        case typed(String)
        /// An element.
        case element(Tag, [Attribute], [Node])
        /// Several, one after the other.
        case several([Node])
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    /// Words.
    static func words(_ text: String) -> Node { Node(.words(text)) }
    /// What a person typed, for the inside of a field.
    static func typed(_ text: String) -> Node { Node(.typed(text)) }
    /// Several parts, one after the other.
    static func several(@NodeBuilder _ content: () -> [Node]) -> Node { Node(.several(content())) }
    /// An element with attributes that come in an array.
    static func element(_ tag: Tag, _ attributes: [Attribute], @NodeBuilder _ content: () -> [Node] = { [] }) -> Node {
        Node(.element(tag, attributes, content()))
    }

    /// A whole page, as bytes of UTF-8.
    var document: String { "<!doctype html>\n" + rendered }

    /// As HTML.
    var rendered: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch kind {
        case .words(let words): Self.escape(Self.seen(words), to: &text)
        case .typed(let typed): Self.escape(typed, to: &text)
        case .several(let nodes): for node in nodes { node.write(to: &text) }
        case .element(let tag, let attributes, let content):
            text += "<\(tag.rawValue)"
            for attribute in attributes {
                text += " \(attribute.name)"
                guard let value = attribute.value else { continue }
                text += "=\""
                Self.escape(value, to: &text)
                text += "\""
            }
            text += ">"
            guard !tag.isVoid else { return }
            // The first line break within these two is left out by whoever reads HTML.
            if tag == .textarea || tag == .pre { text += "\n" }
            for node in content { node.write(to: &text) }
            text += "</\(tag.rawValue)>"
        }
    }

    /// Line breaks stay, what else cannot be seen stands as its escape.
    private static func seen(_ words: String) -> String {
        words.split(separator: "\n", omittingEmptySubsequences: false).map { TerminalText.visible(String($0)) }
            .joined(separator: "\n")
    }

    /// In text and in attributes alike nothing ends what it stands in.
    private static func escape(_ words: String, to text: inout String) {
        for scalar in words.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // No form of HTML may hold it.
            case "\0": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// Puts the parts of an element together. A string among them is words.
@resultBuilder
enum NodeBuilder {
    static func buildExpression(_ node: Node) -> [Node] { [node] }
    static func buildExpression(_ node: Node?) -> [Node] { node.map { [$0] } ?? [] }
    static func buildExpression(_ nodes: [Node]) -> [Node] { nodes }
    static func buildExpression(_ words: String) -> [Node] { [.words(words)] }
    static func buildBlock(_ parts: [Node]...) -> [Node] { parts.flatMap { $0 } }
    static func buildOptional(_ part: [Node]?) -> [Node] { part ?? [] }
    static func buildEither(first part: [Node]) -> [Node] { part }
    static func buildEither(second part: [Node]) -> [Node] { part }
    static func buildArray(_ parts: [[Node]]) -> [Node] { parts.flatMap { $0 } }
}
