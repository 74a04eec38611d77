import Client
import Foundation
import Importing

/// The lines of a text as they come, in UTF-8, for what may be longer than memory or has no end yet.
///
/// A file in UTF-16 is read as a whole; one in GB 18030 is known by its first line that is no UTF-8, and every line behind
/// it is read so. What it is, is said.
final class TextLines {
    private let name: String
    private let input: UnsafeMutablePointer<FILE>
    private var number = 0
    private var isChinese = false
    /// The lines that are left of a file that was read as a whole.
    private var whole: [ArraySlice<UInt8>]?

    /// - Parameter file: its path; `-` for standard input.
    /// - Throws: ``Failure`` when it cannot be read.
    init(_ file: String) throws {
        name = file
        guard let input = fopen(file == "-" ? "/dev/stdin" : file, "r") else {
            throw Failure("'\(file)' cannot be read")
        }
        self.input = input
    }

    deinit { fclose(input) }

    /// The next line, without a byte order mark; `nil` at the end.
    ///
    /// - Throws: ``Failure`` when it is in no encoding that is known.
    func next() throws -> [UInt8]? {
        if whole != nil { return whole?.popLast().map { Array($0) } }
        guard var line = raw() else { return nil }
        number += 1
        if number == 1, line.starts(with: [0xFF, 0xFE]) || line.starts(with: [0xFE, 0xFF]) {
            while let more = raw() { line += more }
            let text = try TextEncoding.decode(line, name: name)
            say("'\(name)' is \(text.original ?? "UTF-8"), read as such")
            whole = text.bytes.split(separator: 10, omittingEmptySubsequences: false).reversed()
            return try next()
        }
        let text = try TextEncoding.decode(line, name: name, line: number, isChinese: isChinese)
        if let original = text.original, !isChinese {
            isChinese = true
            say("'\(name)' is \(original), read as such")
        }
        return text.bytes
    }

    private func raw() -> [UInt8]? {
        var pointer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        let length = getline(&pointer, &capacity, input)
        defer { free(pointer) }
        guard length >= 0, let pointer else { return nil }
        return Array(UnsafeRawBufferPointer(start: pointer, count: length))
    }
}
