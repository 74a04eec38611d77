package import Contracts
package import Domain

/// Facts of a notice from values: none when there is no value.
extension NoticeFact {
    /// Words as they stand, the first 1,000 characters.
    package static func text(_ name: String, _ value: String?, _ field: PermissionField? = nil) -> NoticeFact? {
        value.map { NoticeFact(name: name, kind: .text, value: $0.firstCharacters(1_000), field: field?.rawValue) }
    }

    /// A code as it stands.
    package static func code(_ name: String, _ value: String?, _ field: PermissionField? = nil) -> NoticeFact? {
        value.map { NoticeFact(name: name, kind: .code, value: $0.firstCharacters(1_000), field: field?.rawValue) }
    }

    /// An amount in a currency.
    package static func money(
        _ name: String, _ value: FixedDecimal?, _ currency: Currency, _ field: PermissionField? = nil
    ) -> NoticeFact? {
        value.map {
            NoticeFact(name: name, kind: .money, value: $0.moneyText, currency: currency, field: field?.rawValue)
        }
    }

    /// A share of one: 0.05 for five per cent.
    package static func rate(_ name: String, _ value: FixedDecimal?, _ field: PermissionField? = nil) -> NoticeFact? {
        value.map { NoticeFact(name: name, kind: .rate, value: $0.description, field: field?.rawValue) }
    }

    /// A day.
    package static func day(_ name: String, _ value: CalendarDay?) -> NoticeFact? {
        value.map { NoticeFact(name: name, kind: .day, value: $0.description) }
    }

    /// A moment.
    package static func time(_ name: String, _ value: Timestamp?) -> NoticeFact? {
        value.map { NoticeFact(name: name, kind: .time, value: $0.description) }
    }

    /// A whole number.
    package static func count(_ name: String, _ value: Int?) -> NoticeFact? {
        value.map { NoticeFact(name: name, kind: .count, value: String($0)) }
    }
}

extension String {
    /// No more than so many of its first characters, as fields count them.
    func firstCharacters(_ count: Int) -> String {
        utf8.count <= count ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(count)))
    }
}
