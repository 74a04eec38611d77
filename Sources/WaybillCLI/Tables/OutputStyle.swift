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
        self == .current ? ProgramForm.key(name) : name
    }

    /// A value as a program reads it.
    func value(_ text: String, _ kind: ColumnDescription.Kind?, _ told: ColumnKind) -> String {
        self == .current ? ProgramForm.value(text, kind, told) : text
    }

    /// Appends a value to JSON.
    func append(_ text: String, _ kind: ColumnDescription.Kind?, _ told: ColumnKind, to bytes: inout [UInt8]) {
        switch self {
        case .current: ProgramForm.append(text, kind, told, to: &bytes)
        case .old where told == .boolean: bytes += Array((text == "t" || text == "true" ? "true" : "false").utf8)
        case .old where told == .integer && Int(text) != nil: bytes += Array(text.utf8)
        case .old: ObjectWriter.append(text, to: &bytes)
        }
    }
}
