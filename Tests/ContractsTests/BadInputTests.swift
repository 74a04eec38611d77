import Contracts
import Domain
import Testing

/// A body of order.placed.v1 with one thing wrong, the reason it must be refused for, and where.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let body: [UInt8]
    let reason: Reason
    let path: String

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ reason: Reason, _ path: String) {
        self.init(name, bytes: Array(text.utf8), reason, path)
    }

    init(_ name: String, bytes: [UInt8], _ reason: Reason, _ path: String) {
        self.name = name
        body = bytes
        self.reason = reason
        self.path = path
    }

    static func line(_ number: Int = 1, _ change: (String, String)? = nil) -> String {
        var text =
            #"{"line": \#(number), "serviceItem": "AIR", "quantity": "1", "unit": "kg", "revenue": "10.00", "cost": "9.00"}"#
        if let (old, new) = change { text = text.replacing(old, with: new) }
        return text
    }

    static func order(_ change: (String, String)? = nil, lines: [String]? = nil) -> String {
        var text = #"""
            {"orderId": "SO-1", "revision": 1, "customer": {"code": "C-1", "name": "富士康"}, "branch": "KS01",
             "businessLine": "air-freight", "placedAt": "2026-01-05T09:30:00+08:00", "currency": "CNY",
             "lines": [LINES]}
            """#
        if let (old, new) = change { text = text.replacing(old, with: new) }
        return text.replacing("LINES", with: (lines ?? [line()]).joined(separator: ","))
    }

    static let all: [BadInput] = [
        BadInput("not JSON", "order!", .notJSON, "$"),
        BadInput("half of it", String(order().dropLast(20)), .notJSON, "$.lines[0].revenue"),
        BadInput("more after the end", order() + "x", .notJSON, "$"),
        BadInput("empty", "", .emptyBody, "$"),
        BadInput(
            "bad UTF-8", bytes: Array(#"{"orderId": ""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8), .badUTF8, "$.orderId"
        ),
        BadInput(
            "overlong UTF-8", bytes: Array(#"{"a": ""#.utf8) + [0xC0, 0x80] + Array(#""}"#.utf8), .badUTF8, "$.a"),
        BadInput("null character", order((#""SO-1""#, #""SO\u0000""#)), .nullCharacter, "$.orderId"),
        BadInput("lone high surrogate", order((#""SO-1""#, #""\ud800x""#)), .loneSurrogate, "$.orderId"),
        BadInput("lone low surrogate", order((#""SO-1""#, #""\udc00""#)), .loneSurrogate, "$.orderId"),
        BadInput(
            "deep", bytes: [UInt8](repeating: UInt8(ascii: "["), count: 100_000), .tooDeep,
            "$" + String(repeating: "[0]", count: 32)),
        BadInput(
            "2^53 + 1", order((#""revision": 1"#, #""revision": 9007199254740993"#)), .numberOutOfRange, "$.revision"),
        BadInput("1e400", order((#""revision": 1"#, #""revision": 1e400"#)), .numberOutOfRange, "$.revision"),
        BadInput("a fraction", order((#""revision": 1"#, #""revision": 1.5"#)), .wrongType, "$.revision"),
        BadInput(
            "duplicate keys", order((#""revision": 1"#, #""revision": 1, "revision": 2"#)), .duplicateKey, "$.revision"),
        BadInput(
            "an escaped duplicate", order((#""revision": 1"#, #""revision": 1, "\u0072evision": 2"#)), .duplicateKey,
            "$.revision"),
        BadInput("16 MiB", bytes: [UInt8](repeating: UInt8(ascii: " "), count: 16 << 20), .bodyTooLarge, "$"),
        BadInput(
            "a long string", order((#""SO-1""#, "\"" + String(repeating: "x", count: 70_000) + "\"")), .stringTooLong,
            "$.orderId"),
        BadInput("no orderId", order((#""orderId": "SO-1", "#, "")), .missingField, "$.orderId"),
        BadInput("a null orderId", order((#""SO-1""#, "null")), .missingField, "$.orderId"),
        BadInput("an empty orderId", order((#""SO-1""#, #""""#)), .identifierLength, "$.orderId"),
        BadInput("revision 0", order((#""revision": 1"#, #""revision": 0"#)), .numberOutOfRange, "$.revision"),
        BadInput("no customer code", order((#""code": "C-1", "#, "")), .missingField, "$.customer.code"),
        BadInput("unknown currency", order((#""CNY""#, #""XYZ""#)), .unknownCurrency, "$.currency"),
        BadInput("year 0", order(("2026-01-05T", "0000-01-05T")), .timeOutOfRange, "$.placedAt"),
        BadInput("year 9999", order(("2026-01-05T", "9999-01-05T")), .timeOutOfRange, "$.placedAt"),
        BadInput("30 February", order(("2026-01-05T", "2026-02-30T")), .badTime, "$.placedAt"),
        BadInput("no offset", order(("+08:00", "")), .badTime, "$.placedAt"),
        BadInput("no lines", order(lines: []), .tooFewElements, "$.lines"),
        BadInput("501 lines", order(lines: (1...501).map { line($0) }), .tooManyLines, "$.lines"),
        BadInput("duplicate line", order(lines: [line(1), line(2), line(1)]), .duplicateLine, "$.lines[2].line"),
        BadInput(
            "five decimals", order(lines: [line(), line(2, ("10.00", "10.00001"))]), .tooManyDecimals,
            "$.lines[1].revenue"),
        BadInput(
            "sixteen digits", order(lines: [line(1, ("10.00", "1234567890123456"))]), .amountTooLarge,
            "$.lines[0].revenue"),
        BadInput(
            "a number for an amount", order(lines: [line(1, (#""10.00""#, "10.00"))]), .wrongType, "$.lines[0].revenue"),
        BadInput(
            "negative revenue", order(lines: [line(1, ("10.00", "-10.00"))]), .negativeAmount, "$.lines[0].revenue"),
        BadInput("negative cost", order(lines: [line(1, ("9.00", "-9.00"))]), .negativeAmount, "$.lines[0].cost"),
        BadInput("a control character", order((#""SO-1""#, #""SO\u0007""#)), .controlCharacter, "$.orderId"),
        BadInput("a list", "[]", .wrongType, "$"),
    ]
}

@Suite("Bad input")
struct BadInputTests {
    @Test("is refused with its reason and its place", arguments: BadInput.all)
    func refused(_ input: BadInput) {
        do {
            let document = try JSONDocument(parsing: input.body)
            _ = try OrderPlaced(node: document.root)
            Issue.record("'\(input.name)' was accepted")
        } catch {
            #expect(error.reason == input.reason)
            #expect(error.path == input.path)
        }
    }

    @Test("a good order passes, and a credit may be negative")
    func accepted() throws {
        let order = try OrderPlaced(node: JSONDocument(parsing: BadInput.order()).root).order
        #expect(order.customer.name == "富士康")
        #expect(order.lines[0].revenue == FixedDecimal(10))
        let credit = BadInput.order(
            lines: [BadInput.line(1, ("10.00", "-10.00")).replacing("\"AIR\"", with: "\"AIR-CREDIT\"")])
        #expect(try OrderPlaced(node: JSONDocument(parsing: credit).root).order.lines[0].revenue == FixedDecimal(-10))
    }

    @Test("mutations of a good order are read or refused, never worse", arguments: 0..<8)
    func fuzz(_ seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        let original = Array(BadInput.order().utf8)
        var outcomes: [Bool: Int] = [:]
        for _ in 0..<2_000 {
            var bytes = original
            for _ in 0...random(3) {
                let place = random(bytes.count)
                switch random(3) {
                case 0: bytes[place] = UInt8(random(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(place + 5, bytes.count)], at: place)
                }
            }
            let isRead = (try? OrderPlaced(node: JSONDocument(parsing: bytes).root)) != nil
            outcomes[isRead, default: 0] += 1
        }
        #expect(outcomes[false, default: 0] > 1_000)
        #expect(outcomes[true, default: 0] > 10)
    }
}
