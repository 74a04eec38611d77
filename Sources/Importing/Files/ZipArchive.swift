import CZlib

/// The entries of a ZIP archive, as office programs write them: stored or deflated, in one file, without a password.
struct ZipArchive {
    private struct Entry {
        let isPacked: Bool
        let crc: UInt
        let packedSize: Int
        let size: Int
        let header: Int
    }

    /// An entry may unpack to so many bytes: what claims more is no table that somebody has typed.
    private static let mostBytes = 1 << 30
    /// Deflated data unpacks to at most so many times its size.
    private static let mostRatio = 1_100

    private let bytes: [UInt8]
    private let name: String
    private var entries: [String: Entry] = [:]

    /// Whether a file begins like an archive.
    static func isArchive(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

    /// - Parameters:
    ///   - bytes: the archive.
    ///   - name: what to call it.
    init(_ bytes: [UInt8], name: String) throws(FileFault) {
        self.bytes = bytes
        self.name = name
        guard let end = Self.end(of: bytes) else { throw FileFault("'\(name)' is cut short: copy it again") }
        let count = number(at: end + 10, 2)
        var place = number(at: end + 16, 4)
        for _ in 0..<count {
            guard place + 46 <= bytes.count, number(at: place, 4) == 0x0201_4B50 else { throw damaged }
            let (nameSize, extra, comment) = (
                number(at: place + 28, 2), number(at: place + 30, 2), number(at: place + 32, 2)
            )
            guard place + 46 + nameSize <= bytes.count else { throw damaged }
            let path = String(decoding: bytes[(place + 46)..<(place + 46 + nameSize)], as: UTF8.self)
            let method = number(at: place + 10, 2)
            guard number(at: place + 8, 2) & 1 == 0 else {
                throw FileFault("'\(name)' is protected by a password: save it without one")
            }
            guard method == 0 || method == 8 else {
                throw FileFault("'\(name)' is packed in a way that is not known (\(method)): save it as .xlsx again")
            }
            entries[path] = Entry(
                isPacked: method == 8, crc: UInt(number(at: place + 16, 4)), packedSize: number(at: place + 20, 4),
                size: number(at: place + 24, 4), header: number(at: place + 42, 4))
            place += 46 + nameSize + extra + comment
        }
    }

    /// What an entry holds; `nil` when there is none of that path.
    func contents(of path: String) throws(FileFault) -> [UInt8]? {
        guard let entry = entries[path] else { return nil }
        guard entry.header + 30 <= bytes.count, number(at: entry.header, 4) == 0x0403_4B50 else { throw damaged }
        let start = entry.header + 30 + number(at: entry.header + 26, 2) + number(at: entry.header + 28, 2)
        guard start + entry.packedSize <= bytes.count else { throw damaged }
        let packed = bytes[start..<(start + entry.packedSize)]
        guard entry.isPacked else {
            guard entry.size == entry.packedSize, checksum(Array(packed)) == entry.crc else { throw damaged }
            return Array(packed)
        }
        guard entry.size <= Self.mostBytes, entry.size <= entry.packedSize * Self.mostRatio + 64 else {
            throw FileFault("'\(name)' unpacks to \(entry.size) bytes, which no table needs: save it as CSV")
        }
        let whole = [UInt8](unsafeUninitializedCapacity: entry.size) { room, count in
            let written = packed.withUnsafeBufferPointer { source in
                waybill_inflate(source.baseAddress, source.count, room.baseAddress, entry.size)
            }
            count = max(0, written)
        }
        guard whole.count == entry.size, checksum(whole) == entry.crc else { throw damaged }
        return whole
    }

    /// That an archive does not hold together.
    static func damaged(_ name: String) -> FileFault { FileFault("'\(name)' is damaged: save it as .xlsx again") }

    private var damaged: FileFault { Self.damaged(name) }

    private func checksum(_ bytes: [UInt8]) -> UInt {
        bytes.withUnsafeBufferPointer { waybill_crc($0.baseAddress, $0.count) }
    }

    /// Where the directory's end record is: at the end, before a comment of at most 64 KiB.
    private static func end(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 22 else { return nil }
        let first = max(0, bytes.count - 22 - 65_535)
        return (first...(bytes.count - 22)).last {
            bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4B && bytes[$0 + 2] == 0x05 && bytes[$0 + 3] == 0x06
        }
    }

    /// A number of so many bytes, the smallest first.
    private func number(at place: Int, _ size: Int) -> Int {
        guard place >= 0, place + size <= bytes.count else { return 0 }
        return (0..<size).reversed().reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
    }
}
