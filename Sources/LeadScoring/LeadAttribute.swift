import Foundation

/// How an attribute's value becomes one of a few that can be learnt about.
public enum LeadAttribute {
    /// The level of a value: a number stands for all within a quarter of its size, whatever other numbers there are, so
    /// that a score never depends on leads that came later; a text stands for itself, without case and outer spaces.
    public static func level(_ value: String) -> String {
        let text = value.trimmingCharacters(in: .whitespaces)
        guard let number = Double(text), number.isFinite else { return text.lowercased() }
        // Small whole numbers are often codes or counts: they stand for themselves.
        if number.rounded() == number, abs(number) < 32 { return "\(Int(number))" }
        return "\(number < 0 ? "-" : "+")2^\((log2(abs(number)) * 3).rounded() / 3)"
    }
}
