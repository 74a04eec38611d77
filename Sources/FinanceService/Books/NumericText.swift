import Contracts
import Domain

/// Numbers in answers that come as text, row by row as they are shown.
enum NumericText {
    /// The value of a number as the server writes it. Sums may have more digits than one amount on the wire; what is
    /// finer than four places is left out.
    static func decimal(_ text: String) throws -> FixedDecimal {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, let units = Int128(whole.filter { $0 != "-" }) else {
            throw Refusal(.notADecimal, path: "$", "the database holds '\(text)' where a number should be")
        }
        var fraction: Int128 = 0
        let digits = parts.count > 1 ? String(parts[1].prefix(4)) : ""
        for character in digits.padding(to: 4) { fraction = fraction * 10 + Int128(character.wholeNumberValue ?? 0) }
        let magnitude = units * FixedDecimal.unitsPerOne + fraction
        return FixedDecimal(units: text.hasPrefix("-") ? -magnitude : magnitude)
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        self + String(repeating: "0", count: max(0, count - self.count))
    }
}
