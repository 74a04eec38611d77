package import Domain

/// Values of a settings file, each refused with its path.
package enum SettingsFile {
    /// The value of a file. People write it, so nothing stands in it that nobody sees: a code with a zero-width space
    /// would be another one.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    package static func root(_ json: [UInt8]) throws(Refusal) -> JSONNode {
        let root = try JSONDocument(parsing: json).root
        try refuseUnseen(in: root, "$")
        return root
    }

    private static func refuseUnseen(in node: JSONNode, _ path: String) throws(Refusal) {
        func check(_ text: String, _ what: String) throws(Refusal) {
            guard let scalar = text.unicodeScalars.first(where: TypedText.isUnseen) else { return }
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw Refusal(
                .unseenCharacter, path: path,
                "\(what) holds a character that nobody sees (hexadecimal \(code)); take it out")
        }
        if let text = node.string { try check(text, "this text") }
        for (index, element) in node.elements.enumerated() { try refuseUnseen(in: element, "\(path)[\(index)]") }
        for (name, value) in node.members {
            try check(name, "the name of a field")
            try refuseUnseen(in: value, "\(path).\(name)")
        }
    }

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
