import Foundation
import Testing

@testable import ContractGenerator

/// A specification with one thing wrong, and what the refusal says.
struct BadSpecification: Sendable, CustomTestStringConvertible {
    let text: String
    let line: Int
    let says: String

    var testDescription: String { says }

    /// A part `Thing` with these lines below its name, of which the last is wrong.
    static func part(_ lines: String..., says: String) -> BadSpecification {
        BadSpecification(
            text: (["/// A thing.", "part Thing"] + lines.map { "    " + $0 }).joined(separator: "\n"),
            line: lines.count + 2, says: says)
    }

    static let all: [BadSpecification] = [
        BadSpecification(text: "part Thing", line: 1, says: "needs a doc line"),
        BadSpecification(text: "/// A thing.\nthing Thing", line: 2, says: "is expected"),
        BadSpecification(text: "/// A thing.\nmessage Thing thing", line: 2, says: "has a type such as"),
        BadSpecification(text: "/// A thing.\npart Thing", line: 2, says: "has no field"),
        BadSpecification(text: "/// A thing.\nchoice Thing", line: 2, says: "a choice of nothing"),
        BadSpecification(text: "/// A thing.", line: 1, says: "a doc line with nothing behind it"),
        BadSpecification(text: "/// A thing.\nchoice Thing\n    /// Four fifths.\n    80", line: 4, says: "is no name"),
        part("name: identifier", says: "needs a doc line"),
        part("/// Its name.", "name: word", says: "is no type of a field"),
        part("/// Its name.", "name: text 9 characters", says: "is no type of a field"),
        part("/// Its day.", "day: day 9", says: "has no length"),
        part("/// Its number.", "number: integer 9...1", says: "is no range"),
        part("/// Its names.", "names: [text]", says: "is no type of a field"),
        part("/// Its name.", "name: text", "/// Its name.", "name: text", says: "stands twice"),
        part("/// Its name.", "name: text", "/// All.", "other: fields of Other", says: "come first"),
        part("/// Its amount.", "amount: amount", "require amount 0", says: "a rule is written as"),
        part("/// When.", "at: time", "occurred at", says: "is expected"),
    ]
}

@Suite("The specification of the contracts")
struct SpecificationTests {
    private func write(_ text: String) throws(SpecificationError) -> String {
        let file = try SpecificationReader.read(text, path: "x.contract", folder: "Orders", name: "x")
        let kinds = Dictionary(file.declarations.map { ($0.name, $0.kind) }) { first, _ in first }
        return try SwiftWriter.write(file, kinds: kinds, path: "x.contract")
    }

    @Test("a mistake is refused with its place", arguments: BadSpecification.all)
    func refused(_ bad: BadSpecification) {
        let error = #expect(throws: SpecificationError.self) { try write(bad.text) }
        #expect(error?.line == bad.line)
        #expect(error?.text.contains(bad.says) == true, "\(error?.text ?? "")")
    }

    @Test(
        "a name that nothing has is refused where it stands",
        arguments: [
            ("other: Other", "nothing is called"), ("others: [Kind] 1...9", "of texts or of a part"),
            ("thing: Thing", "is a message"), ("kind: fields of Kind", "has no fields"),
        ])
    func unknownNames(_ field: String, _ says: String) {
        let text =
            "/// A kind.\nchoice Kind\n    /// One.\n    one\n\n/// A thing.\nmessage Thing a.thing.v1\n    /// It.\n    "
        let error = #expect(throws: SpecificationError.self) { try write(text + field) }
        #expect(error?.line == 9)
        #expect(error?.text.contains(says) == true, "\(error?.text ?? "")")
    }

