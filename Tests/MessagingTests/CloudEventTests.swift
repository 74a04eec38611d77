import Contracts
import Foundation
import Testing

@testable import Messaging

@Suite("CloudEvents")
struct CloudEventTests {
    private let body = Array(#"{"x": 1}"#.utf8)

    private func delivery(_ properties: MessageProperties, _ body: [UInt8]? = nil) -> Delivery {
        Delivery(exchange: "e", routingKey: "k", properties: properties, body: body ?? self.body)
    }

    @Test("plain, binary in three spellings, and structured say the same")
    func forms() throws {
        let plain = delivery(
            MessageProperties(contentType: "application/json", messageID: "1", type: "a.b.v1", appID: "s"))
        var all = [plain]
        for spelling in ["cloudEvents_", "cloudEvents:", "ce-"] {
            var headers: [String: HeaderValue] = [:]
            for (name, value) in ["specversion": "1.0", "id": "1", "source": "s", "type": "a.b.v1"] {
                headers[spelling + name] = .string(value)
            }
            all.append(delivery(MessageProperties(contentType: "application/json", headers: headers)))
        }
        let envelope = Envelope(id: "1", source: "s", type: MessageType("a.b.v1"))
        all.append(
            delivery(CloudEventCodec.properties(of: envelope), envelope.structuredBody(data: Array(#"{"x":1}"#.utf8))))
        for one in all {
            let (found, data) = try CloudEventCodec.decode(one)
            #expect(found == envelope)
            #expect(data["x"]?.integer == 1)
        }
    }

    @Test("what is incomplete, mixed or of another kind is refused with its reason")
    func refusals() {
        func reason(_ properties: MessageProperties, _ body: [UInt8]? = nil) -> Reason? {
            do {
                _ = try CloudEventCodec.decode(delivery(properties, body))
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(reason(MessageProperties(messageID: "1", appID: "s")) == .missingType)
        #expect(reason(MessageProperties(type: "t.u.v1", appID: "s")) == .missingID)
        #expect(reason(MessageProperties(messageID: "1", type: "t.u.v1")) == .missingSource)
        #expect(
            reason(MessageProperties(headers: ["ce-id": .string("1"), "cloudEvents_type": .string("t")]))
                == .mixedHeaderSpellings)
        #expect(reason(MessageProperties(contentType: "application/cloudevents-batch+json")) == .batchNotSupported)
        #expect(reason(MessageProperties(contentType: "text/xml")) == .unsupportedContentType)
        #expect(
            reason(
                MessageProperties(contentType: "application/cloudevents+json"),
                Array(#"{"specversion": "0.3", "id": "1", "source": "s", "type": "t", "data": {}}"#.utf8))
                == .unsupportedSpecVersion)
    }

    @Test("data in Base64 is read, data that comes twice is refused, and so is data that is no JSON")
    func base64() throws {
        func event(_ data: String) -> Delivery {
            delivery(
                MessageProperties(contentType: "application/cloudevents+json"),
                Array(#"{"specversion":"1.0","id":"1","source":"s","type":"t.u.v1",\#(data)}"#.utf8))
        }
        func refusal(_ data: String) -> Refusal? {
            do {
                _ = try CloudEventCodec.decode(event(data))
                return nil
            } catch { return error }
        }
        let coded = #""data_base64":"eyJ4IjogMX0=""#
        #expect(try CloudEventCodec.decode(event(coded)).1["x"]?.integer == 1)
        #expect(
            try CloudEventCodec.decode(event(coded + #","datacontenttype":"application/json; charset=utf-8""#)).1["x"]
                != nil)
        #expect(refusal(coded + #","data":{"x":1}"#)?.path == "$.data_base64")
        #expect(refusal(#""data_base64":"no base64 !""#)?.path == "$.data_base64")
        #expect(refusal(#""data_base64":7"#)?.path == "$.data_base64")
        #expect(refusal(#""data_base64":"bm8ganNvbg==""#)?.reason == .notJSON)
        #expect(refusal(#""data":{"x":1},"datacontenttype":"application/xml""#)?.reason == .unsupportedContentType)
        #expect(refusal(#""subject":"x""#)?.path == "$.data")
    }

    @Test("a byte order mark before the body is passed over, in every form")
    func byteOrderMark() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let properties = MessageProperties(messageID: "1", type: "a.b.v1", appID: "s")
        #expect(try CloudEventCodec.decode(delivery(properties, mark + body)).1["x"]?.integer == 1)
        let event = Array(#"{"specversion":"1.0","id":"1","source":"s","type":"t.u.v1","data":{"x":1}}"#.utf8)
        let structured = MessageProperties(contentType: "application/cloudevents+json")
        #expect(try CloudEventCodec.decode(delivery(structured, mark + event)).1["x"]?.integer == 1)
        #expect(throws: Refusal.self) { try CloudEventCodec.decode(self.delivery(properties, mark)) }
    }

    @Test("an identifier whose bytes are no UTF-8 is refused, and shown so that two stay two")
    func malformed() throws {
        #expect(String(showing: [0x41, 0xB6, 0xA9]) == #"A\xB6\xA9"#)
        #expect(String(showing: [0x41, 0xB6, 0xFE]) != String(showing: [0x41, 0xB6, 0xA9]))
        #expect(String(showing: [UInt8](repeating: 0xFF, count: 255)).utf8.count == 252)
        var plain = MessageProperties(messageID: "x", type: "a.b.v1", appID: "s")
        plain.malformed = ["properties.message_id"]
        var binary = MessageProperties()
        for (name, value) in ["specversion": "1.0", "id": "x", "source": "s", "type": "a.b.v1"] {
            binary.headers["ce-" + name] = .string(value)
        }
        binary.malformed = ["headers.ce-source"]
        for properties in [plain, binary] {
            do {
                _ = try CloudEventCodec.decode(delivery(properties))
                Issue.record("\(properties.malformed) was read")
            } catch {
                #expect(error.reason == .badUTF8)
                #expect([error.path] == properties.malformed)
            }
        }
        // Nobody looks at a header of another's: it refuses nothing.
        plain.malformed = ["headers.x-note"]
        #expect(try CloudEventCodec.decode(delivery(plain)).0.id == "x")
    }
}
