import Foundation

/// By what contacts are found to be of one person or company before anything is compared: what is the same however it is
/// written. It is kept in databases, so it is read so for good.
package enum ContactKey {
    /// An e-mail address without case, outer spaces and full-width letters; `nil` for what is none.
    package static func email(_ written: String) -> String? {
        let text = Normalisation.text(written).lowercased().filter { !$0.isWhitespace }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !parts[1].hasPrefix("."),
            !parts[1].hasSuffix(".")
        else { return nil }
        return text
    }

    /// A telephone number with its area, or a mobile one; `nil` for what could be anybody's: a number that is too short, has no
    /// area, or is one digit over and over.
    package static func phone(_ written: String) -> String? {
        guard let number = Telephone(written), Set(number.subscriber).count > 1 else { return nil }
        if let area = number.area { return area + number.subscriber }
        return number.subscriber.count == 11 ? number.subscriber : nil
    }

    /// A company's name without its legal form, its places still in it; `nil` when the form is all there is.
    package static func company(_ written: String) -> String? {
        guard !PartyName.isEmpty(written) else { return nil }
        let text = Normalisation.text(written)
        if let name = ChineseName(text) {
            let core = String(String.UnicodeScalarView(name.core))
            guard !core.isEmpty else { return nil }
            // A branch office is no party of its own, and not its head office.
            return name.isBranchOffice ? core + "#" : core
        }
        var words = NameWords.split(text)
        // The longest tail that is a legal form, as long as something stands before it.
        for length in stride(from: min(5, words.count - 1), through: 1, by: -1)
        where LegalForms.areForm(Array(words.suffix(length))) {
            words.removeLast(length)
            break
        }
        let name = words.joined(separator: " ")
        return name.count < 2 ? nil : name
    }

    /// A unified social credit code; `nil` for what is none.
    package static func creditCode(_ written: String) -> String? { Normalisation.creditCode(written) }
}
