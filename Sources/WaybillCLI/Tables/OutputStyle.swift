import Client
import Contracts
import Domain
import Foundation

/// In which form programs are told answers.
enum OutputStyle: Sendable {
    /// Keys in camelCase, flags as `true` and `false`, whole numbers as numbers, amounts and other exact decimals as text, times
    /// as RFC 3339 on the organisation's clocks.
    case current
    /// As before: names as services write them, values as they were told. Kept for one release.
    case old

    /// The old form is had by `WAYBILL_OUTPUT=old`.
    static let standard: OutputStyle = ProcessInfo.processInfo.environment["WAYBILL_OUTPUT"] == "old" ? .old : .current

    /// A name as a key of JSON: `order_id` and `order id` become `orderId`.
    func key(_ name: String) -> String {
        guard self == .current else { return name }
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
    func value(_ text: String, _ kind: ColumnDescription.Kind?, _ told: ColumnKind) -> String {
        guard self == .current else { return text }
        switch (kind, told) {
        case (.flag, _), (nil, .boolean): return CellText.truth(text).map(String.init) ?? text
        case (.time, _), (nil, .time):
            return CellText.instant(text)?.inZone().description ?? text
        default: return text
        }
    }

    /// Appends a value to JSON.
    func append(_ text: String, _ kind: ColumnDescription.Kind?, _ told: ColumnKind, to bytes: inout [UInt8]) {
        let value = value(text, kind, told)
        switch self {
        case .old where told == .boolean: bytes += Array((text == "t" || text == "true" ? "true" : "false").utf8)
        case .old where told == .integer && Int(text) != nil: bytes += Array(text.utf8)
        case .current where (kind == .flag || told == .boolean) && CellText.truth(text) != nil:
            bytes += Array(value.utf8)
        case .current where kind == .count || told == .integer:
            if let number = Int(text) {
                bytes += Array(String(number).utf8)
            } else {
                ObjectWriter.append(text, to: &bytes)
            }
        default: ObjectWriter.append(value, to: &bytes)
        }
    }
}
