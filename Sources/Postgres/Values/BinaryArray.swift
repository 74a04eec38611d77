import Foundation

/// A value that has a binary form as an element of an array.
protocol BinaryElement: PostgresArrayElement {
    /// The type of one element.
    static var elementType: UInt32 { get }
    /// About how many bytes one takes.
    static var expectedBytes: Int { get }
    /// Appends its length and its bytes.
    ///
    /// - Returns: false when it holds what cannot be stored.
    func append(to bytes: inout [UInt8]) -> Bool
}

/// Writes the binary form of a one-dimensional array: dimensions, a flag for NULLs, the element's type, length, lower
/// bound; then each element with its length before it (`array_recv` in the source of PostgreSQL).
enum BinaryArray {
    static func bind<Element: BinaryElement>(_ array: [Element]) -> PostgresBind {
        var bytes = header(Element.self, count: array.count, hasNulls: false)
        var isSound = true
        for element in array where !element.append(to: &bytes) { isSound = false }
        return bind(bytes, Element.self, isSound)
    }

    static func bind<Element: BinaryElement>(_ array: [Element?]) -> PostgresBind {
        var bytes = header(Element.self, count: array.count, hasNulls: true)
        var isSound = true
        for element in array {
            guard let element else {
                bytes.append(bigEndian: Int32(-1))
                continue
            }
            if !element.append(to: &bytes) { isSound = false }
        }
        return bind(bytes, Element.self, isSound)
    }

    private static func bind<Element: BinaryElement>(
        _ bytes: [UInt8], _ type: Element.Type, _ isSound: Bool
    ) -> PostgresBind {
        PostgresBind(
            type: Element.postgresArrayType, isBinary: true, bytes: bytes, problem: isSound ? nil : nullCharacter)
    }

    private static func header<Element: BinaryElement>(_ type: Element.Type, count: Int, hasNulls: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + count * (4 + Element.expectedBytes))
        // An empty array has no dimension.
        bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
        bytes.append(bigEndian: Int32(hasNulls ? 1 : 0))
        bytes.append(bigEndian: Element.elementType)
        if count > 0 {
            bytes.append(bigEndian: Int32(clamping: count))
            bytes.append(bigEndian: Int32(1))
        }
        return bytes
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// A number with its length before it.
    fileprivate mutating func append(sized number: some FixedWidthInteger) {
        append(bigEndian: Int32(number.bitWidth / 8))
        append(bigEndian: number)
    }
}

extension String: BinaryElement {
    static var elementType: UInt32 { 25 }
    static var expectedBytes: Int { 16 }

    func append(to bytes: inout [UInt8]) -> Bool {
        var text = self
        return text.withUTF8 { content in
            bytes.append(bigEndian: Int32(clamping: content.count))
            bytes.append(contentsOf: content)
            return !content.contains(0)
        }
    }
}

extension Int64: BinaryElement {
    static var elementType: UInt32 { 20 }
    static var expectedBytes: Int { 8 }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(sized: self)
        return true
    }
}

extension Int: BinaryElement {
    static var elementType: UInt32 { 20 }
    static var expectedBytes: Int { 8 }

    func append(to bytes: inout [UInt8]) -> Bool { Int64(self).append(to: &bytes) }
}

extension Int32: BinaryElement {
    static var elementType: UInt32 { 23 }
    static var expectedBytes: Int { 4 }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(sized: self)
        return true
    }
}

extension Bool: BinaryElement {
    static var elementType: UInt32 { 16 }
    static var expectedBytes: Int { 1 }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(sized: UInt8(self ? 1 : 0))
        return true
    }
}

extension Double: BinaryElement {
    static var elementType: UInt32 { 701 }
    static var expectedBytes: Int { 8 }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(sized: bitPattern)
        return true
    }
}

extension UUID: BinaryElement {
    static var elementType: UInt32 { 2950 }
    static var expectedBytes: Int { 16 }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: Int32(16))
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
        return true
    }
}

extension Array: BinaryElement where Element == UInt8 {
    static var elementType: UInt32 { 17 }
    static var expectedBytes: Int { 64 }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: Int32(clamping: count))
        bytes.append(contentsOf: self)
        return true
    }
}
