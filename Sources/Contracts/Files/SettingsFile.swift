package import Domain

/// Values of a settings file, each refused with its path.
package enum SettingsFile {
    /// Refuses a key that is none of the known: a misspelt one must not be passed over in silence.
    package static func allow(_ names: Set<String>, in node: JSONNode, _ path: String) throws(Refusal) {
        for (name, _) in node.members where !names.contains(name) {
            throw Refusal(
                .valueNotAllowed, path: "\(path).\(name)",
                "there is no '\(name)' here, only \(names.sorted().joined(separator: ", "))")
        }
    }

    /// A day that must be there.
    package static func day(_ node: JSONNode, _ name: String, _ path: String) throws(Refusal) -> CalendarDay {
        guard let day = node[name]?.string.flatMap({ CalendarDay($0) }) else {
            throw Refusal(.badTime, path: "\(path).\(name)", "'\(name)' is required, a day as 2026-01-05")
        }
        return day
    }

    /// A decimal in quotes; `nil` when it is not there.
    package static func decimal(_ node: JSONNode, _ name: String, _ path: String) throws(Refusal) -> FixedDecimal? {
        guard let value = node[name] else { return nil }
        guard let number = value.string.flatMap({ FixedDecimal($0) }) else {
            throw Refusal(.notADecimal, path: "\(path).\(name)", "'\(name)' is a decimal in quotes, as \"5\"")
        }
        return number
    }

    /// A whole number within bounds; `nil` when it is not there.
    package static func integer(
        _ node: JSONNode, _ name: String, in range: ClosedRange<Int>, _ path: String
    ) throws(Refusal) -> Int? {
        guard let value = node[name] else { return nil }
        guard let number = value.integer, range.contains(Int(number)) else {
            throw Refusal(
                .valueNotAllowed, path: "\(path).\(name)",
                "'\(name)' is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    /// An array with an element a line, for a file that people go on writing.
    ///
    /// - Parameters:
    ///   - elements: JSON values.
    ///   - indent: how deep the array lies, in steps of two.
    package static func lines(_ elements: [[UInt8]], indent: Int) -> [UInt8] {
        let margin = "\n" + String(repeating: "  ", count: indent)
        var text = "["
        for (index, element) in elements.enumerated() {
            text += (index > 0 ? "," : "") + margin + String(decoding: element, as: UTF8.self)
        }
        return Array((text + "]").utf8)
    }
}
