package import Contracts

/// How the columns of a file become fields: what a mapping file says, and for the rest what the headings say by
/// themselves.
package struct ImportMapping: Sendable, Equatable {
    /// In which order day and month stand where both are numbers behind which the year comes.
    package enum DayOrder: String, Sendable, CaseIterable {
        /// `05/01/2026` is the fifth of January.
        case dayFirst = "day-first"
        /// `01/05/2026` is the fifth of January.
        case monthFirst = "month-first"
    }

    /// The heading of each field that was named by a person, by field.
    package var columns: [String: String] = [:]
    /// What every line has, by field.
    package var values: [String: String] = [:]
    /// What words of the file mean, by field.
    package var words: [String: [String: String]] = [:]
    /// In which order day and month stand; a day that may be read in two ways is refused when not given.
    package var days: DayOrder?
    /// Whether a comma stands before the decimals, and points between the thousands.
    package var isDecimalComma = false
    /// At what time of the day something was when the file gives the day alone, by field, such as `23:59:59`.
    package var times: [String: String] = [:]

    /// A mapping that says nothing: the headings speak for themselves.
    package init() {}

    /// Reads `{"kind": "invoices", "columns": {"invoiceId": "Doc. no."}, "values": {"currency": "CNY"}, "words": {"kind":
    /// {"框架": "framework"}}, "days": "day-first", "decimals": "comma", "times": {"dueAt": "23:59:59"}}`.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - kind: what is imported; the file must be of it when it says of what it is.
    /// - Throws: ``Refusal`` with the place of what is not understood.
    package init(json bytes: [UInt8], for kind: ImportKind) throws(Refusal) {
        try self.init(json: bytes, of: kind.rawValue, fields: kind.fields)
    }

    /// Reads the same for a table of fields of its own.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - kind: what its lines are, in the plural.
    ///   - fields: the fields that a column may hold.
    /// - Throws: ``Refusal`` with the place of what is not understood.
    init(json bytes: [UInt8], of kind: String, fields: [ImportField]) throws(Refusal) {
        let root = try JSONDocument(parsing: bytes).root
        guard root.kind == .object else { throw Refusal(.wrongType, path: "$", "an object is expected") }
        let known = Set(fields.map(\.name))
        func texts(_ node: JSONNode, _ path: String, areFields: Bool = true) throws(Refusal) -> [String: String] {
            guard node.kind == .object else { throw Refusal(.wrongType, path: path, "an object is expected") }
            var texts: [String: String] = [:]
            for (key, value) in node.members {
                guard let text = value.string else {
                    throw Refusal(.wrongType, path: "\(path).\(key)", "a text is expected")
                }
                guard !areFields || known.contains(key) else { throw Self.unknown(key, path, kind, fields) }
                texts[key] = text
            }
            return texts
        }
        for (key, value) in root.members {
            let path = "$.\(key)"
            switch key {
            case "kind":
                guard value.string == kind else {
                    throw Refusal(
                        .valueNotAllowed, path: path,
                        "this mapping is for \(value.string ?? "something else"), not for \(kind)")
                }
            case "columns": columns = try texts(value, path)
            case "values": values = try texts(value, path)
            case "times":
                times = try texts(value, path)
                for (field, time) in times where CellText.secondOfDay(time) == nil {
                    throw Refusal(.badTime, path: "\(path).\(field)", "'\(time)' is no time of day such as 23:59:59")
                }
            case "words":
                guard value.kind == .object else { throw Refusal(.wrongType, path: path, "an object is expected") }
                for (field, node) in value.members {
                    guard known.contains(field) else { throw Self.unknown(field, path, kind, fields) }
                    words[field] = try texts(node, "\(path).\(field)", areFields: false)
                }
            case "days":
                guard let order = value.string.flatMap(DayOrder.init(rawValue:)) else {
                    throw Refusal(.valueNotAllowed, path: path, "'day-first' or 'month-first' is expected")
                }
                days = order
            case "decimals":
                guard let sign = value.string, ["comma", "point"].contains(sign) else {
                    throw Refusal(.valueNotAllowed, path: path, "'comma' or 'point' is expected")
                }
                isDecimalComma = sign == "comma"
            default:
                throw Refusal(
                    .valueNotAllowed, path: path,
                    "'\(key)' is none of kind, columns, values, words, days, decimals and times")
            }
        }
    }

    private static func unknown(
        _ field: String, _ path: String, _ kind: String, _ fields: [ImportField]
    ) -> Refusal {
        Refusal(
            .valueNotAllowed, path: "\(path).\(field)",
            "\(kind) have no '\(field)'; they have \(fields.map(\.name).joined(separator: ", "))")
    }

    /// The mapping as a file, with every column that was found, so that the next file of that kind is read alike.
    package func json(of kind: ImportKind, _ found: MappedColumns) -> String {
        func text(_ value: String) -> String {
            var bytes: [UInt8] = []
            ObjectWriter.append(value, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        func object(_ values: [String: String], _ indent: String) -> String {
            values.isEmpty
                ? "{}"
                : "{\n"
                    + values.sorted { $0.key < $1.key }
                    .map { "\(indent)    \(text($0.key)): \(text($0.value))" }.joined(separator: ",\n") + "\n\(indent)}"
        }
        var members = ["    \"kind\": \(text(kind.rawValue))", "    \"columns\": \(object(found.headings, "    "))"]
        if !values.isEmpty { members.append("    \"values\": \(object(values, "    "))") }
        if !words.isEmpty {
            let lists = words.sorted { $0.key < $1.key }.map {
                "        \(text($0.key)): \(object($0.value, "        "))"
            }
            members.append("    \"words\": {\n" + lists.joined(separator: ",\n") + "\n    }")
        }
        if let days { members.append("    \"days\": \(text(days.rawValue))") }
        if isDecimalComma { members.append("    \"decimals\": \"comma\"") }
        if !times.isEmpty { members.append("    \"times\": \(object(times, "    "))") }
        return "{\n" + members.joined(separator: ",\n") + "\n}\n"
    }
}

/// Which column of a file holds which field.
package struct MappedColumns: Sendable, Equatable {
    /// The place of each field that a column holds.
    package let places: [String: Int]
    /// The heading of each field that a column holds.
    package let headings: [String: String]
    /// The headings that stand for no field: their columns are passed over.
    package let unused: [String]

    /// Finds the columns of a file.
    ///
    /// - Throws: ``FileFault`` when a column that is named is not there, when two may be meant, or when a field is missing.
    package init(_ header: [String], _ kind: ImportKind, _ mapping: ImportMapping) throws(FileFault) {
        try self.init(header, fields: kind.fields, mapping)
    }

    /// Finds the columns of a file for fields of its own.
    ///
    /// - Throws: as the other.
    init(_ header: [String], fields: [ImportField], _ mapping: ImportMapping) throws(FileFault) {
        var places: [String: Int] = [:]
        for (index, heading) in header.enumerated() where !heading.isEmpty {
            if header[..<index].contains(heading) {
                throw FileFault("the column '\(heading)' stands there twice: rename one of them")
            }
        }
        for (field, heading) in mapping.columns {
            guard let place = header.firstIndex(of: heading) else {
                throw FileFault(
                    "the mapping takes '\(field)' from the column '\(heading)', which the file does not have")
            }
            places[field] = place
        }
        let taken = Set(places.values)
        for field in fields where places[field.name] == nil && mapping.values[field.name] == nil {
            let named = header.indices.filter { !taken.contains($0) && field.isNamed(by: header[$0]) }
            // A field's own name is meant by it, whatever else may be.
            let own = named.filter { ImportField.normal(header[$0]) == ImportField.normal(field.name) }
            guard let place = own.first ?? named.first else { continue }
            if own.isEmpty, named.count > 1 {
                let names = named.map { "'\(header[$0])'" }.joined(separator: " and ")
                throw FileFault("\(names) may both be '\(field.name)': say which in a mapping (columns.\(field.name))")
            }
            places[field.name] = place
        }
        let twice = Dictionary(grouping: places.keys.sorted()) { places[$0] ?? -1 }.values.first {
            $0.count > 1 && $0.contains { mapping.columns[$0] == nil }
        }
        if let twice, let place = places[twice[0]] {
            throw FileFault(
                "'\(header[place])' may be '\(twice[0])' and '\(twice[1])': say which in a mapping (columns.\(twice[0]))"
            )
        }
        let missing = fields.filter {
            $0.isRequired && places[$0.name] == nil && mapping.values[$0.name] == nil
        }
        if let first = missing.first {
            let names = missing.map { "'\($0.name)'" }.joined(separator: ", ")
            throw FileFault(
                "no column is known for \(names). The file has \(header.map { "'\($0)'" }.joined(separator: ", ")). Name "
                    + "the column in a mapping ({\"columns\": {\"\(first.name)\": \"…\"}}) or give every line the same by "
                    + "--value \(first.name)=…; known by itself are \(([first.name] + first.headings).joined(separator: ", "))"
            )
        }
        self.places = places
        headings = places.mapValues { header[$0] }
        let used = Set(places.values)
        unused = header.enumerated().filter {
            !used.contains($0.offset) && !$0.element.isEmpty && !RefusedLines.columns.contains($0.element)
        }.map(\.element)
    }
}
