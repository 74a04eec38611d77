import CZlib

/// Writes a ZIP archive in one go: each entry deflated, no dates in it, so that the same entries make the same archive.
struct ZipWriter {
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    /// 1 January 1980, the first day that an archive can name.
    private static let day = 0x0021

    /// Adds an entry.
    ///
    /// - Parameters:
    ///   - path: its path, in ASCII.
    ///   - whole: what it holds, at most 2 GiB.
    mutating func add(_ path: String, _ whole: [UInt8]) {
        let packed = Self.deflated(whole)
        let crc = Int(whole.withUnsafeBufferPointer { waybill_crc($0.baseAddress, $0.count) })
        let place = bytes.count
        var common: [UInt8] = []
        // From version 2.0; no flags; deflated, or stored where that failed; no time.
        Self.append([(20, 2), (0, 2), (packed == nil ? 0 : 8, 2), (0, 2), (Self.day, 2), (crc, 4)], to: &common)
        Self.append([((packed ?? whole).count, 4), (whole.count, 4), (path.utf8.count, 2), (0, 2)], to: &common)
        Self.append([(0x0403_4B50, 4)], to: &bytes)
        bytes += common + Array(path.utf8) + (packed ?? whole)
        Self.append([(0x0201_4B50, 4), (20, 2)], to: &directory)
        directory += common
        // No comment; the first disk; no attributes.
        Self.append([(0, 2), (0, 2), (0, 2), (0, 4), (place, 4)], to: &directory)
        directory += Array(path.utf8)
        count += 1
    }

    /// The archive.
    var archive: [UInt8] {
        var end: [UInt8] = []
        Self.append([(0x0605_4B50, 4), (0, 2), (0, 2), (count, 2), (count, 2)], to: &end)
        Self.append([(directory.count, 4), (bytes.count, 4), (0, 2)], to: &end)
        return bytes + directory + end
    }

    private static func deflated(_ whole: [UInt8]) -> [UInt8]? {
        let room = waybill_gzip_room(whole.count)
        let packed = [UInt8](unsafeUninitializedCapacity: room) { target, count in
            let written = whole.withUnsafeBufferPointer {
                waybill_deflate($0.baseAddress, $0.count, target.baseAddress, room)
            }
            count = max(0, written)
        }
        return packed.isEmpty ? nil : packed
    }

    /// Numbers of so many bytes, the smallest first.
    private static func append(_ numbers: [(value: Int, size: Int)], to bytes: inout [UInt8]) {
        for (value, size) in numbers {
            for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
        }
    }
}
