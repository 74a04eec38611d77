import BrokerLayout
import Contracts
import Domain
import Messaging
import Testing

@testable import ServiceKit

@Suite("What partners hear")
struct PartnerPostTests {
    private let publishers: Publishers
    private let post: PartnerPost
    private let questions: PartnerQuestions
    private let now: Timestamp

    init() throws {
        let settings = """
            {"partners": [{"name": "acme", "users": ["pa"], "sources": ["acme", "acme-*"], "queue": true},
                          {"name": "globex", "users": ["pg"], "sources": ["globex"], "queue": true},
                          {"name": "initech", "users": ["pi"], "sources": ["initech"]}]}
            """
        publishers = .registered(try PartnerRegistry(json: Array(settings.utf8)))
        post = try #require(PartnerPost(publishers))
        questions = try #require(PartnerQuestions(publishers))
        now = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
    }

    private func decided(_ source: String) -> (Envelope, [UInt8]) {
        let event = OrderDecided(
            source: source, orderId: "O1", revision: 2, customerId: "c1", customerCode: "C1", businessLine: "road",
            branch: "KS01", decision: .refused, rule: "stopped",
            figures: AcceptanceFigures(
                orders: 9, revenue: FixedDecimal(7_777), cost: FixedDecimal(8_888), margin: FixedDecimal(-1_111),
                currency: .cny, window: FigureWindow(from: now.day(), to: now.day())), decidedAt: now)
        let envelope = Envelope(
            id: "e1", source: ServiceName.finance.source, type: OrderDecided.type, time: now, correlationID: "m1")
        return (envelope, envelope.structuredBody(data: event.encode()))
    }

