package import Contracts
package import Domain

/// The one form in which programs are told answers, whichever way they ask: keys in camelCase, flags as `true` and `false`,
/// whole numbers as numbers, amounts and other exact decimals as text, times as RFC 3339 on the organisation's clocks.
package enum ProgramForm {
    /// A name as a key of JSON: `order_id` and `order id` become `orderId`.
    package static func key(_ name: String) -> String {
        var (result, isNew) = ("", false)
        for character in name {
            guard character.isASCII, character.isLetter || character.isNumber else {
                // What stands in no other alphabet than ours keeps its characters.
                if character.isASCII { isNew = !result.isEmpty } else { result.append(character) }
                continue
            }
            result += isNew ? character.uppercased() : String(character)
            isNew = false
        }
        return result.isEmpty ? name : result
    }

    /// A value as a program reads it.
    ///
    /// - Parameters:
    ///   - text: the value as it was told.
    ///   - kind: what the catalogue says that it is; `nil` when that is not known.
    ///   - told: as what the answer has it.
    ///   - zone: by whose clocks times are told.
    package static func value(
        _ text: String, _ kind: ColumnDescription.Kind?, _ told: ColumnKind, in zone: OrganisationZone = .current
    ) -> String {
        switch (kind, told) {
        case (.flag, _), (nil, .boolean): truth(text).map(String.init) ?? text
        case (.time, _), (nil, .time): instant(text)?.inZone(zone).description ?? text
        default: text
        }
    }

    /// Appends a value to JSON.
    ///
    /// - Parameters: as of ``value(_:_:_:in:)``.
    package static func append(
        _ text: String, _ kind: ColumnDescription.Kind?, _ told: ColumnKind, to bytes: inout [UInt8]
    ) {
        if kind == .flag || told == .boolean, let truth = truth(text) {
            bytes += Array(String(truth).utf8)
        } else if kind == .count || told == .integer, let number = Int(text) {
            bytes += Array(String(number).utf8)
        } else {
            ObjectWriter.append(value(text, kind, told), to: &bytes)
        }
    }

    /// A flag, in whichever form a service tells it.
    package static func truth(_ value: String) -> Bool? {
        switch value {
        case "t", "true", "yes": true
        case "f", "false", "no": false
        default: nil
        }
    }

    /// The instant of a time in either form in which services tell times.
    package static func instant(_ value: String) -> Timestamp? { Timestamp(rfc3339(value)) }

    /// The form of RFC 3339 of what databases write as `2026-11-28 14:44:15.128781+00`.
    private static func rfc3339(_ value: String) -> String {
        guard value.utf8.count > 19, value.utf8.dropFirst(10).first == UInt8(ascii: " ") else { return value }
        let text = value.prefix(10) + "T" + value.dropFirst(11)
        let isShort = text.utf8.dropLast(2).last.map { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") } ?? false
        return isShort ? text + ":00" : String(text)
    }
}
