import Contracts
import HTTPTypes
import Messaging
import Testing

@testable import HTTPAPI

@Suite("What partners hear by HTTP")
struct HearingTests {
    @Test("a partner hears its own queue, with a receipt for what it has kept")
    func hears() async throws {
        var fixture = try Fixture()
        fixture.hearing = FakeQueue { partner, receipt, most, patience in
            #expect(partner == "acme" && receipt == "r-1" && most == 5 && patience == .seconds(3))
            let properties = MessageProperties(
                contentType: "application/cloudevents+json", correlationID: "e-1", messageID: "m-1",
                type: "partner.order-decided.v1")
            return PartnerMessages(
                messages: [
                    Delivery(exchange: "", routingKey: "", properties: properties, body: Array(#"{"id":"m-1"}"#.utf8)),
                    Delivery(
                        exchange: "", routingKey: "", properties: MessageProperties(), body: Array("rubbish".utf8)),
                ], receipt: "r-2")
        }
        let answer = try await fixture.one(
            .get, "/api/v1/partner/events?wait=3&max=5&receipt=r-1", as: "acme")
        #expect(answer.status == 200 && answer.json?["receipt"]?.string == "r-2")
        let messages = try #require(answer.json?["messages"]?.elements)
        #expect(
            messages[0]["type"]?.string == "partner.order-decided.v1" && messages[0]["body"]?["id"]?.string == "m-1")
        #expect(messages[0]["correlationId"]?.string == "e-1" && messages[1]["body"]?.kind == .null)
    }

    @Test(
        "what it does not take is refused",
        arguments: ["wait=61", "wait=-1", "max=0", "max=1000000000", "colour=red", "max=1&max=2"])
    func refused(_ query: String) async throws {
        var fixture = try Fixture()
        fixture.hearing = FakeQueue { _, _, _, _ in
            Issue.record("nobody is asked")
            return PartnerMessages(messages: [], receipt: nil)
        }
        let answer = try await fixture.one(.get, "/api/v1/partner/events?\(query)", as: "acme")
        #expect(answer.status == 400 && answer.path?.hasPrefix("parameters.") == true)
    }

    @Test("where partners do not hear by HTTP it says so; a broker that is away is 503; people have no queue")
    func absent() async throws {
        var fixture = try Fixture()
        #expect(try await fixture.one(.get, "/api/v1/partner/events", as: "acme").reason == "no-such-address")
        fixture.hearing = FakeQueue { _, _, _, _ in throw ServiceSilence(.away, "amqp://inside") }
        let away = try await fixture.one(.get, "/api/v1/partner/events", as: "acme")
        #expect(away.status == 503 && away.reason == "service-away" && !away.text.contains("inside"))
        #expect(try await fixture.one(.get, "/api/v1/partner/events").reason == "out-of-scope")
    }
}
