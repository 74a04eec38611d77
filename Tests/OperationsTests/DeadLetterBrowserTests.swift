import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Messaging
import Testing

@testable import Operations

@Suite("Dead letters on the browser")
struct DeadLetterBrowserTests {
    private func letter(
        _ service: ServiceName = .finance, headers: [String: HeaderValue] = [:], id: String? = "m1",
        type: String? = "order.placed.v1", source: String? = "erp"
    ) -> BrowsedDeadLetter {
        BrowsedDeadLetter(
            service: service,
            delivery: Delivery(
                exchange: Exchanges.dead, routingKey: service.rawValue,
                properties: MessageProperties(headers: headers, messageID: id, type: type, appID: source), body: []))
    }

    @Test("attributes are read from properties, then from a CloudEvent's headers, then from where it was sent")
    func attributes() {
        let event = letter(
            headers: [
                "cloudEvents:id": .string("e1"), "cloudEvents_source": .string("wms"),
                "cloudEvents:type": .string("order.cancelled.v1"),
            ], id: nil, type: nil, source: nil)
        #expect((event.id, event.source, event.type) == ("e1", "wms", "order.cancelled.v1"))
        let bare = letter(
            headers: [DeadLetter.Header.routingKey: .string("order.placed.v1")], id: nil, type: nil, source: nil)
        #expect((bare.id, bare.source, bare.type) == (nil, nil, "order.placed.v1"))
        #expect(bare.reason == "given-up-by-the-broker")
    }

    @Test(
        "of what the broker gave up it is said when, and why in words",
        arguments: [
            ("expired", "1000", "its sender gave it 1000 ms, and in that time it was not taken from finance.inbound"),
            ("expired", nil, "a policy of the broker"), ("maxlen", nil, "which was full"),
            ("rejected", nil, "rejected it"), ("delivery_limit", nil, "as often as its limit allows"),
            ("something-new", nil, "'something-new'"),
        ])
    func givenUp(_ reason: String, _ expiration: String?, _ words: String) throws {
        var properties = MessageProperties(headers: ["x-death": .other], messageID: "m1", appID: "erp")
        properties.deaths = [
            BrokerDeath(queue: "elsewhere", reason: "expired", time: 1),
            BrokerDeath(
                queue: "finance.inbound", reason: reason, time: 1_772_416_800, exchange: Exchanges.inbound,
                routingKey: "order.placed.v1", expiration: expiration),
        ]
        func found(_ service: ServiceName, _ properties: MessageProperties) -> BrowsedDeadLetter {
            BrowsedDeadLetter(
                service: service,
                delivery: Delivery(
                    exchange: Exchanges.dead, routingKey: service.rawValue, properties: properties, body: []))
        }
        let letter = found(.finance, properties)
        let at = Timestamp(microsecondsSinceEpoch: 1_772_416_800_000_000)
        #expect(letter.isGivenUp && letter.reason == "given-up-by-the-broker")
        #expect(letter.refusedAt == at && letter.type == "order.placed.v1")
        #expect(letter.detail?.contains(words) == true)
        var selection = DeadLetterSelection()
        (selection.since, selection.until) = (at, at.adding(seconds: 1))
        #expect(selection.takes(letter))

        // Published anew, and by way of a file, it says the same; sent on it says nothing of it any more.
        let again = found(.finance, BrowsedDeadLetter.copied(letter.delivery.properties))
        let message = try LetterFile.message(LetterFile.line(letter))
        for other in [again, found(.finance, message.properties)] {
            #expect(other.isGivenUp && other.detail == letter.detail && other.refusedAt == letter.refusedAt)
        }
        let replayed = DeadLetter.replay(of: letter.delivery, service: .finance).properties.headers
        #expect(replayed.keys.filter { $0 != DeadLetter.Header.replayed }.isEmpty)

        // What another's queue has written, or a sender, is not taken for it; nor is what a service refused.
        let other = found(.sales, properties)
        #expect(other.isGivenUp && other.refusedAt == nil && other.detail == nil)
        properties.headers[DeadLetter.Header.reason] = .string("not-json")
        #expect(!found(.finance, properties).isGivenUp)
        properties.headers = [
            "x-first-death-queue": .string("finance.inbound"), "x-first-death-reason": .string(reason),
        ]
        properties.deaths = [BrokerDeath(queue: "finance.inbound", reason: "expired", time: .max)]
        #expect(found(.finance, properties).refusedAt == nil)
        properties.deaths = []
        #expect(found(.finance, properties).detail?.isEmpty == false)
    }

