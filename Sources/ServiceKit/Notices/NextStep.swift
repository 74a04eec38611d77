package import Contracts

/// What to do next, as it is typed.
extension NoticeKind {
    /// The kind's command with what is known put in.
    ///
    /// A number is somebody else's and may hold anything: what a shell would read otherwise stands in quotes.
    ///
    /// - Parameter values: what stands for the names in braces.
    /// - Returns: `nil` when something is not known, or the command would be longer than a notice has room for.
    package func next(_ values: [String: String?] = [:]) -> String? {
        var command = ""
        var rest = about.next[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            guard let value = values[String(rest[rest.index(after: open)..<close])] ?? nil, !value.isEmpty else {
                return nil
            }
            command += rest[..<open]
            command += Self.quoted(value)
            rest = rest[rest.index(after: close)...]
        }
        command += rest
        return command.unicodeScalars.count <= 500 ? command : nil
    }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.,:/@+".utf8)

    private static func quoted(_ value: String) -> String {
        value.utf8.allSatisfy(plain.contains) ? value : "'\(value.replacing("'", with: "'\\''"))'"
    }
}