    private func read<Body: Message>(_ outgoing: Outgoing, _ type: Body.Type) throws -> Body {
        try Body(node: #require(JSONDocument(parsing: outgoing.body).root["data"]))
    }

    @Test("an order's partner hears the decision, without what we earn, and nobody else hears of it")
    func decisions() throws {
        let (envelope, body) = decided("acme-east")
        let copies = post.copies(of: envelope, body: body)
        let copy = try #require(copies.first)
        #expect(copies.count == 1)
        #expect(copy.exchange == "waybill.partners")
        #expect(copy.routingKey == "acme.partner.order-decided.v1")
        #expect(copy.properties.correlationID == "m1")
        let told = try read(copy, PartnerOrderDecided.self)
        #expect(told.decision == .refused && told.reason == "stopped" && told.decisionNumber == 1)
        let text = String(decoding: copy.body, as: UTF8.self)
        for secret in ["7777", "8888", "1111", "c1"] { #expect(!text.contains(secret)) }
        // Published again, it is the same message.
        #expect(post.copies(of: envelope, body: body).first?.properties.messageID == copy.properties.messageID)
        for silent in ["initech", "unheard-of"] {
            let (envelope, body) = decided(silent)
            #expect(post.copies(of: envelope, body: body).isEmpty)
        }
    }

    @Test("a partner is told those figures that its settings allow, and no other")
    func figures() throws {
        func told(_ figures: String) throws -> PartnerFigures? {
            let settings = """
                {"partners": [{"name": "acme", "users": ["pa"], "sources": ["acme"], "queue": true\(figures)}]}
                """
            let post = try #require(
                PartnerPost(.registered(try PartnerRegistry(json: Array(settings.utf8)))))
            let (envelope, body) = decided("acme")
            let copy = try #require(post.copies(of: envelope, body: body).first)
            return try read(copy, PartnerOrderDecided.self).figures
        }
        let all = try #require(try told(", \"figures\": [\"revenue\", \"cost\", \"margin\"]"))
        #expect(all.revenue == FixedDecimal(7_777) && all.cost == FixedDecimal(8_888))
        #expect(all.margin == FixedDecimal(-1_111) && all.currency == .cny)
        let revenue = try #require(try told(", \"figures\": [\"revenue\"]"))
        #expect(revenue.revenue == FixedDecimal(7_777) && revenue.cost == nil && revenue.margin == nil)
        #expect(try told("") == nil)
        #expect(try told(", \"figures\": []") == nil)
        for wrong in [", \"figures\": [\"profit\"]", ", \"figures\": \"revenue\"", ", \"figures\": [7]"] {
            #expect(throws: Refusal.self) { try told(wrong) }
        }
    }

    @Test("of a customer that several have, each hears under its own codes alone")
    func acceptance() throws {
        let event = AcceptanceChanged(
            customerId: "c1", businessLine: "road", state: .stopped, previous: .open, reason: "they owe too much",
            level: .stopped, changedAt: now,
            accounts: [
                AccountName(source: "acme", code: "A1"), AccountName(source: "acme-east", code: "A2"),
                AccountName(source: "globex", code: "G1"), AccountName(source: "initech", code: "I1"),
            ])
        let envelope = Envelope(
            id: "e2", source: ServiceName.finance.source, type: AcceptanceChanged.type, time: now)
        let copies = post.copies(of: envelope, body: envelope.structuredBody(data: event.encode()))
        let told = try copies.map { try read($0, PartnerAcceptanceChanged.self) }
        #expect(told.map(\.customerCode) == ["A1", "A2", "G1"])
        #expect(copies.map { $0.routingKey.prefix { $0 != "." } } == ["acme", "acme", "globex"])
        #expect(told.allSatisfy { $0.reason == "set-by-hand" })
        #expect(Set(copies.map(\.properties.messageID)).count == 3)
    }

    @Test("who has published what is refused hears why, once for all who refuse it for the same reason")
    func refusals() throws {
        let refusal = Refusal(.unknownCurrency, path: "$.currency", "RMB is none")
        let properties = MessageProperties(messageID: "m1", type: "order.placed.v1", appID: "globex")
        let delivery = Delivery(
            exchange: "waybill.inbound.acme", routingKey: "order.placed.v1", properties: properties, body: [])
        let told = [ServiceName.finance, .sales].compactMap {
            post.refused(delivery, nil, refusal, by: $0, at: now)
        }
        // To whoever the broker says has published it, whatever source it names.
        #expect(told.map(\.routingKey) == ["acme.partner.message-refused.v1", "acme.partner.message-refused.v1"])
        #expect(told.first?.properties.messageID == told.last?.properties.messageID)
        let body = try read(#require(told.first), PartnerMessageRefused.self)
        #expect(body.messageId == "m1" && body.reason == "unknown-currency" && body.path == "$.currency")
        for nobody in ["waybill.inbound", "waybill.inbound.initech", "waybill.events", ""] {
            let delivery = Delivery(exchange: nobody, routingKey: "x", properties: properties, body: [])
            #expect(post.refused(delivery, nil, refusal, by: .finance, at: now) == nil)
        }
    }

    @Test("of every pair of who asks and whose customer it is only a partner's own, with a queue, is answered")
    func everyPair() throws {
        let users = ["acme": "pa", "globex": "pg", "initech": "pi"]
        let sources = ["acme": "acme-east", "globex": "globex", "initech": "initech", "": "unheard-of"]
        for (asker, user) in users {
            let ways: [(String, String?)] = [("waybill.inbound.\(asker)", nil), ("waybill.inbound", user)]
            for (exchange, verified) in ways {
                for (owner, source) in sources {
                    let delivery = Delivery(
                        exchange: exchange, routingKey: "finance.acceptance.ask",
                        properties: MessageProperties(replyTo: "partner.\(owner)", userID: verified),
                        body: Array(#"{"source": "\#(source)", "customerCode": "C1", "businessLine": "road"}"#.utf8))
                    let partner = questions.partner(of: delivery)
                    #expect(partner?.name == (asker == "initech" ? nil : asker), "\(asker) by \(exchange)")
                    guard let partner else { continue }
                    let answered = try? questions.question(delivery, by: partner)
                    #expect((answered != nil) == (asker == owner), "\(asker) of \(owner) by \(exchange)")
                }
            }
            // No other question of a service is one of partners, whatever it is called.
            for service in ServiceName.allCases {
                let delivery = Delivery(
                    exchange: "waybill.inbound.\(asker)", routingKey: "\(service.rawValue).run-query.v1",
                    properties: MessageProperties(replyTo: "partner.\(asker)"), body: [])
                #expect(!PartnerQuestions.asks(delivery))
            }
        }
    }

    @Test("a partner asks for its own customers, and the answer goes to its own queue")
    func asking() throws {
        func ask(_ exchange: String, _ source: String, user: String? = nil) -> Delivery {
            Delivery(
                exchange: exchange, routingKey: "finance.acceptance.ask",
                properties: MessageProperties(replyTo: "partner.globex", userID: user),
                body: Array(#"{"source": "\#(source)", "customerCode": "C1", "businessLine": "road"}"#.utf8))
        }
        let own = ask("waybill.inbound.acme", "acme")
        let partner = try #require(questions.partner(of: own))
        #expect(partner.name == "acme")
        #expect(try questions.question(own, by: partner).customerCode == "C1")
        let refusal = #expect(throws: Refusal.self) {
            try questions.question(ask("waybill.inbound.acme", "globex"), by: partner)
        }
        #expect(refusal?.reason == .sourceNotAllowed)
        #expect(questions.partner(of: ask("waybill.inbound", "acme", user: "pg"))?.name == "globex")
        #expect(questions.partner(of: ask("waybill.inbound", "acme")) == nil)
        #expect(questions.partner(of: ask("waybill.inbound.initech", "initech")) == nil)
        #expect(!PartnerQuestions.asks(ask("waybill.commands", "acme")))
    }
}
