extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The type of an array of its elements.
    public static var postgresType: UInt32 { Element.postgresArrayType }
    /// The whole array as one value.
    public var postgresBind: PostgresBind { Element.postgresBind(of: self) }
}

/// Writes the binary form of a one-dimensional array: dimensions, a flag for NULLs, the element's type, length, lower
/// bound; then each element with its length before it (`array_recv` in the source of PostgreSQL).
private struct BinaryArray {
    private(set) var bytes: [UInt8] = []
    private let arrayType: UInt32

    init(arrayType: UInt32, elementType: UInt32, count: Int, bytesPerElement: Int) {
        self.arrayType = arrayType
        bytes.reserveCapacity(20 + count * (4 + bytesPerElement))
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(1))
        append(Int32(bitPattern: elementType))
        if count > 0 {
            append(Int32(count))
            append(Int32(1))
        }
    }

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(sized number: some FixedWidthInteger) {
        append(Int32(number.bitWidth / 8))
        append(number)
    }

    mutating func append(sized content: some Collection<UInt8>) {
        append(Int32(content.count))
        bytes.append(contentsOf: content)
    }

    mutating func appendNull() { append(Int32(-1)) }

    func bind(problem: String? = nil) -> PostgresBind {
        PostgresBind(type: arrayType, isBinary: true, bytes: bytes, problem: problem)
    }
}

extension UInt8: PostgresArrayElement {
    /// `bytea`: an array of bytes is one value.
    public static var postgresArrayType: UInt32 { 17 }
    /// The bytes as they are.
    public static func postgresBind(of array: [UInt8]) -> PostgresBind {
        PostgresBind(type: postgresArrayType, isBinary: true, bytes: array)
    }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    /// `bytea[]`.
    public static var postgresArrayType: UInt32 { 1001 }
    /// The byte strings.
    public static func postgresBind(of array: [[UInt8]]) -> PostgresBind {
        var binary = BinaryArray(
            arrayType: postgresArrayType, elementType: 17, count: array.count,
            bytesPerElement: array.first?.count ?? 0)
        for element in array { binary.append(sized: element) }
        return binary.bind()
    }
}

extension String: PostgresArrayElement {
    /// `text[]`.
    public static var postgresArrayType: UInt32 { 1009 }
    /// The texts.
    public static func postgresBind(of array: [String]) -> PostgresBind {
        var binary = BinaryArray(
            arrayType: postgresArrayType, elementType: 25, count: array.count, bytesPerElement: 16)
        var problem: String?
        for element in array {
            if element.utf8.contains(0) { problem = "a text with a null character cannot be stored" }
            binary.append(sized: element.utf8)
        }
        return binary.bind(problem: problem)
    }
}

extension Int64: PostgresArrayElement {
    /// `bigint[]`.
    public static var postgresArrayType: UInt32 { 1016 }
    /// The numbers.
    public static func postgresBind(of array: [Int64]) -> PostgresBind {
        var binary = BinaryArray(arrayType: postgresArrayType, elementType: 20, count: array.count, bytesPerElement: 8)
        for element in array { binary.append(sized: element) }
        return binary.bind()
    }
}

extension Int: PostgresArrayElement {
    /// `bigint[]`.
    public static var postgresArrayType: UInt32 { 1016 }
    /// The numbers.
    public static func postgresBind(of array: [Int]) -> PostgresBind {
        Int64.postgresBind(of: array.map(Int64.init))
    }
}

extension Int32: PostgresArrayElement {
    /// `integer[]`.
    public static var postgresArrayType: UInt32 { 1007 }
    /// The numbers.
    public static func postgresBind(of array: [Int32]) -> PostgresBind {
        var binary = BinaryArray(arrayType: postgresArrayType, elementType: 23, count: array.count, bytesPerElement: 4)
        for element in array { binary.append(sized: element) }
        return binary.bind()
    }
}

extension Bool: PostgresArrayElement {
    /// `boolean[]`.
    public static var postgresArrayType: UInt32 { 1000 }
    /// The truth values.
    public static func postgresBind(of array: [Bool]) -> PostgresBind {
        var binary = BinaryArray(arrayType: postgresArrayType, elementType: 16, count: array.count, bytesPerElement: 1)
        for element in array { binary.append(sized: UInt8(element ? 1 : 0)) }
        return binary.bind()
    }
}

extension Double: PostgresArrayElement {
    /// `double precision[]`.
    public static var postgresArrayType: UInt32 { 1022 }
    /// The numbers.
    public static func postgresBind(of array: [Double]) -> PostgresBind {
        var binary = BinaryArray(arrayType: postgresArrayType, elementType: 701, count: array.count, bytesPerElement: 8)
        for element in array { binary.append(sized: element.bitPattern) }
        return binary.bind()
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresNullableElement {
    /// The type of an array of what it wraps.
    public static var postgresArrayType: UInt32 { Wrapped.postgresArrayType }
    /// The values, NULL where there is none.
    public static func postgresBind(of array: [Wrapped?]) -> PostgresBind {
        var binary = BinaryArray(
            arrayType: postgresArrayType, elementType: Wrapped.postgresElementType, count: array.count,
            bytesPerElement: 16)
        var problem: String?
        for element in array {
            guard let element else {
                binary.appendNull()
                continue
            }
            let bytes = element.postgresElementBytes
            if Wrapped.postgresElementType == 25, bytes.contains(0) {
                problem = "a text with a null character cannot be stored"
            }
            binary.append(sized: bytes)
        }
        return binary.bind(problem: problem)
    }
}

/// An element that may be missing from a bound array.
public protocol PostgresNullableElement: PostgresArrayElement {
    /// The type of one element.
    static var postgresElementType: UInt32 { get }
    /// One element in binary form.
    var postgresElementBytes: [UInt8] { get }
}

extension String: PostgresNullableElement {
    /// `text`.
    public static var postgresElementType: UInt32 { 25 }
    /// Its UTF-8.
    public var postgresElementBytes: [UInt8] { Array(utf8) }
}

extension Int64: PostgresNullableElement {
    /// `bigint`.
    public static var postgresElementType: UInt32 { 20 }
    /// Eight bytes.
    public var postgresElementBytes: [UInt8] { bigEndianBytes(self) }
}

extension Int: PostgresNullableElement {
    /// `bigint`.
    public static var postgresElementType: UInt32 { 20 }
    /// Eight bytes.
    public var postgresElementBytes: [UInt8] { bigEndianBytes(Int64(self)) }
}

extension Int32: PostgresNullableElement {
    /// `integer`.
    public static var postgresElementType: UInt32 { 23 }
    /// Four bytes.
    public var postgresElementBytes: [UInt8] { bigEndianBytes(self) }
}

extension Bool: PostgresNullableElement {
    /// `boolean`.
    public static var postgresElementType: UInt32 { 16 }
    /// One byte.
    public var postgresElementBytes: [UInt8] { [self ? 1 : 0] }
}

extension Double: PostgresNullableElement {
    /// `double precision`.
    public static var postgresElementType: UInt32 { 701 }
    /// Eight bytes.
    public var postgresElementBytes: [UInt8] { bigEndianBytes(bitPattern) }
}
