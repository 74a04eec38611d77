import Domain
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
                #expect(try transaction.query("select unnest(\([FixedDecimal]()))", as: String.self).isEmpty)
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
                let all = expected.map { FixedDecimal(units: $0.0) }
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

    @Test("decimals come back exactly; what is finer, too large or no number is refused")
    func decimalsRead() async throws {
        let units: [Int128] = [
            0, 1, -1, 10, 10_000, -10_000, 99_999_999, 100_000_000, -123_456_789_000, 9_999_999_999_999_999_999,
            -9_999_999_999_999_999_999, .max, .min,
        ]
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let all = units.map { FixedDecimal(units: $0) }
                #expect(try transaction.query("select unnest(\(all))", as: FixedDecimal.self) == all)
                let gaps = [all[3], nil]
                #expect(try transaction.query("select unnest(\(gaps))", as: FixedDecimal?.self) == gaps)
                let texts = ["1200", "0.5000000000", "-0.05", "1e6", "10000.0001", "0e-20", "123456789012345678901"]
                for text in texts {
                    let value = try transaction.query(
                        "select \(PostgresValue.numeric(text)), \(PostgresValue.numeric(text))::numeric(40, 4)::text",
                        as: (FixedDecimal, String).self
                    ).first
                    #expect(value?.0.units.description == value?.1.replacingOccurrences(of: ".", with: "").trimmed)
                }
                #expect(try transaction.query("select 7::bigint", as: FixedDecimal.self) == [FixedDecimal(7)])
                for refused in ["0.00001", "'NaN'", "'Infinity'", "'-Infinity'", "1e40", "'12'::text", "null"] {
                    let error = #expect(throws: PostgresError.self) {
                        try transaction.query(
                            "select \(unsafe: refused)\(unsafe: refused == "'12'::text" ? "" : "::numeric")",
                            as: FixedDecimal.self)
                    }
                    #expect(error?.code == .decoding, "\(refused)")
                }
            }
        }
    }

    @Test("days and times go and come by their numbers; the infinite ones are refused")
    func daysAndTimes() async throws {
        let days = [-719_162, -1, 0, 10_956, 10_957, 20_458, 84_005].map { CalendarDay(daysSinceEpoch: $0) }
        let times = [-62_135_596_800_000_000, -1, 0, 946_684_800_000_000, 1_767_614_400_250_001].map {
            Timestamp(microsecondsSinceEpoch: $0)
        }
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                try transaction.script("set local timezone = 'Asia/Shanghai'")
                #expect(try transaction.query("select unnest(\(days))", as: CalendarDay.self) == days)
                #expect(
                    try transaction.query("select unnest(\([days[0], nil]))", as: CalendarDay?.self) == [days[0], nil])
                for day in days.dropFirst(2) {
                    #expect(try transaction.query("select \(day)::text", as: String.self) == [day.description])
                }
                #expect(try transaction.query("select unnest(\(times))", as: Timestamp.self) == times)
                #expect(
                    try transaction.query("select unnest(\([times[0], nil]))", as: Timestamp?.self) == [times[0], nil])
                for time in times {
                    let seconds = try transaction.query(
                        "select (extract(epoch from \(time)) * 1000000)::bigint", as: Int64.self)
                    #expect(seconds == [time.microsecondsSinceEpoch])
                }
                for refused in ["'infinity'::date", "'-infinity'::date", "now()", "1"] {
                    let error = #expect(throws: PostgresError.self) {
                        try transaction.query("select \(unsafe: refused)", as: CalendarDay.self)
                    }
                    #expect(error?.code == .decoding, "\(refused)")
                }
                for refused in ["'infinity'::timestamptz", "'-infinity'::timestamptz", "current_date", "now()::text"] {
                    let error = #expect(throws: PostgresError.self) {
                        try transaction.query("select \(unsafe: refused)", as: Timestamp.self)
                    }
                    #expect(error?.code == .decoding, "\(refused)")
                }
            }
        }
    }

    @Test("a number, a text and a word are read from whatever type holds them")
    func otherTypes() async throws {
        enum Word: String, PostgresDecodable { case yes, no }
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                #expect(try transaction.query("select 12::numeric union all select 12.00", as: Int.self) == [12, 12])
                #expect(try transaction.query("select 7::smallint", as: Int32.self) == [7])
                #expect(try transaction.query("select '42'::text", as: Int.self) == [42])
                #expect(try transaction.query("select 0.1::numeric", as: Double.self) == [0.1])
                #expect(try transaction.query("select -5e-20::numeric", as: Double.self) == [-5e-20])
                #expect(throws: PostgresError.self) { try transaction.query("select 1.5::numeric", as: Int.self) }
                #expect(throws: PostgresError.self) { try transaction.query("select 3000000000", as: Int32.self) }
                #expect(
                    try transaction.query(
                        "select '{\"a\": 1}'::jsonb, true, -1200.050, 'x'::char(3), -7",
                        as: (
                            String, String, String, String, String
                        ).self
                    ).map { [$0.0, $0.1, $0.2, $0.3, $0.4] } == [["{\"a\": 1}", "t", "-1200.050", "x  ", "-7"]])
                #expect(try transaction.query("select 'no'::text", as: Word.self) == [.no])
                #expect(throws: PostgresError.self) { try transaction.query("select 'maybe'::text", as: Word.self) }
                #expect(throws: PostgresError.self) { try transaction.query("select now()", as: String.self) }
                #expect(try transaction.query("select 'USD'::text", as: Currency.self) == [Currency("USD")])
            }
        }
    }

    @Test("rows are read by the names of their columns, in any order of the columns")
    func named() async throws {
        struct Line: PostgresRow, Equatable {
            var item: String
            var amount: FixedDecimal
            var day: CalendarDay?

            init(item: String, amount: FixedDecimal, day: CalendarDay?) {
                (self.item, self.amount, self.day) = (item, amount, day)
            }

            init(row: inout RowReader) throws(PostgresError) {
                item = try row("item")
                amount = try row("amount")
                // What is asked for by the row before may differ.
                day = item == "b" ? nil : try row("day")
                _ = try row("item", as: String.self)
            }
        }
        let day = CalendarDay(daysSinceEpoch: 20_000)
        let expected = [
            Line(item: "a", amount: FixedDecimal(units: 15_000), day: day),
            Line(item: "b", amount: FixedDecimal(-2), day: nil), Line(item: "c", amount: .zero, day: nil),
        ]
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let values: SQL = """
                    from unnest(
                        \(expected.map(\.day)), \(expected.map(\.item)), \(expected.map(\.amount))) as t(day, item, amount)
                    """
                #expect(try transaction.query("select day, item, amount \(values)", as: Line.self) == expected)
                let answer = try transaction.ask("select amount, day, item \(values)", as: Line.self)
                #expect(try answer.rows() == expected)
                #expect(try transaction.query("select * \(values) where false", as: Line.self).isEmpty)
                for refused: SQL in [
                    "select item, amount \(values)", "select day, item, amount, item \(values)",
                    "select day, item, item as amount \(values)",
                ] {
                    let error = #expect(throws: PostgresError.self) { try transaction.query(refused, as: Line.self) }
                    #expect(error?.code == .decoding)
                }
            }
        }
    }

    @Test("a column is found by its whole name, beside shorter and longer ones that begin alike")
    func alike() async throws {
        struct Line: PostgresRow, Equatable {
            let amount: Int
            let paid: Int

            init(row: inout RowReader) throws(PostgresError) {
                amount = try row("amount")
                paid = try row("amount_paid")
            }
        }
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let lines = try transaction.query(
                    "select 1 as amount_paid_back, 2 as amoun, 3 as amount_paid, 4 as \"Amount\", 5 as amount",
                    as: Line.self)
                #expect(lines.map { [$0.amount, $0.paid] } == [[5, 3]])
                let error = #expect(throws: PostgresError.self) {
                    try transaction.query("select 1 as amounts, 2 as amount_paid", as: Line.self)
                }
                #expect(
                    error?.message.contains("no column of the statement is named 'amount': amounts, amount_paid")
                        == true)
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

extension String {
    /// Without the noughts before a number.
    fileprivate var trimmed: String {
        let isNegative = hasPrefix("-")
        let digits = drop { $0 == "-" || $0 == "0" }
        return digits.isEmpty ? "0" : (isNegative ? "-" : "") + digits
    }
}
