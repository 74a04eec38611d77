import Domain

/// An address within the console: a path and named values. Nothing else can stand behind `href`, `action` or `src`, so that no
/// text of a message becomes an address of its own.
struct Link: Sendable, Equatable {
    /// The path, of parts that are encoded each for itself.
    let path: [String]
    /// The values, in order.
    private(set) var values: [(String, String)]
    /// The place within the page; empty for its beginning.
    let place: String

    /// - Parameters:
    ///   - path: the parts of the path; none for the first page.
    ///   - values: the named values, in order; those that are empty are left out.
    ///   - place: the place within the page.
    init(_ path: String..., values: [(String, String?)] = [], at place: String = "") {
        self.init(path: path, values: values, at: place)
    }

    /// The same with parts in an array.
    init(path: [String], values: [(String, String?)] = [], at place: String = "") {
        self.path = path
        self.values = values.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return (name, value)
        }
        self.place = place
    }

    /// A place within the page that is shown.
    static func place(_ id: String) -> Link { Link(path: [], values: [], at: id) }

    /// The same with one value instead of what it was; without it when there is none.
    func with(_ name: String, _ value: String?) -> Link {
        var copy = self
        copy.values.removeAll { $0.0 == name }
        if let value, !value.isEmpty { copy.values.append((name, value)) }
        return copy
    }

    /// As it stands in an attribute or in the header `Location`.
    var address: String {
        if path.isEmpty, values.isEmpty, !place.isEmpty { return "#" + place.asAddressPart }
        return "/" + path.map(\.asAddressPart).joined(separator: "/")
            + (values.isEmpty
                ? "" : "?" + values.map { "\($0.0.asAddressPart)=\($0.1.asAddressPart)" }.joined(separator: "&"))
            + (place.isEmpty ? "" : "#" + place.asAddressPart)
    }

    /// An address that came with a request, if it is one of the console's own; otherwise the first page.
    ///
    /// - Parameter text: such as `/q/finance/alerts.list?state=open`. What could name another host is none.
    static func returning(to text: String?) -> String {
        guard let text, text.utf8.count <= 2_000, text.hasPrefix("/"), !text.hasPrefix("//"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return text
    }

    static func == (first: Link, second: Link) -> Bool { first.address == second.address }
}
