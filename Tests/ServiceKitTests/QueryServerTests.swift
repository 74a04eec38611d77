import BrokerLayout
import Domain
import Messaging
import Postgres
import TestSupport
import Testing

@testable import Contracts
@testable import ServiceKit

/// A question made for these tests: half of a number, by the database.
private let halves = QueryDescription(
    .finance, "halves", "Half of a number.", [.integer("of", 0...1_000, otherwise: 2, "Of this.")],
    shows: .order, answers: [.whole("half", [.count("half")])])

@Suite(
    "What answers questions",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)), .timeLimit(.minutes(2)))
struct QueryServerTests {
    /// What the question does beside answering.
    private enum Outcome {
        case answers
        case fails
        case breaks
        case isCancelled
    }

    private struct Broken: Error {}

    private static let partners = """
        {"partners": [{"name": "acme", "users": ["pa"], "sources": ["acme"], "queue": true},
                      {"name": "initech", "users": ["pi"], "sources": ["initech"]}]}
        """

    private static func half(_ outcome: Outcome) -> Query {
        Query(halves) { arguments, transaction in
            switch outcome {
            case .answers: break
            case .fails: _ = try transaction.query("select 1 / (1 - 1)", as: Int.self)
            case .breaks: throw Broken()
            case .isCancelled: throw CancellationError()
            }
            return [
                try arguments.table("half", "select (\(try arguments.integer("of")) / 2)::bigint as half", transaction)
            ]
        }
    }

    /// Whether an order is taken, with what nobody outside is told.
    private static let acceptance = Query(AcceptanceQuestions.ask) { arguments, _ in
        let row: [String?] = [
            "needs-approval", "credit-hold", nil, "c1", "true", "held", "9", "7777", "8888", "-1111", "CNY",
            "2026-03-02",
            "2026-03-02", "margin", nil, nil, "late payer",
        ]
        return [try arguments.table("answer", rows: [row])]
    }

    private func with(_ queries: [Query], _ body: (QueryServer) async throws -> Void) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                repeatables: Schema.hostRepeatables, logger: TestServers.quiet
            ).migrate(database.configuration())
            let publishers = Publishers.registered(try PartnerRegistry(json: Array(Self.partners.utf8)))
            try await body(
                QueryServer(
                    service: .finance, queries: queries, pool: try database.pool(size: 2),
                    clock: ServiceClock(mode: .system) { _ in }, metrics: ServiceMetrics(of: .finance),
                    partners: PartnerQuestions(publishers), publishers: publishers, logger: TestServers.quiet))
        }
    }

    private static func asking(_ question: String = "halves", _ values: [String: String] = [:]) -> Delivery {
        Delivery(
            exchange: Exchanges.commands, routingKey: "finance.run-query.v1",
            properties: MessageProperties(replyTo: "answers", userID: "li.wei"),
            body: RunQuery(
                query: question, parameters: values.map { QueryParameter(name: $0.key, value: $0.value) }
            ).encode())
    }

    private static func partner(_ exchange: String, source: String, user: String? = nil) -> Delivery {
        Delivery(
            exchange: exchange, routingKey: Exchanges.acceptanceAsk,
            properties: MessageProperties(replyTo: "partner.initech", userID: user),
            body: Array(#"{"source": "\#(source)", "customerCode": "C1", "businessLine": "road"}"#.utf8))
    }

    @Test("it answers by the service's clock; what it has not, and what it cannot read, it refuses and says why")
    func refusal() async throws {
        try await with([Self.half(.answers)]) { server in
            let half = try #require(await server.answer(Self.asking("halves", ["of": "84"])))
            #expect(half.status == .answered && half.tables.first?.rows.map(\.values) == [["42"]])
            #expect(server.addressee(Self.asking()) == "answers")
            let unknown = try #require(await server.answer(Self.asking("thirds")))
            #expect(unknown.reason == Reason.valueNotAllowed.rawValue)
            #expect(unknown.detail?.contains("no query 'thirds'; it has: halves") == true)
            for values in [["of": "many"], ["of": "1001"], ["from": "2026-03-02"]] {
                let refused = try #require(await server.answer(Self.asking("halves", values)))
                #expect(refused.status == .refused && refused.detail?.hasPrefix("parameters.") == true, "\(values)")
            }
            let rubbish = Delivery(
                exchange: Exchanges.commands, routingKey: "finance.run-query.v1",
                properties: MessageProperties(userID: "li.wei"), body: Array("{".utf8))
            #expect(await server.answer(rubbish)?.status == .refused)
        }
    }

    @Test("a question that fails is refused as an error of ours, and what is asked next is answered")
    func failure() async throws {
        for outcome in [Outcome.fails, .breaks] {
            try await with([Self.half(outcome), Self.acceptance]) { server in
                // More often than there are connections: each is given back.
                for _ in 0..<4 {
                    let failed = try #require(await server.answer(Self.asking()))
                    #expect(failed.reason == Reason.internalError.rawValue)
                    #expect(failed.detail?.contains("could not answer") == true)
                }
                let values = ["customer": "C1", "source": "erp", "businessLine": "road"]
                #expect(await server.answer(Self.asking(AcceptanceQuestions.ask.name, values))?.status == .answered)
            }
        }
    }

    @Test("a question that is cut off by the end of the service has no answer, so that another copy gives one")
    func cancellation() async throws {
        try await with([Self.half(.isCancelled)]) { server in
            #expect(await server.answer(Self.asking()) == nil)
            #expect(await server.reply(Self.asking()) == nil)
        }
    }

    @Test("a partner is answered for its own sources by its own queue, without figures; anybody else is refused")
    func partners() async throws {
        try await with([Self.acceptance]) { server in
            let own = Self.partner("\(Exchanges.inbound).acme", source: "acme")
            #expect(server.addressee(own) == Queues.partner("acme"))
            let body = try #require(await server.reply(own))
            let answer = try FieldReader.read(AcceptanceAnswer.self, from: body)
            #expect(answer.decision == .needsApproval && answer.reason == "credit-hold" && answer.isCustomerKnown)
            let text = String(decoding: body, as: UTF8.self)
            for secret in ["7777", "8888", "1111", "c1", "late payer"] { #expect(!text.contains(secret), "\(secret)") }
            let foreign = Self.partner("\(Exchanges.inbound).acme", source: "initech")
            let nobody = Self.partner(Exchanges.inbound, source: "acme")
            let silent = Self.partner("\(Exchanges.inbound).initech", source: "initech")
            #expect(server.addressee(nobody) == nil && server.addressee(silent) == nil)
            for (delivery, reason) in [
                (foreign, Reason.sourceNotAllowed), (nobody, .publisherUnknown), (silent, .publisherUnknown),
            ] {
                let refused = try FieldReader.read(
                    QuestionRefused.self, from: try #require(await server.reply(delivery)))
                #expect(refused.refused == reason.rawValue)
            }
        }
        // One that does not decide on orders says so, and no partner hears why something failed.
        for queries in [[], [Query(AcceptanceQuestions.ask) { _, _ in throw Broken() }]] {
            try await with(queries) { server in
                let own = Self.partner("\(Exchanges.inbound).acme", source: "acme")
                let refused = try FieldReader.read(QuestionRefused.self, from: try #require(await server.reply(own)))
                #expect(refused.refused == Reason.internalError.rawValue && !refused.detail.contains("Broken"))
            }
        }
    }
}
