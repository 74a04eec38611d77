import HTTPTypes
package import Hummingbird

extension HTTPFields {
    /// The value of a header by its name, however that is written; `nil` when there is none.
    package func value(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    /// Sets a header whose name has no constant of its own. What no header may hold is left out of the value.
    package mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = String(
            String.UnicodeScalarView(value.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }))
    }

    /// The media type of the body, in small letters and without its parameters.
    package var mediaType: String? {
        self[.contentType].map { text in
            String(text.lowercased().prefix { $0 != ";" }).trimmingASCIISpaces
        }
    }

    /// For how many seconds whoever calls wants to wait at most (RFC 7240, `Prefer: wait=10`).
    package var preferredWait: Int? {
        guard let prefer = value("Prefer") else { return nil }
        for part in prefer.split(whereSeparator: { $0 == "," || $0 == ";" }) {
            let pair = part.split(separator: "=", maxSplits: 1).map { String($0).trimmingASCIISpaces }
            if pair.count == 2, pair[0].lowercased() == "wait" {
                return Int(pair[1]).map { Swift.min(Swift.max($0, 0), 60) }
            }
        }
        return nil
    }

    /// Whether a form of answer is one that whoever calls takes, and how much they want it; 0 for not at all.
    ///
    /// - Parameter media: the form, such as `text/csv`.
    package func preference(for media: String) -> Double {
        guard let accept = self[.accept] else { return 1 }
        let kind = media.prefix { $0 != "/" }
        var best: (fit: Int, quality: Double)?
        for part in accept.split(separator: ",") {
            let pieces = part.split(separator: ";").map { String($0).trimmingASCIISpaces.lowercased() }
            guard let range = pieces.first else { continue }
            let fit = range == media ? 3 : range == "\(kind)/*" ? 2 : range == "*/*" ? 1 : 0
            guard fit > (best?.fit ?? 0) else { continue }
            let quality = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            best = (fit, quality)
        }
        return best?.quality ?? 0
    }
}

extension String {
    /// The same without spaces and tabulators at its ends.
    package var trimmingASCIISpaces: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
