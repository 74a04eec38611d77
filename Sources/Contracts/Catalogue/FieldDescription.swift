/// One field of a message, as recorded from the code that reads it.
public struct FieldDescription: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// What it holds.
    public let form: FieldForm
    /// Whether it must be there.
    public let isRequired: Bool

    init(_ name: String, _ form: FieldForm, isRequired: Bool) {
        self.name = name
        self.form = form
        self.isRequired = isRequired
    }
}

/// What a field holds.
public indirect enum FieldForm: Sendable, Equatable {
    /// A text of so many characters.
    case text(minimum: Int, maximum: Int)
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// An exact decimal, as a string.
    case decimal
    /// An active currency of ISO 4217.
    case currency
    /// A point in time with offset.
    case timestamp
    /// A day.
    case day
    /// A day, or a point in time of which the business day counts.
    case dayOrTimestamp
    /// `true` or `false`.
    case boolean
    /// One of some words.
    case choice([String])
    /// An object with fields.
    case object([FieldDescription])
    /// So many of something.
    case array(FieldForm, ClosedRange<Int>)
}
