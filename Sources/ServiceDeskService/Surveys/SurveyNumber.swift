import Foundation

/// How figures of surveys are written.
enum SurveyNumber {
    /// A figure with so many places; nought has no sign.
    static func text(_ value: Double?, places: Int = 2) -> String? {
        value.map { value in
            let text = String(format: "%.\(places)f", value)
            return text.contains { $0 != "-" && $0 != "0" && $0 != "." } ? text : text.replacing("-", with: "")
        }
    }
}
