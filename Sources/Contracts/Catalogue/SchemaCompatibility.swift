/// Whether a contract has changed in a way that breaks somebody. Pure.
public enum SchemaCompatibility {
    /// Every field of every contract, one a line: type, path, form, `required` or `optional`.
    public static var snapshot: [String] {
        Catalogue.contracts.flatMap { lines($0.fields, "\($0.type) $") }.sorted()
    }

    /// The types that partners publish.
    public static var partnerTypes: Set<String> {
        Set(Catalogue.contracts.filter { $0.owner == .partner }.map(\.type.description))
    }

    /// What would break whoever reads or writes what was released.
    ///
    /// Within a version only optional fields may be added. A removed field breaks readers; a field that is required
    /// now, or of another form, breaks writers. What only we read may ask for less than before.
    ///
    /// - Parameters:
    ///   - released: the fields as they were released, each as ``snapshot`` has it.
    ///   - current: the fields as they are.
    ///   - inbound: the types that partners publish: nobody but our services reads them.
    public static func breaks(
        released: [String], current: [String], inbound: Set<String> = partnerTypes
    ) -> [String] {
        func fields(_ lines: [String]) -> [String: String] {
            var fields: [String: String] = [:]
            for line in lines {
                let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
                if parts.count == 3 { fields["\(parts[0]) \(parts[1])"] = parts[2] }
            }
            return fields
        }
        let (before, now) = (fields(released), fields(current))
        let types = Set(before.keys.map { $0.prefix { $0 != " " } })
        var breaks: [String] = []
        for (path, form) in before {
            guard let other = now[path] else {
                breaks.append("\(path): removed")
                continue
            }
            let isLoosened =
                form.hasSuffix(" required") && other == form.dropLast("required".count) + "optional"
                && inbound.contains(String(path.prefix { $0 != " " }))
            if other != form, !isLoosened { breaks.append("\(path): was '\(form)', is '\(other)'") }
        }
        for (path, form) in now where before[path] == nil && form.hasSuffix("required") {
            // Within something that is new itself it is that which must be optional.
            let isWithinNew = path.lastIndex(of: ".").map { dot in
                // `$.list[].field` is within `$.list`.
                let holder = path[..<dot].hasSuffix("[]") ? path[..<dot].dropLast(2) : path[..<dot]
                return now[String(holder)] != nil && before[String(holder)] == nil
            }
            if types.contains(path.prefix { $0 != " " }), isWithinNew != true {
                breaks.append("\(path): new, and required")
            }
        }
        return breaks.sorted()
    }

    private static func lines(_ fields: [FieldDescription], _ path: String) -> [String] {
        fields.flatMap { field -> [String] in
            let name = "\(path).\(field.name)"
            let presence = field.isRequired ? "required" : "optional"
            switch field.form {
            case .object(let inner): return ["\(name) object \(presence)"] + lines(inner, name)
            case .array(.object(let inner), let counts):
                return ["\(name) array(\(counts.lowerBound)…\(counts.upperBound)) \(presence)"]
                    + lines(inner, name + "[]")
            case let form: return ["\(name) \(words(form)) \(presence)"]
            }
        }
    }

    private static func words(_ form: FieldForm) -> String {
        switch form {
        case .text(let minimum, let maximum): "text(\(minimum)…\(maximum))"
        case .integer(let range): "integer(\(range.lowerBound)…\(range.upperBound))"
        case .decimal: "decimal"
        case .currency: "currency"
        case .timestamp: "time"
        case .day: "day"
        case .dayOrTimestamp: "day-or-time"
        case .boolean: "boolean"
        case .choice(let choices): "choice(\(choices.joined(separator: "|")))"
        case .object: "object"
        case .array(let element, let counts): "array(\(counts.lowerBound)…\(counts.upperBound)) of \(words(element))"
        }
    }
}
