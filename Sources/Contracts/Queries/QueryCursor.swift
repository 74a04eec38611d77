import Foundation

/// Where the next page of a table begins: after the row with these keys.
///
/// Its text is for who asks to hand back, not to read: base64 in its alphabet for addresses, of a JSON array.
public struct QueryCursor: Sendable, Equatable {
    /// The table.
    public let table: String
    /// The keys of the last row told.
    public let keys: [String]

    /// - Parameters:
    ///   - table: the table.
    ///   - keys: the keys of the last row told.
    public init(table: String, keys: [String]) {
        self.table = table
        self.keys = keys
    }

    /// Reads its text.
    ///
    /// - Parameters:
    ///   - text: what the page before gave as its end.
    ///   - parameter: the parameter that holds it.
    /// - Throws: a refusal of the parameter.
    public init(parsing text: String, parameter: String = "after") throws(Refusal) {
        var base = text.replacing("-", with: "+").replacing("_", with: "/")
        while base.utf8.count % 4 != 0 { base += "=" }
        guard let data = Data(base64Encoded: base), let document = try? JSONDocument(parsing: Array(data)),
            let table = document.root.elements.first?.string
        else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.\(parameter)", "'\(parameter)' is not the end of a page")
        }
        self.table = table
        keys = document.root.elements.dropFirst().compactMap(\.string)
    }

    /// Its text.
    public var text: String {
        var bytes: [UInt8] = []
        for text in [table] + keys {
            bytes.append(UInt8(ascii: bytes.isEmpty ? "[" : ","))
            ObjectWriter.append(text, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