    @Test(
        "a rule is about fields that are there, of a kind that it can compare",
        arguments: [
            ("price > 0", "there is no field"), ("name > 0", "is no number"), ("name distinct", "is no list"),
            ("amount > limit", "may be missing"),
        ])
    func badRules(_ rule: String, _ says: String) {
        let text = """
            /// A thing.
            part Thing
                /// Its name.
                name: text
                /// How much.
                amount: amount
                /// Up to how much.
                limit: amount?
                require \(rule) else value-not-allowed "no"
            """
        let error = #expect(throws: SpecificationError.self) { try write(text) }
        #expect(error?.line == 9)
        #expect(error?.text.contains(says) == true, "\(error?.text ?? "")")
    }

    @Test("the example of the page that explains it is one")
    func example() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("Sources/Contracts/Specification/README.md"), encoding: .utf8)
        let example = page.split(separator: "\n```\n")[1]
        let source = try write(String(example))
        #expect(source.contains("package struct CostRecorded: Message {"))
        #expect(source.contains("case writtenOff = \"written-off\""))
    }

    @Test("every form of a field is read and written by its own call")
    func forms() throws {
        let text = """
            # What is left out.
            /// A kind.
            choice Kind
                /// One.
                one-two
                /// Ten.
                ten = 10

            /// A part.
            part Piece
                /// Its name.
                name: text

            /// A thing is told of;
            /// in two lines.
            message Thing a.thing-told.v2
                /// All of it.
                piece: fields of Piece
                /// Its key.
                key: identifier 32
                /// Its other key.
                otherKey: identifier?
                /// How many.
                count: integer? -1...9
                /// How much.
                amount: amount
                /// Up to how much.
                limit: amount?
                /// At what rate.
                rate: decimal?
                /// In what.
                currency: currency?
                /// When.
                at: time
                /// Until when.
                until: day?
                /// On what day.
                on: day-or-time
                /// Whether.
                flag: boolean?
                /// Of what kind.
                kind: Kind?
                /// Of which side.
                side: Kind
                /// Whose number the key is.
                keySource: source of orders?
                /// Whose number the other key is.
                otherSource: source of side?
                /// With what.
                with: Piece
                /// More keys.
                keys: [text 64]? 0...5 written
                /// More of it.
                pieces: [Piece]? 0...5
                /// Most of it.
                lines: [Piece] 1...5 else too-many-lines
                /// Later.
                trial: text? 9 only TRIAL "later"
                require amount > 0 else negative-amount "it is not above nought"
                require limit >= amount else value-not-allowed "the limit is below the amount, which cannot be as things are"
                require until >= at.day else contradictory-times "it ends before"
                require keys distinct else duplicate-element "twice"
                check
                occurred at
            """
        #expect(try write(text) == expected)
    }

    private let expected = """
        // Generated by 'make contracts' from x.contract: change that, not this.

        package import Domain

        /// A kind.
        package enum Kind: String, Sendable, CaseIterable {
            /// One.
            case oneTwo = "one-two"
            /// Ten.
            case ten = "10"
        }

        /// A part.
        package struct Piece: Part {
            /// Its name.
            package let name: String

            package init(name: String) {
                self.name = name
            }

            package init(fields: inout FieldReader) throws(Refusal) {
                name = try fields.text("name")
            }

            package func write(to object: inout ObjectWriter) {
                object.text("name", name)
            }
        }

        /// `a.thing-told.v2`: a thing is told of;
        /// in two lines.
        package struct Thing: Message {
            package static let type = MessageType("a.thing-told.v2")
            /// All of it.
            package let piece: Piece
            /// Its key.
            package let key: String
            /// Its other key.
            package let otherKey: String?
            /// How many.
            package let count: Int?
            /// How much.
            package let amount: FixedDecimal
            /// Up to how much.
            package let limit: FixedDecimal?
            /// At what rate.
            package let rate: FixedDecimal?
            /// In what.
            package let currency: Currency?
            /// When.
            package let at: Timestamp
            /// Until when.
            package let until: CalendarDay?
            /// On what day.
            package let on: CalendarDay
            /// Whether.
            package let flag: Bool?
            /// Of what kind.
            package let kind: Kind?
            /// Of which side.
            package let side: Kind
            /// Whose number the key is.
            package let keySource: String?
            /// Whose number the other key is.
            package let otherSource: String?
            /// With what.
            package let with: Piece
            /// More keys.
            package let keys: [String]
            /// More of it.
            package let pieces: [Piece]
            /// Most of it.
            package let lines: [Piece]

            package init(
                _ piece: Piece, key: String, otherKey: String? = nil, count: Int? = nil, amount: FixedDecimal,
                limit: FixedDecimal? = nil, rate: FixedDecimal? = nil, currency: Currency? = nil, at: Timestamp,
                until: CalendarDay? = nil, on: CalendarDay, flag: Bool? = nil, kind: Kind? = nil, side: Kind,
                keySource: String? = nil, otherSource: String? = nil, with: Piece, keys: [String] = [], pieces: [Piece] = [],
                lines: [Piece]
            ) {
                self.piece = piece
                self.key = key
                self.otherKey = otherKey
                self.count = count
                self.amount = amount
                self.limit = limit
                self.rate = rate
                self.currency = currency
                self.at = at
                self.until = until
                self.on = on
                self.flag = flag
                self.kind = kind
                self.side = side
                self.keySource = keySource
                self.otherSource = otherSource
                self.with = with
                self.keys = keys
                self.pieces = pieces
                self.lines = lines
            }

            package init(fields: inout FieldReader) throws(Refusal) {
                piece = try Piece(fields: &fields)
                key = try fields.identifier("key", maximum: 32)
                otherKey = try fields.optionalIdentifier("otherKey")
                count = try fields.optionalInteger("count", -1...9)
                amount = try fields.decimal("amount")
                limit = try fields.optionalDecimal("limit")
                rate = try fields.optionalDecimal("rate")
                currency = try fields.optionalCurrency("currency")
                at = try fields.timestamp("at")
                until = try fields.optionalDay("until")
                on = try fields.dayOfTime("on")
                flag = try fields.optionalBoolean("flag")
                kind = try fields.optionalChoice("kind", Kind.self)
                side = try fields.choice("side", Kind.self)
                keySource = try fields.source("keySource", of: .orders)
                otherSource = try fields.source("otherSource", of: side.referred)
                with = try fields.object("with", Piece.self)
                keys = try fields.optionalTexts("keys", maximum: 64, 0...5) ?? []
                pieces = try fields.optionalArray("pieces", Piece.self, 0...5) ?? []
                lines = try fields.array("lines", Piece.self, 1...5, tooMany: .tooManyLines)
                #if TRIAL
                    _ = try fields.optionalText("trial", maximum: 9)
                #endif
                try fields.require(amount > .zero, .negativeAmount, "amount", "it is not above nought")
                try fields.require(
                    limit.map { $0 >= amount } ?? true, .valueNotAllowed, "limit",
                    "the limit is below the amount, which cannot be as things are")
                try fields.require(until.map { $0 >= at.day() } ?? true, .contradictoryTimes, "until", "it ends before")
                try fields.require(Set(keys).count == keys.count, .duplicateElement, "keys", "twice")
                try check(fields)
            }

            package func write(to object: inout ObjectWriter) {
                piece.write(to: &object)
                object.text("key", key)
                object.text("otherKey", otherKey)
                object.integer("count", count)
                object.amount("amount", amount)
                object.amount("limit", limit)
                object.decimal("rate", rate)
                object.text("currency", currency?.code)
                object.timestamp("at", at)
                object.text("until", until?.description)
                object.text("on", on.description)
                object.boolean("flag", flag)
                object.choice("kind", kind)
                object.choice("side", side)
                object.text("keySource", keySource)
                object.text("otherSource", otherSource)
                object.object("with", with)
                object.texts("keys", keys)
                object.array("pieces", pieces.isEmpty ? nil : pieces)
                object.array("lines", lines)
                #if TRIAL
                    object.text("trial", "later")
                #endif
            }

            package var occurredAt: Timestamp? { at }
        }

        """
}
