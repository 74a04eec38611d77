import Contracts
import Domain
import PartyMatching
import ServiceKit

/// A correction of the golden record that counts.
struct Correction: Sendable, Equatable {
    let correctionId: String
    /// The account after which the party was named that it was said of.
    let account: AccountKey
    let field: GoldenField
    let value: String
    let by: String
    let reason: String
    /// When the service took it: which of two is the newer is not for the clocks of those who sent them to say.
    let takenAt: Timestamp
    /// When it was said, by its own word: of two that were taken at one moment the order in which they were meant.
    let decidedAt: Int64
}

extension GoldenField {
    /// The field's name in the golden record.
    var recordName: String {
        switch self {
        case .name: IdentityField.name.rawValue
        case .alias: IdentityField.alias.rawValue
        case .email: IdentityField.email.rawValue
        case .creditCode: IdentityField.creditCode.rawValue
        case .branch: "branch"
        case .salesOwner: "salesOwner"
        case .taxId: IdentityField.taxId.rawValue
        case .phone: IdentityField.phone.rawValue
        case .address: IdentityField.address.rawValue
        case .bankAccount: IdentityField.bankAccount.rawValue
        }
    }

    /// The field of a name in the golden record.
    init?(recordName: String) {
        guard let field = Self.allCases.first(where: { $0.recordName == recordName }) else { return nil }
        self = field
    }
}

/// What a field of the golden record may be corrected to, and which correction counts. Pure.
enum CorrectionPolicy {
    /// The corrections of a party's accounts that count: of each field the one that was taken last.
    static func counting(_ corrections: some Sequence<Correction>) -> [GoldenField: Correction] {
        Dictionary(corrections.map { ($0.field, $0) }) { one, other in
            (one.takenAt.microsecondsSinceEpoch, one.decidedAt, one.correctionId)
                < (other.takenAt.microsecondsSinceEpoch, other.decidedAt, other.correctionId) ? other : one
        }
    }

    /// Has what people corrected stand above what the systems say.
    static func correct(_ customer: inout Customer, by corrections: some Sequence<Correction>) {
        let counting = counting(corrections)
        customer.name = counting[.name]?.value ?? customer.name
        customer.creditCode = counting[.creditCode]?.value ?? customer.creditCode
        customer.branch = counting[.branch]?.value ?? customer.branch
        customer.salesOwner = counting[.salesOwner]?.value ?? customer.salesOwner
    }

    /// A value as it is kept.
    ///
    /// - Parameters:
    ///   - day: the day on which a branch must be there.
    /// - Throws: why the field cannot be that.
    static func value(
        _ text: String, of field: GoldenField, in organisation: Organisation, on day: CalendarDay
    ) throws(Refusal) -> String {
        let value = trimmed(text)
        guard !value.isEmpty else { throw refusal(.textTooShort, "say what the \(field.rawValue) is") }
        guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw refusal(.controlCharacter, "it holds a control character")
        }
        if let most = longest(field), value.unicodeScalars.count > most {
            throw refusal(.textTooLong, "a \(field.rawValue) has at most \(most) characters")
        }
        switch field {
        case .name, .alias:
            guard !PartyName.isEmpty(value) else {
                throw refusal(.valueNotAllowed, "nothing is left of it without its legal form")
            }
        case .creditCode:
            guard let code = UnifiedSocialCreditCode(value) else {
                throw refusal(.valueNotAllowed, "it is no unified social credit code: its check digits do not fit")
            }
            return code.text
        case .branch:
            guard organisation.branch(value, on: day) != nil else {
                throw refusal(.notFound, "the organisation has no branch '\(value)' on \(day)")
            }
        case .email:
            let parts = value.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !value.contains(where: \.isWhitespace) else {
                throw refusal(.valueNotAllowed, "it is no e-mail address: that is NAME@HOST")
            }
        case .salesOwner, .taxId, .phone, .address, .bankAccount: break
        }
        return value
    }

    /// How long a field may be where it is told or searched.
    private static func longest(_ field: GoldenField) -> Int? {
        switch field {
        case .name, .alias, .email: 200
        case .branch, .salesOwner, .creditCode, .taxId: 64
        case .phone, .bankAccount: 200
        case .address: nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character.isWhitespace }
        let start = text.drop(while: isSpace)
        return String(start.reversed().drop(while: isSpace).reversed())
    }

    private static func refusal(_ reason: Reason, _ detail: String) -> Refusal {
        Refusal(reason, path: "$.value", detail)
    }
}
