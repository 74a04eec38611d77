import Foundation

/// What the server says, made fit to be shown.
enum ServerMessage {
    /// States whose message quotes the value that was refused. The rest of class 22 speaks of the statement.
    private static let quoting: Set<String> = [
        "22P02", "22P03", "22P05", "22003", "22007", "22008", "22009", "22018", "22021", "22030", "22032", "2201B",
    ]

    /// A refusal without the value it quotes.
    static func redacted(_ message: String, sqlState: String?) -> String {
        guard let sqlState, quoting.contains(sqlState) else { return message }
        // The marks of the languages that the server speaks.
        let opening: Set<Character> = ["\"", "«", "„", "“", "»"]
        let closing: Set<Character> = ["\"", "»", "“", "”", "«"]
        guard let start = message.firstIndex(where: { opening.contains($0) }),
            let end = message.lastIndex(where: { closing.contains($0) }), start < end
        else { return message }
        return message[...start] + "…" + message[end...]
    }

    /// Why a connection did not come about, from the library's words, which carry the server's state when its
    /// verbosity is raised: `FATAL:  28P01: password authentication failed`.
    static func connectionFailure(_ words: String) -> PostgresError {
        var lines = words.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        lines.removeAll { $0.hasPrefix("LOCATION:") || $0.isEmpty }
        var text = lines.joined(separator: "; ")
        let state = sqlState(in: text)
        if let state { text = text.replacing("  \(state): ", with: " ") }
        // Without a state the server was not reached, and may be reached later.
        return PostgresError(
            .connection, text.isEmpty ? "the connection did not come about" : text, sqlState: state,
            isConnectionLost: state == nil)
    }

    /// The last `:  XXXXX: ` of a message: with several hosts the last one's answer counts.
    private static func sqlState(in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10 else { return nil }
        func isStateByte(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        for start in stride(from: bytes.count - 10, through: 0, by: -1)
        where bytes[start] == UInt8(ascii: ":") && bytes[start + 1] == UInt8(ascii: " ")
            && bytes[start + 2] == UInt8(ascii: " ") && bytes[(start + 3)..<(start + 8)].allSatisfy(isStateByte)
            && bytes[start + 8] == UInt8(ascii: ":")
        {
            return String(decoding: bytes[(start + 3)..<(start + 8)], as: UTF8.self)
        }
        return nil
    }
}
