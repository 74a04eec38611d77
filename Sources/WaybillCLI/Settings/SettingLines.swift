import Client

/// Settings as a file has them that starts services: a line `NAME=value` each, as systemd and `make up PROFILE=FILE` read
/// them. A value may stand in quotes; what begins with `#` or `;` is a remark.
struct SettingLines: Equatable {
    let values: [String: String]

    /// - Throws: ``Failure`` that names the line that is none.
    init(_ text: String) throws {
        var values: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingPrefix { $0.isWhitespace }
            guard let first = line.first, first != "#", first != ";" else { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw Failure("line \(number + 1) is no 'NAME=value'")
            }
            let name = String(line[..<equals])
            guard values[name] == nil else { throw Failure("line \(number + 1) gives \(name) a second time") }
            values[name] = Self.plain(line[line.index(after: equals)...])
        }
        self.values = values
    }

    private static func plain(_ value: Substring) -> String {
        var value = value
        while value.last?.isWhitespace == true { value.removeLast() }
        if let quote = value.first, quote == "'" || quote == "\"", value.count >= 2, value.last == quote {
            value = value.dropFirst().dropLast()
        }
        return String(value)
    }
}
