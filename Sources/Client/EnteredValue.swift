package import Domain

/// What a person has typed for a value of a command, whichever way it came: each is read, or refused with what is expected.
package enum EnteredValue {
    /// A day.
    ///
    /// - Parameters:
    ///   - text: what was typed.
    ///   - field: what the field is called where it was typed, such as `--from`.
    /// - Throws: ``Failure`` that names the field.
    package static func day(_ text: String, _ field: String) throws -> CalendarDay {
        guard let day = CalendarDay(TypedText.plain(text)) else {
            throw Failure("\(field) '\(text)' is no day such as 2026-01-05")
        }
        return day
    }

    /// A time.
    ///
    /// - Parameters: as of ``day(_:_:)``.
    package static func time(_ text: String, _ field: String) throws -> Timestamp {
        guard let time = Timestamp(TypedText.plain(text)) else {
            throw Failure("\(field) '\(text)' is no time such as 2026-01-05T09:30:00+08:00")
        }
        return time
    }

    /// An amount, to four decimals.
    ///
    /// - Parameters: as of ``day(_:_:)``.
    package static func amount(_ text: String, _ field: String) throws -> FixedDecimal {
        guard let amount = FixedDecimal(TypedText.plain(text)) else {
            throw Failure("\(field) '\(text)' is no amount such as 20000.00")
        }
        return amount
    }

    /// A currency, by its code.
    ///
    /// - Parameters: as of ``day(_:_:)``.
    package static func currency(_ text: String, _ field: String) throws -> Currency {
        guard let currency = Currency(TypedText.plain(text)) else {
            throw Failure("\(field) '\(text)' is no currency such as CNY")
        }
        return currency
    }

    /// One of a set of words.
    ///
    /// - Parameters: as of ``day(_:_:)``; `type` is the set.
    package static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ field: String, _ type: Choice.Type
    ) throws -> Choice {
        guard let choice = Choice(rawValue: TypedText.plain(text)) else {
            throw Failure("\(field) '\(text)' is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}
