/// Reads comma-separated values (RFC 4180): quoted fields, doubled quotes, line breaks in quotes, any line ends, a byte
/// order mark.
package struct CommaSeparated: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var place = 0
    /// The line on which the last row began, from 1.
    package private(set) var line = 0
    private var nextLine = 1
    /// What is wrong with the file; the rows end there.
    package private(set) var problem: String?

    /// - Parameters:
    ///   - bytes: UTF-8; a byte order mark is passed over.
    ///   - separator: what stands between two fields.
    package init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        self.separator = separator
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    /// The fields of the next row; empty lines are passed over.
    package mutating func next() -> [String]? {
        while place < bytes.count, bytes[place] == 10 || bytes[place] == 13 {
            if bytes[place] == 10 { nextLine += 1 }
            place += 1
        }
        guard place < bytes.count, problem == nil else { return nil }
        line = nextLine
        var fields: [String] = []
        while true {
            fields.append(field())
            guard place < bytes.count, bytes[place] == separator else { break }
            place += 1
        }
        if place < bytes.count, bytes[place] != 10, bytes[place] != 13, problem == nil {
            problem = "line \(line): text after a closing quote"
        }
        return problem == nil ? fields : nil
    }

    private mutating func field() -> String {
        var value: [UInt8] = []
        if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
            place += 1
            while place < bytes.count {
                if bytes[place] == UInt8(ascii: "\"") {
                    guard place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "\"") else { break }
                    place += 1
                }
                if bytes[place] == 10 { nextLine += 1 }
                value.append(bytes[place])
                place += 1
            }
            if place >= bytes.count { problem = "line \(line): a quote is not closed" }
            place += 1
        } else {
            while place < bytes.count, bytes[place] != separator, bytes[place] != 10, bytes[place] != 13 {
                value.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// A value as a field: quoted where it must be. Goes by bytes: a quote with an accent on it, and a line feed behind
    /// a carriage return, are single characters to a reader, but not to a program.
    package static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }) else { return text }
        var bytes: [UInt8] = [34]
        for byte in text.utf8 { bytes += byte == 34 ? [34, 34] : [byte] }
        return String(decoding: bytes + [34], as: UTF8.self)
    }
}
