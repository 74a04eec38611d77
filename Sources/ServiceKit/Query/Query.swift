public import Contracts
public import Postgres

/// A question that a service answers, from its own tables, by tables.
public struct Query: Sendable {
    let name: String
    let handle: @Sendable (QueryArguments, borrowing Transaction) throws -> [QueryTable]

    /// - Parameters:
    ///   - name: what is asked, such as `orders.show`.
    ///   - handle: answers from a read-only transaction. A ``Refusal`` thrown reaches whoever asked.
    public init(
        _ name: String, _ handle: @escaping @Sendable (QueryArguments, borrowing Transaction) throws -> [QueryTable]
    ) {
        self.name = name
        self.handle = handle
    }
}

/// The named values that come with a question.
public struct QueryArguments: Sendable {
    private let values: [String: String]

    /// - Parameter values: the values by name.
    public init(_ values: [String: String]) {
        self.values = values
    }

    /// A value that may be missing.
    public subscript(_ name: String) -> String? { values[name] }

    /// A value that must be there.
    ///
    /// - Throws: a refusal that names it.
    public func required(_ name: String) throws -> String {
        guard let value = values[name], !value.isEmpty else {
            throw Refusal(.missingField, path: "parameters.\(name)", "'\(name)' is required")
        }
        return value
    }

    /// A whole number within bounds; `otherwise` when it is missing.
    public func integer(_ name: String, in range: ClosedRange<Int>, otherwise: Int) throws -> Int {
        guard let text = values[name] else { return otherwise }
        guard let value = Int(text), range.contains(value) else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.\(name)",
                "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
