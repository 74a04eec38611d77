import Foundation
import Postgres
import TestSupport
import Testing

/// Texts that go wrong where text is pasted, cut or escaped.
private let awkward = [
    "", "plain", "O'Brien", "a\"b", "back\\slash", "\\\"both\\\"", "tab\tnew\nline\r", "{curly,comma}", "NULL", "null",
    "中文 Ünïcödé 🚚", "$1; drop table x; --", " leading and trailing ",
]

@Suite("Values", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct ValueTests {
    @Test("come back as they were sent")
    func roundTrip() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                for text in awkward {
                    #expect(try transaction.query("select \(text)", as: String.self) == [text])
                }
                for number in [Int64.min, -1, 0, 1, Int64.max] {
                    #expect(try transaction.query("select \(number)", as: Int64.self) == [number])
                    #expect(try transaction.query("select \(Int(number))", as: Int.self) == [Int(number)])
                }
                for number in [Int32.min, -1, 0, Int32.max] {
                    #expect(try transaction.query("select \(number)", as: Int32.self) == [number])
                }
                for number in [0.1, -1.5e300, .infinity, -.infinity, .leastNonzeroMagnitude, 1 / 3] {
                    #expect(try transaction.query("select \(number)", as: Double.self) == [number])
                }
                #expect(try transaction.query("select \(Double.nan)", as: Double.self).first?.isNaN == true)
                #expect(
                    try transaction.query("select \(true), \(false)", as: (Bool, Bool).self).first ?? (false, true) == (
                        true, false
                    ))
                for bytes in [[], [0], Array(UInt8.min...UInt8.max), [0, 92, 39, 0]] as [[UInt8]] {
                    #expect(try transaction.query("select \(bytes)", as: [UInt8].self) == [bytes])
                }
                let identifier = UUID()
                #expect(try transaction.query("select \(identifier)", as: UUID.self) == [identifier])
                #expect(
                    try transaction.query("select \(identifier)::text", as: String.self)
                        == [identifier.uuidString.lowercased()])
            }
        }
    }

    @Test("NULL goes and comes for every type")
    func nulls() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                #expect(try transaction.query("select \(String?.none)", as: String?.self).map { $0 == nil } == [true])
                #expect(try transaction.query("select \(Int64?.none)", as: Int64?.self).map { $0 == nil } == [true])
                #expect(try transaction.query("select \(Bool?.none)", as: Bool?.self).map { $0 == nil } == [true])
                #expect(try transaction.query("select \([UInt8]?.none)", as: [UInt8]?.self).map { $0 == nil } == [true])
                #expect(try transaction.query("select \(UUID?.none)", as: UUID?.self).map { $0 == nil } == [true])
                #expect(try transaction.query("select \(Date?.none) is null", as: Bool.self) == [true])
                #expect(try transaction.query("select \(String?.some("x"))", as: String?.self) == ["x"])
                #expect(
                    try transaction.query("select \(PostgresValue?.none)::numeric is null", as: Bool.self) == [true])
            }
        }
    }

    @Test("a time is bound to the microsecond")
    func times() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                try transaction.script("set local timezone = 'UTC'")
                let time = Date(timeIntervalSince1970: 1_767_614_400.25)
                #expect(
                    try transaction.query("select \(time)::text", as: String.self) == ["2026-01-05 12:00:00.25+00"])
                let early = Date(timeIntervalSince1970: -1)
                #expect(try transaction.query("select \(early)::text", as: String.self) == ["1969-12-31 23:59:59+00"])
                #expect(throws: PostgresError.self) {
                    try transaction.execute("select \(Date.distantFuture.addingTimeInterval(1e18))")
                }
            }
        }
    }

    @Test("arrays keep quotes, backslashes, empty elements and unicode")
    func arrays() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                #expect(try transaction.query("select unnest(\(awkward))", as: String.self) == awkward)
                #expect(try transaction.query("select unnest(\([1, -2, 3]))", as: Int.self) == [1, -2, 3])
                #expect(
                    try transaction.query("select unnest(\([Int64.min, Int64.max]))", as: Int64.self)
                        == [Int64.min, Int64.max])
                let small: [Int32] = [7, -7]
                #expect(try transaction.query("select unnest(\(small))", as: Int32.self) == small)
                #expect(try transaction.query("select unnest(\([true, false]))", as: Bool.self) == [true, false])
                #expect(try transaction.query("select unnest(\([0.5, -1e-9]))", as: Double.self) == [0.5, -1e-9])
                let bytes: [[UInt8]] = [[0, 255], [], [92, 34]]
                #expect(try transaction.query("select unnest(\(bytes))", as: [UInt8].self) == bytes)
                let identifiers = [UUID(), UUID()]
                #expect(try transaction.query("select unnest(\(identifiers))", as: UUID.self) == identifiers)
            }
        }
    }

    @Test("arrays hold NULLs, and may be empty")
    func arraysWithNulls() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let texts: [String?] = ["NULL", nil, "", "a\"\\b"]
                #expect(try transaction.query("select unnest(\(texts))", as: String?.self) == texts)
                let numbers: [Int64?] = [nil, 1, nil]
                #expect(try transaction.query("select unnest(\(numbers))", as: Int64?.self) == numbers)
                let integers: [Int32?] = [1, nil]
                #expect(try transaction.query("select unnest(\(integers))", as: Int32?.self) == integers)
                let truths: [Bool?] = [nil, true]
                #expect(try transaction.query("select unnest(\(truths))", as: Bool?.self) == truths)
                let doubles: [Double?] = [nil, 2.5]
                #expect(try transaction.query("select unnest(\(doubles))", as: Double?.self) == doubles)
                let bytes: [[UInt8]?] = [[1], nil, []]
                #expect(try transaction.query("select unnest(\(bytes))", as: [UInt8]?.self) == bytes)
                #expect(try transaction.query("select unnest(\([String]()))", as: String.self).isEmpty)
                #expect(try transaction.query("select unnest(\([Int?]()))", as: Int?.self).isEmpty)
                #expect(try transaction.query("select cardinality(\([[UInt8]]()))", as: Int.self) == [0])
            }
        }
    }

    @Test("types given as text arrive exactly, alone and in arrays")
    func textTypes() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let number = "12345678901234567890.123456789"
                #expect(try transaction.query("select \(PostgresValue.numeric(number))", as: String.self) == [number])
                let numbers = [PostgresValue.numeric("12.30"), .numeric("-0.001")]
                #expect(try transaction.query("select unnest(\(numbers))", as: String.self) == ["12.30", "-0.001"])
                let gaps = [PostgresValue.date("2026-01-05"), nil]
                #expect(try transaction.query("select unnest(\(gaps))", as: String?.self) == ["2026-01-05", nil])
                let json = #"{"k": "a\"b\\c, {}"}"#
                #expect(
                    try transaction.query(
                        "select d->>'k' from unnest(\([PostgresValue.json(json)])) d", as: String.self)
                        == [#"a"b\c, {}"#])
                #expect(try transaction.query("select unnest(\([PostgresDecimal]()))", as: String.self).isEmpty)
                #expect(
                    try transaction.query(
                        "select unnest(\(PostgresValue.timestamps(["2026-01-05T12:00:00Z", nil]))) is null",
                        as: Bool.self) == [false, true])
                let mixed = [PostgresValue.numeric("1"), .date("2026-01-05")]
                let error = #expect(throws: PostgresError.self) { try transaction.execute("select \(mixed)") }
                #expect(error?.code == .encoding)
            }
        }
    }

    @Test("decimals arrive exactly, in as many digits as they need")
    func decimals() async throws {
        let expected: [(Int128, String)] = [
            (0, "0"), (1, "0.0001"), (-1, "-0.0001"), (10, "0.001"), (1_200, "0.12"), (5_000, "0.5"), (10_000, "1"),
            (-10_000, "-1"), (99_999_999, "9999.9999"), (100_000_000, "10000"), (-123_456_789_000, "-12345678.9"),
            (10_000_000_000_000_000, "1000000000000"), (9_999_999_999_999_999_999, "999999999999999.9999"),
            (.max, "17014118346046923173168730371588410.5727"), (.min, "-17014118346046923173168730371588410.5728"),
        ]
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let all = expected.map { PostgresDecimal(tenThousandths: $0.0) }
                #expect(
                    try transaction.query("select n::text from unnest(\(all)) as n", as: String.self)
                        == expected.map(\.1))
                let gaps = [all[1], nil]
                #expect(try transaction.query("select unnest(\(gaps))::text", as: String?.self) == ["0.0001", nil])
                for (decimal, text) in zip(all, expected.map(\.1)) {
                    #expect(try transaction.query("select \(decimal)::text", as: String.self) == [text])
                }
                #expect(
                    try transaction.query("select sum(n)::text from unnest(\(Array(all[1...4]))) n", as: String.self)
                        == ["0.1210"])
            }
        }
    }

    @Test("a null character is refused, never cut off", arguments: 0..<6)
    func nullCharacter(_ place: Int) async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let text = "before\u{0}after"
                let error = #expect(throws: PostgresError.self) {
                    switch place {
                    case 0: try transaction.execute("select \(text)")
                    case 1: try transaction.execute("select \(["fine", text])")
                    case 2: try transaction.execute("select \([nil, text])")
                    case 3: try transaction.execute("select \(PostgresValue.json(text))")
                    case 4: try transaction.execute("select \([PostgresValue.json(text)])")
                    default: try transaction.execute("select \(unsafe: text)")
                    }
                }
                #expect(error?.code == .encoding)
                #expect(error?.description.contains("before") == false)
                // Nothing was sent: the transaction goes on.
                #expect(try transaction.query("select 1", as: Int.self) == [1])
            }
        }
    }

    @Test("a value is bound, whatever it says; a fragment is renumbered")
    func injection() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            let evil = "x'); drop table account; --"
            try await pool.withTransaction { transaction throws in
                try transaction.script("create table account (name text, size int)")
                try transaction.execute("insert into account values (\(evil), \(Int32(1))), (\("y"), \(Int32(2)))")
                let large: SQL = "size > \(Int32(0)) and name = \(evil)"
                let column = "size"
                let names = try transaction.query(
                    "select name from account where \(unsafe: column) < \(Int32(2)) and \(large) and \(true)",
                    as: String.self)
                #expect(names == [evil])
            }
            let left = try await pool.withTransaction { try $0.query("select count(*) from account", as: Int.self) }
            #expect(left == [2])
        }
    }
}