    @Test("a selection takes what it names; a letter without a time is in no span of time")
    func selection() throws {
        let at = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
        let refused = letter(headers: [
            DeadLetter.Header.reason: .string("not-json"), DeadLetter.Header.refusedAt: .string(at.description),
        ])
        func takes(_ letter: BrowsedDeadLetter, _ change: (inout DeadLetterSelection) -> Void) -> Bool {
            var selection = DeadLetterSelection()
            change(&selection)
            return selection.takes(letter)
        }
        #expect(takes(refused) { _ in })
        #expect(takes(refused) { $0.reason = "not-json" })
        #expect(!takes(refused) { $0.reason = "missing-field" })
        #expect(!takes(refused) { $0.type = "order.cancelled.v1" })
        #expect(!takes(refused) { $0.source = "wms" })
        #expect(!takes(refused) { $0.id = "m2" })
        #expect(takes(refused) { $0.since = at })
        #expect(!takes(refused) { $0.until = at })
        #expect(!takes(letter()) { $0.since = at })
        #expect(!takes(letter()) { $0.until = at })
    }
}

@Suite("Mending a letter, in the form in which it came")
struct MendingTests {
    private static let data =
        #"{"orderId":"SO-1","revision":1,"cancelledAt":"2026-03-02T10:00:00+08:00","reason":"x"}"#
    private static let wrong = data.replacing("SO-1", with: "")

    private func letter(_ properties: MessageProperties, _ body: String) -> BrowsedDeadLetter {
        BrowsedDeadLetter(
            service: .finance,
            delivery: Delivery(
                exchange: Exchanges.dead, routingKey: "finance", properties: properties, body: Array(body.utf8)))
    }

    private static func event(_ data: String) -> String {
        #"{"specversion":"1.0","id":"e-1","source":"demo","type":"order.cancelled.v1",\#(data)}"#
    }

