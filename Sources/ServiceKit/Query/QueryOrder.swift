import Contracts
import Domain

/// The order of rows that no single statement gives, by keys as pages are told by.
struct PageOrder {
    /// One key of a row: as a number where its kind is one.
    struct Key {
        let text: String
        let number: FixedDecimal?
    }

    private let keys: [(isDescending: Bool, isNumber: Bool)]

    init(_ keys: [SortKey], of table: TableDescription) {
        self.keys = keys.map { ($0.isDescending, table.kind(of: $0)?.comparedAs == "numeric") }
    }

    /// The keys of a row; the last one described stands for those beyond it.
    func place(_ values: [String]) -> [Key] {
        values.enumerated().map { place, text in
            let isNumber = keys[min(place, keys.count - 1)].isNumber
            return Key(text: text, number: isNumber ? FixedDecimal(text) : nil)
        }
    }

    func precedes(_ first: [Key], _ second: [Key]) -> Bool {
        for (place, (one, other)) in zip(first, second).enumerated() {
            let isDescending = keys[min(place, keys.count - 1)].isDescending
            if let one = one.number, let other = other.number {
                if one != other { return (one < other) != isDescending }
            } else if !one.text.hasSameBytes(as: other.text) {
                return (one.text.compareBytes(with: other.text) < 0) != isDescending
            }
        }
        return false
    }
}

extension ColumnDescription.Kind {
    /// The types of the database that hold values of this kind; text holds any that the statement has written itself.
    var types: Set<String> {
        switch self {
        case .text: ["text", "character varying", "name", "unknown"]
        case .code:
            ["text", "character varying", "name", "unknown", "uuid", "character", "bigint", "integer", "smallint"]
        case .money, .quantity, .rate:
            ["numeric", "double precision", "real", "bigint", "integer", "smallint", "text"]
        case .day: ["date", "text"]
        case .time: ["timestamptz", "text"]
        case .flag: ["boolean", "text"]
        case .count: ["bigint", "integer", "smallint", "numeric", "text"]
        }
    }

    /// The type by which keys of this kind are compared.
    var comparedAs: String {
        switch self {
        case .text, .code: "text"
        case .money, .quantity, .rate, .count: "numeric"
        case .day: "date"
        case .time: "timestamptz"
        case .flag: "boolean"
        }
    }
}
