public import Domain

/// What of a protected field a parameter lets be found out, though the answer withholds it.
public struct InputProtection: Sendable, Equatable {
    /// The field.
    public let field: PermissionField
    /// The words with which it does; `nil` for every value.
    public let words: Set<String>?

    /// Whether a value lets something be found out. A value may be a list of words with commas between them.
    public func isMet(by value: String) -> Bool {
        words.map { !$0.isDisjoint(with: QueryInput.words(of: value)) } ?? true
    }
}

/// With which values a parameter asks of single objects, so that a sum may be that of one of them.
public struct InputNaming: Sendable, Equatable {
    /// The words with which it does; `nil` for every value.
    public let words: Set<String>?

    /// Whether a value does. A value may be a list of words with commas between them.
    public func isMet(by value: String) -> Bool {
        words.map { !$0.isDisjoint(with: QueryInput.words(of: value)) } ?? true
    }
}

/// A parameter that is refused, since it would let a field be found out that whoever asks does not see.
public struct RefusedInput: Sendable, Equatable {
    /// The parameter.
    public let name: String
    /// The field.
    public let field: PermissionField
    /// The kind of object that has it.
    public let kind: PermissionKind

    /// - Parameters: as the properties.
    package init(name: String, field: PermissionField, kind: PermissionKind) {
        (self.name, self.field, self.kind) = (name, field, kind)
    }

    /// The refusal, whose path is `parameters.NAME`.
    public var refusal: Refusal {
        Refusal(
            .notAuthorised, path: "parameters.\(name)",
            "'\(name)' would tell of the field '\(field.rawValue)', and there is no right 'see' to that of '\(kind.rawValue)'"
        )
    }
}

// MARK: What is declared

extension QueryInput {
    /// How far somebody wants to see, of what they may see.
    public enum Within: String, Sendable, CaseIterable {
        /// What is their own.
        case own
        /// What belongs to their team.
        case team
        /// What belongs to their node, such as a branch, and to what lies below it.
        case node
        /// What belongs to their division.
        case division
        /// Everything that they may see.
        case group
    }

    /// The parameter by which lists and sums are narrowed to what is near whoever asks. What they may not see it never adds.
    public static let within = choice(
        "within", Within.allCases.map(\.rawValue),
        "Only what is one's own, of one's team, of one's node and below it, or of one's division; all that one may see "
            + "when it is not given, or group.")

    /// The same, and it needs the right to a field: by its value something of it could be found out.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - words: the words with which it could; every value when there are none.
    func protected(_ field: PermissionField, by words: String...) -> QueryInput {
        var copy = self
        copy.protections.append(InputProtection(field: field, words: words.isEmpty ? nil : Set(words)))
        return copy
    }

    /// The same, and it asks of single objects: tables of sums are then told no further than the objects themselves.
    ///
    /// - Parameter words: the words with which it does; every value when there are none.
    func naming(by words: String...) -> QueryInput {
        var copy = self
        copy.naming = InputNaming(words: words.isEmpty ? nil : Set(words))
        return copy
    }

    /// The words of a value that is a list.
    static func words(of value: String) -> Set<String> {
        Set(value.split { $0 == "," || $0 == " " }.map(String.init))
    }
}

extension TableDescription {
    /// The same table, of another kind of object than its question.
    public func about(_ kind: PermissionKind) -> TableDescription {
        var copy = self
        copy.shows = kind
        return copy
    }

    /// The same table as one of sums over many objects: told as far as the totals of a policy reach, and without protected
    /// fields beyond what is seen in full.
    public var asTotals: TableDescription {
        var copy = self
        copy.isOfTotals = true
        return copy
    }
}

extension ColumnGroup {
    /// The same columns, and their values need the right to a field: they are it, or let it be worked out.
    public func protected(_ field: PermissionField) -> ColumnGroup {
        ColumnGroup(columns.map { ColumnDescription($0.name, $0.kind, as: $0.told, protected: field) })
    }

    /// What was earned: revenue, and what of it is cost and margin, of which each needs its right.
    ///
    /// - Parameters:
    ///   - ending: what follows each of the three names.
    ///   - currency: the column that holds their currency.
    static func earned(_ ending: String = "", currency: String = "currency") -> ColumnGroup {
        let kind = ColumnDescription.Kind.money(currency: currency)
        return ColumnGroup([
            ColumnDescription("revenue\(ending)", kind),
            ColumnDescription("cost\(ending)", kind, protected: .cost),
            ColumnDescription("margin\(ending)", kind, protected: .margin),
        ])
    }
}

