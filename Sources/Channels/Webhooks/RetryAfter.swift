import Domain

/// How long a server of HTTP wants to be left alone (RFC 9110, 10.2.3).
enum RetryAfter {
    /// The longest that is believed: a day.
    static let most = Duration.seconds(86_400)

    /// What the field says: seconds, or a time in the one form that is written today.
    ///
    /// - Returns: `nil` when it says nothing that is understood, or a time that is over.
    static func duration(_ value: String?, now: Timestamp) -> Duration? {
        guard let value = value.map({ PlainWords.line($0) }), !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(value).map { min(.seconds($0), most) } ?? most
        }
        guard let time = time(value), time > now else { return nil }
        return min(.microseconds(time.microsecondsSinceEpoch - now.microsecondsSinceEpoch), most)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func time(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
