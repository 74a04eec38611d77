import Contracts
import Domain

/// What to say when nothing is found by what a person typed.
enum TypedHints {
    /// What might have been meant by values that hold what nobody sees, or characters that only look like the usual ones;
    /// one line each.
    static func hints(_ typed: [String]) -> [String] {
        typed.compactMap { text in
            let plain = TypedText.plain(text)
            guard !plain.isEmpty, !plain.hasSameBytes(as: text) else { return nil }
            let why = TypedText.slip(in: text).map { "\($0)" } ?? "it is not in the usual characters"
            return "'\(text)' was looked for as it is, and \(why); '\(plain)' may be meant"
        }
    }

    /// Every text in some data.
    static func texts(in data: [UInt8]) -> [String] {
        func texts(_ node: JSONNode) -> [String] {
            node.string.map { [$0] } ?? (node.elements + node.members.map(\.value)).flatMap(texts)
        }
        return (try? JSONDocument(parsing: data).root).map(texts) ?? []
    }
}
