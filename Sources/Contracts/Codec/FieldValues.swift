import Domain

/// How single values are read from JSON nodes, each with its refusals.
extension FieldReader {
    static func text(
        _ node: JSONNode, _ path: String, _ minimum: Int, _ maximum: Int, _ reason: Reason
    ) throws(Refusal) -> String {
        guard let text = node.string else {
            throw Refusal(.wrongType, path: path, "a string is expected, this is \(node.kind.phrase)")
        }
        // A character has at most four bytes and at least one: counting is needed only in between.
        let bytes = text.utf8.count
        if bytes > maximum || bytes < minimum {
            let count = text.unicodeScalars.count
            guard count >= minimum, count <= maximum else {
                throw Refusal(reason, path: path, "\(count) characters; \(minimum) to \(maximum) are allowed")
            }
        }
        for scalar in text.utf8 where scalar < 0x20 || scalar == 0x7F {
            if minimum > 0 || (scalar != 0x0A && scalar != 0x09 && scalar != 0x0D) {
                throw Refusal(.controlCharacter, path: path, "a control character is not allowed here")
            }
        }
        return text
    }

    static func integer(_ node: JSONNode, _ path: String, _ range: ClosedRange<Int>) throws(Refusal) -> Int {
        guard node.kind == .number, let value = node.integer else {
            throw Refusal(.wrongType, path: path, "a whole number is expected, this is \(node.kind.phrase)")
        }
        guard range.contains(value) else {
            throw Refusal(
                .numberOutOfRange, path: path, "\(value) is not within \(range.lowerBound)…\(range.upperBound)")
        }
        return value
    }

    static func decimal(_ node: JSONNode, _ path: String) throws(Refusal) -> FixedDecimal {
        guard node.kind == .string else {
            throw Refusal(
                .wrongType, path: path,
                "a decimal is written as a string such as \"2193.10\", this is \(node.kind.phrase)")
        }
        do {
            return try FixedDecimal(bytes: node.valueBytes)
        } catch {
            throw error.refusal(at: path)
        }
    }

    static func currency(_ node: JSONNode, _ path: String) throws(Refusal) -> Currency {
        guard node.kind == .string else {
            throw Refusal(.wrongType, path: path, "a currency code is expected, this is \(node.kind.phrase)")
        }
        guard let currency = Currency(bytes: node.valueBytes) else {
            throw Refusal(
                .unknownCurrency, path: path, "\(quoted(node.string ?? "")) is no active currency of ISO 4217")
        }
        return currency
    }

    static func timestamp(_ node: JSONNode, _ path: String) throws(Refusal) -> Timestamp {
        guard node.kind == .string else {
            throw Refusal(.wrongType, path: path, "a time is written as a string, this is \(node.kind.phrase)")
        }
        do {
            return try Timestamp(bytes: node.valueBytes)
        } catch {
            throw error.refusal(at: path)
        }
    }

    static func day(_ node: JSONNode, _ path: String) throws(Refusal) -> CalendarDay {
        guard node.kind == .string else {
            throw Refusal(.wrongType, path: path, "a day is written as a string, this is \(node.kind.phrase)")
        }
        do {
            return try CalendarDay(bytes: node.valueBytes)
        } catch {
            throw error.refusal(at: path)
        }
    }

    static func boolean(_ node: JSONNode, _ path: String) throws(Refusal) -> Bool {
        switch node.kind {
        case .true: return true
        case .false: return false
        default: throw Refusal(.wrongType, path: path, "true or false is expected, this is \(node.kind.phrase)")
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: JSONNode, _ path: String
    ) throws(Refusal) -> Choice {
        guard let text = node.string else {
            throw Refusal(.wrongType, path: path, "a string is expected, this is \(node.kind.phrase)")
        }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.valueNotAllowed, path: path, "\(quoted(text)) is none of: \(words)")
        }
        return choice
    }

    static func list<Value>(
        _ node: JSONNode, _ path: String, _ counts: ClosedRange<Int>, _ tooMany: Reason,
        _ read: (JSONNode, String) throws(Refusal) -> Value
    ) throws(Refusal) -> [Value] {
        guard node.kind == .array else {
            throw Refusal(.wrongType, path: path, "an array is expected, this is \(node.kind.phrase)")
        }
        guard node.count <= counts.upperBound else {
            throw Refusal(tooMany, path: path, "\(node.count) elements; at most \(counts.upperBound) are allowed")
        }
        guard node.count >= counts.lowerBound else {
            throw Refusal(.tooFewElements, path: path, "at least \(counts.lowerBound) are needed")
        }
        var values: [Value] = []
        values.reserveCapacity(node.count)
        for (index, element) in node.elements.enumerated() {
            values.append(try under("[\(index)]") { () throws(Refusal) in try read(element, "") })
        }
        return values
    }
}
