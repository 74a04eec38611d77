import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceDeskService
@testable import ServiceKit
@testable import SupplierService

/// One odd record must take an answer from nobody: over the longest and oddest values that the contracts allow, every
/// question is answered, or refused with its reason.
@Suite("The oddest values", .services)
struct OddValueTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("ContractsTests/Golden")

    /// How a message's values are stretched.
    enum Stretch: CaseIterable, Sendable {
        /// Texts as long as they may be, of characters that break what is not careful.
        case texts
        /// Amounts as large as they may be, in a currency that no table of rates has.
        case amounts
        /// Days and times at the end of what there is.
        case times
    }

    private static let oddities: [Unicode.Scalar] = [
        "𠮷", "'", "\"", "\\", "\u{202E}", "%", "_", "e", "\u{301}", "\u{200B}", "👨", "\u{200D}", "，", "$", "{", "<",
        "\u{FFFD}",
        "\u{10FFFF}",
    ]

    /// A text of so many characters; the same for the same length, so that what names something names it still.
    static func odd(_ length: Int, breaksLines: Bool = false) -> String {
        let scalars = breaksLines ? oddities + ["\n", "\t"] : oddities
        return String(String.UnicodeScalarView((0..<length).map { scalars[$0 % scalars.count] }))
    }

    private static func stretched(_ value: Any, _ form: FieldForm, _ stretch: Stretch) -> Any {
        switch (form, stretch) {
        case (.text(let minimum, let maximum), .texts): return odd(maximum, breaksLines: minimum == 0)
        case (.decimal, .amounts): return "999999999999999.9999"
        case (.integer(let range), .amounts): return range.upperBound
        case (.currency, .amounts): return "XAU"
        case (.timestamp, .times), (.dayOrTimestamp, .times): return "2199-12-31T23:59:59.999999+14:00"
        case (.day, .times): return "2199-12-31"
        case (.object(let fields), _): return stretched(value, fields, stretch)
        case (.array(let element, _), _):
            guard let elements = value as? [Any] else { return value }
            return elements.map { stretched($0, element, stretch) }
        default: return value
        }
    }

    private static func stretched(_ value: Any, _ fields: [FieldDescription], _ stretch: Stretch) -> Any {
        guard var object = value as? [String: Any] else { return value }
        for field in fields {
            if let found = object[field.name] { object[field.name] = stretched(found, field.form, stretch) }
        }
        return object
    }

    /// The golden message of a type with all its values stretched that the contract lets be; field by field where it does
    /// not let all of them.
    private static func message(_ contract: ContractDescription, _ stretch: Stretch) throws -> JSONNode {
        let file = golden.appendingPathComponent(contract.type.description).appendingPathComponent("full.json")
        let plain = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        func allowed(_ object: Any) throws -> JSONNode? {
            let node = try JSONDocument(parsing: Array(JSONSerialization.data(withJSONObject: object))).root
            do { _ = try contract.reencode(node) } catch { return nil }
            return node
        }
        if let whole = try allowed(stretched(plain, contract.fields, stretch)) { return whole }
        var object = plain
        for field in contract.fields {
            let next = stretched(object, [field], stretch)
            if try allowed(next) != nil { object = next }
        }
        return try #require(try allowed(object), "\(contract.type)")
    }

    /// Values for a question's parameters.
    private static func values(_ question: QueryDescription, _ number: Int) -> [String: String] {
        var values: [String: String] = [:]
        for input in question.parameters where input.name != "after" || input.kind != .text {
            let odd = [odd(64), odd(1_000), String(repeating: "9", count: 1_000), "erp/" + odd(64)][number]
            values[input.name] =
                switch input.kind {
                case .text: odd
                case .choice(let choices), .list(let choices): choices[number % choices.count]
                case .integer(let range): String(number % 2 == 0 ? range.upperBound : range.lowerBound)
                case .decimal: number % 2 == 0 ? "999999999999999.9999" : "-999999999999999.9999"
                case .day: number % 2 == 0 ? "2199-12-31" : "1970-01-01"
                case .time: number % 2 == 0 ? "2199-12-31T23:59:59.999999-12:00" : "1970-01-01T00:00:00+14:00"
                case .dayOrTime: number % 2 == 0 ? "2199-12-31" : "1970-01-01"
                case .currency: number % 2 == 0 ? "XAU" : "JPY"
                case .flag: number % 2 == 0 ? "true" : "false"
                }
        }
        return values
    }

    @Test("every question is answered or refused with its reason, never failed", arguments: ServiceName.allCases)
    func answers(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        var sent = 0
        for contract in Catalogue.contracts where contract.readers.contains(service) {
            let decoder = fixture.definition.handlers.compactMap { $0.types[contract.type] }.first
            guard let decoder else { continue }
            for stretch in Stretch.allCases {
                let body = try decoder(Self.message(contract, stretch), .said)
                do {
                    // What is refused has its reason; what fails would be the service's own fault.
                    _ = try await fixture.handle([.init("odd-\(contract.type)-\(stretch)", body)])
                    sent += 1
                } catch {
                    Issue.record("\(service.rawValue) \(contract.type) \(stretch): \(error)")
                }
            }
        }
        #expect(sent > 0)
        for query in fixture.definition.answered {
            let question = query.description
            for number in 0..<4 {
                let values = Self.values(question, number)
                let required = values.filter { question.parameter($0.key)?.isRequired == true }
                let unnamed = values.filter { question.parameter($0.key)?.kind != .text }
                for given in [values, required, required.merging(unnamed) { first, _ in first }] {
                    await check(query, given, fixture)
                }
            }
        }
    }

    private func check(_ query: Query, _ given: [String: String], _ fixture: ServiceFixture) async {
        let now = Timestamp("2026-03-03T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
        let tables: [QueryTable]
        do {
            tables = try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                try query.ask(given, at: now, transaction)
            }
        } catch is Refusal {
            return
        } catch {
            Issue.record("\(query.name) \(given.mapValues { $0.prefix(20) }): \(error)")
            return
        }
        // What the wire does not take is an answer that nobody gets.
        do {
            var limits = JSONLimits.standard
            limits.bodyBytes = 32 << 20
            _ = try QueryReply(json: QueryReply.answered(tables, asOf: now).encode(), limits: limits)
        } catch {
            Issue.record("\(query.name) \(given.mapValues { $0.prefix(20) }) on the wire: \(error)")
        }
    }
}