    private static func coded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static let forms: [(String, MessageProperties, String)] = [
        ("plain", MessageProperties(messageID: "e-1", type: "order.cancelled.v1", appID: "demo"), wrong),
        ("ce-", headers("ce-"), wrong), ("cloudEvents_", headers("cloudEvents_"), wrong),
        ("cloudEvents:", headers("cloudEvents:"), wrong),
        ("structured", structured, event(#""data":\#(wrong)"#)),
        ("base64", structured, event(#""data_base64":"\#(coded(wrong))""#)),
        ("a text of JSON", structured, event(#""data":"\#(wrong.replacing("\"", with: "\\\""))""#)),
    ]

    private static let structured = MessageProperties(contentType: "application/cloudevents+json; charset=utf-8")

    private static func headers(_ spelling: String) -> MessageProperties {
        MessageProperties(headers: [
            spelling + "specversion": .string("1.0"), spelling + "id": .string("e-1"),
            spelling + "source": .string("demo"), spelling + "type": .string("order.cancelled.v1"),
        ])
    }

    @Test("each form shows who it is, is mended by the same words, and is read afterwards", arguments: forms)
    func eachForm(_ name: String, _ properties: MessageProperties, _ body: String) throws {
        let letter = letter(properties, body)
        #expect((letter.id, letter.source, letter.type) == ("e-1", "demo", "order.cancelled.v1"))
        var mending = Mending()
        mending.changes = ["revision=7"]
        #expect(throws: Failure.self) { try letter.mended(mending) }
        for path in ["orderId", name == "structured" || name == "base64" ? "data.orderId" : "$.orderId"] {
            mending.changes = ["\(path)=SO-2"]
            let mended = try letter.mended(mending)
            let (envelope, data) = try CloudEventCodec.decode(
                Delivery(exchange: "", routingKey: "", properties: mended.properties, body: mended.body))
            #expect((envelope.id, data["orderId"]?.string) == ("e-1", "SO-2"), "\(path)")
        }
        if name == "base64" {
            mending.changes = ["orderId=SO-2"]
            #expect(String(decoding: try letter.mended(mending).body, as: UTF8.self).contains("data_base64"))
        }
        mending.changes = ["orderId=SO-2"]
        mending.id = "e-2"
        mending.type = "order.nothing.v1"
        #expect(throws: Failure.self) { try letter.mended(mending) }
        mending.type = nil
        let renamed = try letter.mended(mending)
        let again = MessageGlimpse(renamed.properties, body: renamed.body)
        #expect(again.id == "e-2")
    }

    @Test("several letters are changed alike; what does not keep its contract so is named and stays")
    func group() throws {
        let properties = MessageProperties(messageID: "e-1", type: "order.cancelled.v1", appID: "demo")
        var other = properties
        other.messageID = "e-2"
        let letters = [
            letter(properties, Self.wrong), letter(other, #"{"orderId":"","revision":0}"#), letter(other, "no json"),
        ]
        var mending = Mending()
        mending.changes = ["orderId=SO-2"]
        let plan = mending.plan(letters)
        #expect(plan.mended.map(\.letter.handle) == ["e-1"])
        #expect(plan.mended.map { String(decoding: $0.message.body, as: UTF8.self) }[0].contains("SO-2"))
        #expect(plan.failed.map(\.letter.handle) == ["e-2", "e-2"])
        #expect(plan.failed.allSatisfy { !$0.why.isEmpty })
    }

    @Test("a message without an id has a name to pick it by, and can be given an id")
    func nameless() throws {
        let letter = letter(MessageProperties(type: "order.cancelled.v1", appID: "demo"), Self.data)
        #expect(letter.id == nil)
        #expect(letter.handle.hasPrefix("no-id-"))
        var selection = DeadLetterSelection()
        selection.id = letter.handle
        #expect(selection.takes(letter))
        var mending = Mending()
        mending.changes = ["reason=y"]
        let error = #expect(throws: Failure.self) { try letter.mended(mending) }
        #expect("\(String(describing: error))".contains("missing-id"))
        mending.id = "e-9"
        #expect(try letter.mended(mending).properties.messageID == "e-9")
    }

    @Test("two ids that only look the same are two")
    func byBytes() {
        let letter = letter(MessageProperties(messageID: "caf\u{e9}"), "")
        var selection = DeadLetterSelection()
        selection.id = "cafe\u{301}"
        #expect(!selection.takes(letter))
        selection.id = "caf\u{e9}"
        #expect(selection.takes(letter))
    }
}

@Suite("Mending a body")
struct BodyEditTests {
    private func edited(_ body: String, _ changes: String...) throws -> String {
        String(decoding: try BodyEdit.apply(changes, to: Array(body.utf8)), as: UTF8.self)
    }

    @Test("single values are changed where they stand; a decimal stays a text, a number becomes one")
    func values() throws {
        #expect(try edited(#"{"a":"x"}"#, "a=12.50") == #"{"a":"12.50"}"#)
        #expect(try edited(#"{"a":"x"}"#, "$.a=12") == #"{"a":12}"#)
        #expect(try edited(#"{"a":[{"b":1},{"b":2}]}"#, "a[1].b=true") == #"{"a":[{"b":1},{"b":true}]}"#)
        #expect(try edited(#"{"a":1}"#, #"a="7""#) == #"{"a":"7"}"#)
        #expect(try edited(#"{}"#, "a.b=c/d") == #"{"a":{"b":"c/d"}}"#)
    }

    @Test(
        "what cannot be changed is said",
        arguments: [("no json", "a=1"), (#"{"a":[]}"#, "a[0]=1"), (#"{"a":1}"#, "a"), (#"{"a":1}"#, "a.b=1")])
    func refused(_ body: String, _ change: String) {
        #expect(throws: Failure.self) { try edited(body, change) }
    }
}
