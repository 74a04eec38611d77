/// What one file of the specification declares, in its order.
struct SpecificationFile {
    /// The folder of the owning service, such as `Finance`.
    let folder: String
    /// Its name without ending, such as `CreditLimits`.
    let name: String
    var declarations: [Declaration] = []
}

/// Something that a specification declares.
struct Declaration {
    /// The name of the Swift type.
    let name: String
    /// What it is, in sentences, a line each.
    let documentation: [String]
    let kind: Kind
    /// Where it stands, for messages about it.
    let line: Int

    enum Kind {
        case choice([Word])
        /// A part of messages, or a message with its type on the wire.
        case fields(FieldList, wireType: String?)
    }
}

/// One word of a choice.
struct Word {
    let name: String
    /// As it is written on the wire.
    let wire: String
    let documentation: [String]
}

/// The fields of a message or part, and what is said of them together.
struct FieldList {
    var fields: [Field] = []
    var rules: [Rule] = []
    /// Whether further checks stand in Swift: `func check(_ fields: FieldReader) throws(Refusal)`.
    var hasCheck = false
    /// The time field that says when what the message tells happened.
    var occurred: String?
}

/// One field, declared once.
struct Field {
    let name: String
    let documentation: [String]
    let form: Form
    /// Whether it may be missing.
    let isOptional: Bool
    let line: Int
    /// The condition under which it is there at all, and the value that is written then.
    var only: (condition: String, value: String)?

    indirect enum Form {
        case identifier(maximum: String?)
        case text(maximum: String?)
        case integer(range: String?)
        case decimal
        case amount
        case currency
        case time
        case day
        case dayOrTime
        case boolean
        /// The source of what another field names: orders, customers and so on, or what a field before it says.
        case source(of: String, isField: Bool)
        /// A choice or a part, by its name.
        case named(String)
        case texts(maximum: String?, counts: String, isWrittenEmpty: Bool)
        case parts(String, counts: String, refusal: String?, isWrittenEmpty: Bool)
        /// The fields of a part stand in this message itself.
        case fieldsOf(String)
    }
}

/// A rule that a field has to keep; one that is missing keeps it.
struct Rule {
    let field: String
    let condition: Condition
    /// The refusal's code on the wire.
    let code: String
    /// The refusal in words.
    let detail: String
    let line: Int

    enum Condition {
        /// No value stands twice in the list.
        case distinct
        case compare(Comparison, Operand)
    }

    enum Comparison: String {
        case above = ">"
        case atLeast = ">="
        case below = "<"
        case atMost = "<="
    }

    enum Operand {
        case number(Int)
        case field(String)
        /// The business day of a time.
        case day(String)
    }
}

/// What is wrong with a specification, and where.
struct SpecificationError: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let text: String

    var description: String { "\(file):\(line): \(text)" }
}
