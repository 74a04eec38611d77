import Contracts
import HTTPTypes
import Messaging
import Testing

@testable import HTTPAPI

@Suite("Partners' events by HTTP")
struct EventCallTests {
    private static func order(_ number: String, _ changes: (String, String)...) -> String {
        var text = """
            {"orderId": "\(number)", "revision": 1, "customer": {"code": "C-1"}, "branch": "KS01", "businessLine": "road",
             "placedAt": "2026-01-05T09:30:00+08:00", "currency": "CNY", "lines": [{"line": 1, "serviceItem": "ROAD",
             "quantity": "1", "unit": "kg", "revenue": "10.00", "cost": "9.00"}]}
            """
        for (old, new) in changes { text = text.replacing(old, with: new) }
        return text
    }

    private static func event(
        _ id: String, source: String = "acme", type: String = "order.placed.v1", _ data: String? = nil
    ) -> String {
        """
        {"specversion": "1.0", "id": "\(id)", "source": "\(source)", "type": "\(type)", "tenant": 7,
         "datacontenttype": "application/json", "data": \(data ?? order("SO-\(id)"))}
        """
    }

    private static let structured = ["Content-Type": "application/cloudevents+json; charset=utf-8"]
    private static let batch = ["Content-Type": "application/cloudevents-batch+json"]

