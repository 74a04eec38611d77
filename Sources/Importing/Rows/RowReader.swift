package import Contracts
import Domain

/// What is wrong with a line.
package struct LineFault: Sendable, Equatable {
    /// The field.
    package let field: String
    /// The heading of its column; `nil` when no column holds it.
    package let column: String?
    /// Why, as refusals of messages say it.
    package let reason: Reason
    /// What is wrong and what to do.
    package let detail: String

    /// - Parameters: as the properties.
    package init(field: String, column: String?, reason: Reason, detail: String) {
        (self.field, self.column, self.reason, self.detail) = (field, column, reason, detail)
    }
}

/// Reads the fields of one line, and notes everything that is wrong with them, not only the first.
struct RowReader {
    private let fields: [String]
    private let columns: MappedColumns
    private let mapping: ImportMapping
    private let kind: [String: ImportField]
    private(set) var faults: [LineFault] = []

    init(_ fields: [String], _ columns: MappedColumns, _ mapping: ImportMapping, _ kind: [String: ImportField]) {
        self.fields = fields
        self.columns = columns
        self.mapping = mapping
        self.kind = kind
    }

    /// Notes that a field is wrong.
    mutating func fault(_ field: String, _ reason: Reason, _ detail: String) {
        faults.append(LineFault(field: field, column: columns.headings[field], reason: reason, detail: detail))
    }

    /// What stands for a field; `nil` when nothing does.
    mutating func text(_ field: String) -> String? {
        let cell = columns.places[field].flatMap { fields.indices.contains($0) ? fields[$0] : "" }
        let text = CellText.trimmed(cell ?? "")
        let value = text.isEmpty ? mapping.values[field] ?? "" : text
        guard !value.isEmpty else {
            if kind[field]?.isRequired == true { fault(field, .missingField, "'\(field)' is missing") }
            return nil
        }
        if CellText.isCutNumber(value) {
            fault(
                field, .valueNotAllowed,
                "'\(value.prefix(40))' is what a spreadsheet has left of a long number: format the column as text and fill it "
                    + "in again")
            return nil
        }
        if let word = mapping.words[field]?[value] { return word }
        guard let words = kind[field]?.words, !words.isEmpty else { return value }
        return words[CellText.narrow(value).lowercased()] ?? value
    }

    /// An identifier: full-width letters and digits are the usual ones.
    mutating func identifier(_ field: String) -> String? { text(field).map(CellText.narrow) }

    /// An identifier that must be there; empty when it is not, which is noted.
    mutating func required(_ field: String) -> String { identifier(field) ?? "" }

    /// Several, with `;` between.
    mutating func list(_ field: String) -> [String] { text(field).map(CellText.list) ?? [] }

    /// An amount.
    mutating func amount(_ field: String) -> FixedDecimal? {
        guard let text = text(field) else { return nil }
        do throws(CellText.Fault) {
            return try CellText.amount(text, isDecimalComma: mapping.isDecimalComma)
        } catch {
            fault(field, error.reason, error.detail)
            return nil
        }
    }

    /// A currency by its code, or by a word that stands for it.
    mutating func currency(_ field: String) -> Currency? {
        guard let text = identifier(field) else { return nil }
        guard let currency = Currency(text.uppercased()) else {
            fault(field, .unknownCurrency, "'\(text.prefix(40))' is no currency such as CNY")
            return nil
        }
        return currency
    }

    /// A point in time.
    mutating func time(_ field: String) -> Timestamp? {
        guard let text = text(field) else { return nil }
        do throws(CellText.Fault) {
            return try CellText.time(text, mapping.days, of: mapping.times[field])
        } catch {
            fault(field, error.reason, error.detail)
            return nil
        }
    }

    /// A day.
    mutating func day(_ field: String) -> CalendarDay? {
        guard let text = text(field) else { return nil }
        do throws(CellText.Fault) {
            let (day, rest) = try CellText.day(text, mapping.days)
            guard rest.isEmpty || rest.allSatisfy({ "0:.".contains($0) }) else {
                throw CellText.Fault(
                    reason: .badTime, detail: "'\(text.prefix(40))' has a time of day, where a day is expected")
            }
            return day
        } catch {
            fault(field, error.reason, error.detail)
            return nil
        }
    }

    /// A whole number.
    mutating func integer(_ field: String) -> Int? {
        guard let text = identifier(field) else { return nil }
        guard let number = Int(text) else {
            fault(field, .wrongType, "'\(text.prefix(40))' is no whole number")
            return nil
        }
        return number
    }

    /// Yes or no.
    mutating func flag(_ field: String) -> Bool? {
        guard let text = text(field) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            fault(field, .valueNotAllowed, "'\(text.prefix(40))' is neither yes nor no")
            return nil
        }
    }

    /// One of a contract's words.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ field: String, _ type: Choice.Type)
        -> Choice?
    {
        guard let text = text(field) else { return nil }
        guard let choice = Choice(rawValue: text.lowercased()) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            fault(
                field, .valueNotAllowed,
                "'\(text.prefix(40))' is none of \(known): say in a mapping what it means (words.\(field))")
            return nil
        }
        return choice
    }

    /// Which invoices a payment is for: one, which gets all of it, or several as `INV-1=100.00; INV-2=50.00`.
    mutating func allocations(_ field: String, of amount: FixedDecimal?) -> [PaymentAllocation] {
        let parts = list(field)
        var found: [PaymentAllocation] = []
        for part in parts {
            guard let equals = part.lastIndex(where: { $0 == "=" || $0 == "＝" }) else {
                guard parts.count == 1 else {
                    fault(
                        field, .valueNotAllowed, "of several invoices each needs its amount: INV-1=100.00; INV-2=50.00")
                    return []
                }
                return amount.map { [PaymentAllocation(invoiceId: CellText.narrow(part), amount: $0)] } ?? []
            }
            let invoice = CellText.trimmed(CellText.narrow(String(part[..<equals])))
            do throws(CellText.Fault) {
                let share = try CellText.amount(
                    String(part[part.index(after: equals)...]), isDecimalComma: mapping.isDecimalComma)
                found.append(PaymentAllocation(invoiceId: invoice, amount: share))
            } catch {
                fault(field, error.reason, error.detail)
                return []
            }
        }
        return found
    }
}
