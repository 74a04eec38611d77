import Foundation

/// In what encoding somebody saved a text: tables come from office programs that do not write UTF-8 unasked.
package enum TextEncoding {
    /// A text in UTF-8, and what it was before when it was something else.
    package struct Decoded {
        /// The text.
        package let bytes: [UInt8]
        /// What it was in; `nil` for UTF-8.
        package let original: String?
    }

    /// Reads UTF-8, with or without a byte order mark; UTF-16 with one; and GB 18030, with GBK and GB 2312 in it, as
    /// Excel saves in China.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - name: what to call it.
    ///   - line: the number of its first line.
    ///   - isChinese: whether it is known to be GB 18030, from what stood before it.
    /// - Throws: ``FileFault`` with the line of the first byte that is none of them.
    package static func decode(
        _ bytes: [UInt8], name: String, line first: Int = 1, isChinese: Bool = false
    ) throws(FileFault) -> Decoded {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return try decode(Array(bytes.dropFirst(3)), name: name) }
        for (mark, encoding) in [([UInt8(0xFF), 0xFE], "UTF-16LE"), ([UInt8(0xFE), 0xFF], "UTF-16BE")]
        where bytes.starts(with: mark) {
            guard let text = convert(Array(bytes.dropFirst(2)), from: encoding) else {
                throw FileFault("'\(name)' begins like UTF-16 and is not: save it as UTF-8")
            }
            return Decoded(bytes: text, original: "UTF-16")
        }
        guard let fault = firstFault(bytes) else { return Decoded(bytes: bytes, original: nil) }
        if isChinese || looksChinese(bytes), let text = convert(bytes, from: "GB18030") {
            return Decoded(bytes: text, original: "GB 18030")
        }
        let line = first + bytes[..<fault].count { $0 == 10 }
        throw FileFault("line \(line): '\(name)' is neither UTF-8 nor GB 18030 (byte \(fault)): save it as UTF-8")
    }

    /// The first byte that is not UTF-8 (RFC 3629).
    private static func firstFault(_ bytes: [UInt8]) -> Int? {
        var place = 0
        while place < bytes.count {
            let first = bytes[place]
            if first < 0x80 {
                place += 1
                continue
            }
            let length =
                switch first {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 0
                }
            guard length > 0, place + length <= bytes.count,
                bytes[(place + 1)..<(place + length)].allSatisfy({ (0x80...0xBF).contains($0) })
            else { return place }
            let second = bytes[place + 1]
            switch first {
            case 0xE0 where second < 0xA0, 0xED where second > 0x9F, 0xF0 where second < 0x90, 0xF4 where second > 0x8F:
                return place
            default: place += length
            }
        }
        return nil
    }

    /// Whether most of what is not ASCII are the common Chinese characters and signs of GB 2312. Western letters with
    /// accents are pairs of bytes in GB 18030, too, but others.
    private static func looksChinese(_ bytes: [UInt8]) -> Bool {
        var (common, rare) = (0, 0)
        var place = 0
        while place < bytes.count {
            guard bytes[place] >= 0x80 else {
                place += 1
                continue
            }
            guard place + 1 < bytes.count else { return false }
            let second = bytes[place + 1]
            if (0x30...0x39).contains(second) {
                rare += 1
                place += 4
            } else {
                if (0xA1...0xF7).contains(bytes[place]), second >= 0xA1 { common += 1 } else { rare += 1 }
                place += 2
            }
        }
        return common > 2 * rare
    }

    private static let failed = Int(bitPattern: UInt.max)

    /// The text in UTF-8; `nil` when a byte of it is not of the encoding.
    private static func convert(_ bytes: [UInt8], from encoding: String) -> [UInt8]? {
        guard let converter = iconv_open("UTF-8", encoding), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var source = bytes.map { CChar(bitPattern: $0) }
        var target = [CChar](repeating: 0, count: bytes.count * 2 + 16)
        let written: Int? = source.withUnsafeMutableBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                var (from, to) = (source.baseAddress, target.baseAddress)
                var (rest, room) = (source.count, target.count)
                guard iconv(converter, &from, &rest, &to, &room) != Self.failed, rest == 0 else { return nil }
                return target.count - room
            }
        }
        return written.map { target[..<$0].map { UInt8(bitPattern: $0) } }
    }
}