    @Test("an event in structured form is published by the partner's own exchange, and answered once it is confirmed")
    func structuredForm() async throws {
        let fixture = try Fixture()
        let answer = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.structured, body: Self.event("e-1"))
        #expect(answer.status == 202 && answer.json?["status"]?.string == "accepted")
        #expect(answer.json?["id"]?.string == "e-1" && answer.json?["source"]?.string == "acme")
        let message = try #require(fixture.broker.messages.first)
        #expect(message.exchange == "waybill.inbound.acme" && message.routingKey == "order.placed.v1")
        #expect(message.isMandatory && message.properties.deliveryMode == 2 && message.properties.userID == nil)
        let (envelope, data) = try CloudEventCodec.decode(
            Delivery(
                exchange: message.exchange, routingKey: message.routingKey, properties: message.properties,
                body: message.body))
        #expect(envelope.id == "e-1" && data["orderId"]?.string == "SO-e-1")
    }

    @Test("binary form has its attributes in headers, percent-encoded")
    func binaryForm() async throws {
        let fixture = try Fixture()
        let headers = [
            "Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": "%E8%AE%A2%E5%8D%95-1",
            "ce-source": "acme-2",
            "ce-type": "order.placed.v1", "ce-time": "2026-01-05T01:30:00Z",
        ]
        let answer = try await fixture.one(.post, "/api/v1/events", as: "acme", headers, body: Self.order("SO-1"))
        #expect(answer.status == 202 && answer.json?["id"]?.string == "订单-1")
        #expect(fixture.broker.messages.first?.properties.messageID == "订单-1")
        var bad = headers
        bad["ce-id"] = "%ff"
        let refused = try await fixture.one(.post, "/api/v1/events", as: "acme", bad, body: Self.order("SO-1"))
        #expect(refused.reason == "bad-utf8" && refused.path == "headers.ce-id")
    }

    @Test(
        "what is refused over AMQP is refused here, with the same reason and place, and not published",
        arguments: [
            (event("b", source: "globex"), "source-not-allowed", "source", 403),
            (event("b", type: "order.plcaed.v1"), "unknown-type", "type", 422),
            (event("b", type: "order.placed.v9"), "unknown-version", "type", 422),
            (event("b", type: "finance.order-decided.v1"), "wrong-exchange", "type", 422),
            (event("b", type: "finance.close-alert.v1"), "wrong-exchange", "type", 422),
            (event("b", type: "person.left.v1", #"{"login": "li.wei"}"#), "source-not-allowed", "type", 403),
            (event("b", order("1", (#""CNY""#, #""XYZ""#))), "unknown-currency", "$.currency", 422),
            (event("b", order("1", (#""10.00""#, "10.00"))), "wrong-type", "$.lines[0].revenue", 422),
            (event("b", #"{"orderId": "x"}"#), "missing-field", "$.revision", 422),
            (event(""), "bad-attribute", "$.id", 422),
            (event("b").replacing(#""specversion": "1.0", "#, with: ""), "bad-attribute", "$.specversion", 422),
            (event("b").replacing(#""1.0""#, with: #""2.0""#), "unsupported-spec-version", "$.specversion", 422),
            (event("b").replacing("datacontenttype", with: "data_base64"), "bad-attribute", "$.data_base64", 422),
            ("not json", "not-json", "$", 400), ("", "empty-body", "$", 400), ("[]", "wrong-type", "$", 422),
        ])
    func refused(_ body: String, _ reason: String, _ path: String, _ status: Int) async throws {
        let fixture = try Fixture()
        let answer = try await fixture.one(.post, "/api/v1/events", as: "acme", Self.structured, body: body)
        #expect(answer.status == status && answer.reason == reason)
        #expect(answer.path == path)
        #expect(fixture.broker.messages.isEmpty)
    }

    @Test("a partner names the numbers of others only as its settings let it")
    func references() async throws {
        let fixture = try Fixture()
        func answer(_ number: String, _ said: String) async throws -> Answer {
            let cost = """
                {"costId": "\(number)", "orderId": "SO-1", "orderSource": "\(said)", "line": 1, "state": "actual",
                 "amount": "9.00", "currency": "CNY", "supplier": {"code": "L-1"}, "serviceDate": "2026-01-08"}
                """
            return try await fixture.one(
                .post, "/api/v1/events", as: "globex", Self.structured,
                body: Self.event(number, source: "globex", type: "cost.recorded.v1", cost))
        }
        let refused = try await answer("k-1", "initech")
        #expect(refused.status == 403 && refused.reason == "source-not-allowed" && refused.path == "$.orderSource")
        #expect(try await answer("k-2", "acme").status == 202)
    }

    @Test("without a file of partners whoever may publish is believed, but no service's source")
    func anybody() async throws {
        var fixture = try Fixture()
        fixture.registry = nil
        let taken = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.structured, body: Self.event("e", source: "demo"))
        #expect(taken.status == 202 && fixture.broker.messages.first?.exchange == "waybill.inbound")
        let refused = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.structured, body: Self.event("e", source: "waybill.sales"))
        #expect(refused.status == 403 && refused.reason == "source-not-allowed")
    }

    @Test("of a batch the good ones are published, and each is told what became of it")
    func batchForm() async throws {
        var fixture = try Fixture()
        let good = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.batch, body: "[\(Self.event("1")),\(Self.event("2"))]")
        #expect(good.status == 202 && good.json?["accepted"]?.integer == 2)
        let mixed = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.batch,
            body: "[\(Self.event("3")),\(Self.event("4", source: "globex")),7,\(Self.event("5"))]")
        #expect(mixed.status == 422 && mixed.reason == "source-not-allowed")
        #expect(mixed.json?["accepted"]?.integer == 2 && mixed.json?["refused"]?.integer == 2)
        let events = try #require(mixed.json?["events"]?.elements)
        #expect(events.map { $0["status"]?.string } == ["accepted", "refused", "refused", "accepted"])
        #expect(events.map { $0["index"]?.integer } == [0, 1, 2, 3])
        #expect(events[1]["path"]?.string == "source" && events[2]["reason"]?.string == "wrong-type")
        #expect(fixture.broker.messages.compactMap(\.properties.messageID) == ["1", "2", "3", "5"])
        fixture.broker = FakeBroker { $0.properties.messageID == "7" ? .unknown("lost") : .confirmed }
        let open = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.batch,
            body: "[\(Self.event("6")),\(Self.event("7")),\(Self.event("8", source: "globex"))]")
        #expect(open.status == 503 && open.reason == "not-confirmed" && open.headers[.retryAfter] != nil)
        #expect(
            open.json?["events"]?.elements.map { $0["status"]?.string } == ["accepted", "not-confirmed", "refused"])
    }

    @Test("a batch that is none, or too long, is refused as a whole")
    func badBatches() async throws {
        let fixture = try Fixture()
        let many = "[\(Array(repeating: "{}", count: EventCall.mostEvents + 1).joined(separator: ","))]"
        for (body, status, reason) in [
            ("{}", 400, "wrong-type"), ("[{]", 400, "not-json"), (many, 400, "too-many-elements"),
            (String(repeating: " ", count: EventCall.mostBytes + 1), 413, "body-too-large"),
        ] {
            let answer = try await fixture.one(.post, "/api/v1/events", as: "acme", Self.batch, body: body)
            #expect(answer.status == status && answer.reason == reason)
        }
        let empty = try await fixture.one(.post, "/api/v1/events", as: "acme", Self.batch, body: "[]")
        #expect(empty.status == 202 && empty.json?["accepted"]?.integer == 0)
        #expect(fixture.broker.messages.isEmpty)
    }

    @Test(
        "what the broker has not confirmed is not taken",
        arguments: [PublishOutcome.returned(code: 312, text: "NO_ROUTE"), .refused, .unknown("lost")])
    func notConfirmed(_ outcome: PublishOutcome) async throws {
        var fixture = try Fixture()
        fixture.broker = FakeBroker { _ in outcome }
        let answer = try await fixture.one(.post, "/api/v1/events", as: "acme", Self.structured, body: Self.event("e"))
        #expect(answer.status == 503 && answer.reason == "not-confirmed" && answer.headers[.retryAfter] == "5")
        fixture.broker = FakeBroker { _ in .tooLarge }
        let large = try await fixture.one(.post, "/api/v1/events", as: "acme", Self.structured, body: Self.event("e"))
        #expect(large.status == 413 && large.reason == "body-too-large")
    }

    @Test("a misspelt field, which nobody reads, is named; people and other content are refused")
    func remarks() async throws {
        let fixture = try Fixture()
        let data = Self.order("1", (#""branch""#, #""brnach": 1, "branch""#))
        let answer = try await fixture.one(
            .post, "/api/v1/events", as: "acme", Self.structured, body: Self.event("e", data))
        #expect(answer.json?["unknownFields"]?.elements.map(\.string) == ["$.brnach"])
        let person = try await fixture.one(.post, "/api/v1/events", Self.structured, body: Self.event("e"))
        #expect(person.status == 403 && person.reason == "out-of-scope")
        let text = try await fixture.one(
            .post, "/api/v1/events", as: "acme", ["Content-Type": "text/plain"], body: Self.event("e"))
        #expect(text.status == 415 && text.headers.value("Accept-Post")?.contains("cloudevents-batch+json") == true)
        let named = try await fixture.one(
            .post, "/api/v1/events?source=acme", as: "acme", Self.structured, body: Self.event("e"))
        #expect(named.status == 400 && named.path == "parameters.source")
    }
}