extension SortKey {
    /// The same key, and its order needs the right to a field: it is it, or lets it be found out.
    public func protected(_ field: PermissionField) -> SortKey {
        var copy = self
        copy.protected = field
        return copy
    }
}

// MARK: What is withheld

extension TableDescription {
    /// The field of which a column, shown or hidden, tells something.
    public func protected(_ column: String) -> PermissionField? {
        if let described = (columns + further).first(where: { $0.name == column }) { return described.protected }
        guard case .pages(let keys) = extent else { return nil }
        return keys.first { $0.name == column }?.protected
    }

    /// The field of which the order by a key tells something.
    public func protected(_ key: SortKey) -> PermissionField? { key.protected ?? protected(key.name) }

    /// The fields of which it tells something: by its columns or by its order.
    public var protectedFields: [PermissionField] {
        var found = Set((columns + further).compactMap(\.protected))
        if case .pages(let keys) = extent { found.formUnion(keys.compactMap(protected)) }
        return PermissionField.allCases.filter(found.contains)
    }

    /// The columns whose values are withheld from whoever does not see some fields.
    ///
    /// - Parameters:
    ///   - fields: the fields that are not seen.
    ///   - names: the columns of the answer, when they follow from what is asked; else those described.
    public func columns(withholding fields: Set<PermissionField>, of names: [String]? = nil) -> [String] {
        (names ?? columns.map(\.name)).filter { name in protected(name).map(fields.contains) ?? false }
    }

    /// The order of a list for whoever does not see some fields: without the keys that tell of them, so that nothing is found
    /// by sorting. What is left still names one row.
    public func keys(withholding fields: Set<PermissionField>) -> [SortKey] {
        guard case .pages(let keys) = extent else { return [] }
        return keys.filter { key in !(protected(key).map(fields.contains) ?? false) }
    }

    /// The totals of a list for whoever does not see some fields.
    public func totals(withholding fields: Set<PermissionField>) -> [String] {
        totals.filter { column in !(protected(column).map(fields.contains) ?? false) }
    }
}

extension QueryDescription {
    /// The kind of object that a table of its answer shows.
    public func kind(of table: TableDescription) -> PermissionKind { table.shows ?? shows }

    /// The kinds of object that it shows: its own, and those of tables that are of another.
    public var kinds: [PermissionKind] {
        let shown = Set(answers.map(kind)).union([shows])
        return PermissionKind.allCases.filter(shown.contains)
    }

    /// Whether a table is told as far as totals reach: its rows are sums, and nothing that is given asks of single objects.
    ///
    /// A sum over the orders of one customer is a figure of that customer, and is seen by whoever sees the customer.
    ///
    /// - Parameters:
    ///   - table: the table.
    ///   - values: what was given, by parameter.
    public func tellsTotals(_ table: TableDescription, given values: [String: String]) -> Bool {
        table.isOfTotals
            && !parameters.contains { input in
                guard let value = values[input.name] ?? input.otherwise else { return false }
                return input.naming?.isMet(by: value) ?? false
            }
    }

    /// The parameters that may not be given by whoever does not see some fields, since by them these would be found out:
    /// those that narrow by a protected column, and those that are declared so.
    ///
    /// - Parameters:
    ///   - values: what was given, by parameter.
    ///   - withheld: the fields of a table that are not seen; for what a question itself reads, those of its own kind.
    public func refused(
        _ values: [String: String], withheld: (TableDescription?) -> Set<PermissionField>
    ) -> [RefusedInput] {
        parameters.compactMap { input in
            guard let value = values[input.name] ?? input.otherwise else { return nil }
            let own = input.protections.first { $0.isMet(by: value) && withheld(nil).contains($0.field) }
            if let own { return RefusedInput(name: input.name, field: own.field, kind: shows) }
            for narrowing in input.narrowings {
                guard let table = answer(narrowing.table), let field = table.protected(narrowing.column),
                    withheld(table).contains(field)
                else { continue }
                return RefusedInput(name: input.name, field: field, kind: kind(of: table))
            }
            return nil
        }
    }
}

extension QueryTable {
    /// The same table without the values of some columns and without their totals; it says which these are.
    public func withholding(_ names: [String]) -> QueryTable {
        let withheld = names + blanked
        let places = columns.indices.filter { withheld.contains(columns[$0].name) }
        guard !places.isEmpty else { return self }
        let blanked = places.map { columns[$0].name }
        return QueryTable(
            name, columns,
            rows: rows.map { row in
                row.values.enumerated().map { place, value in places.contains(place) ? nil : value }
            }, isCut: isCut, next: next, count: count, totals: totals.filter { !blanked.contains($0.column) },
            blanked: blanked)
    }
}
