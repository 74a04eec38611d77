public import Contracts
import Domain

/// Messages as CloudEvents 1.0 on AMQP 0-9-1: three forms are accepted, one is emitted.
public enum CloudEventCodec {
    private static let spellings = ["cloudEvents_", "cloudEvents:", "ce-"]

    /// Reads a delivery in any of the accepted forms.
    ///
    /// - Returns: who sent it as what, and its data.
    /// - Throws: a refusal with reason and place.
    public static func decode(_ delivery: Delivery) throws(Refusal) -> (Envelope, JSONNode) {
        let contentType = (delivery.properties.contentType ?? "application/json").lowercased()
        let mediaType = contentType.prefix { $0 != ";" && $0 != " " }
        if let encoding = delivery.properties.contentEncoding,
            !["", "identity", "utf-8"].contains(encoding.lowercased())
        {
            throw Refusal(
                .unsupportedContentType, path: "properties.content_encoding", "send the body as it is, not \(encoding)")
        }
        let found = try spelling(of: delivery.properties.headers)
        switch mediaType {
        case "application/cloudevents+json":
            let node = try JSONDocument(parsing: delivery.body).root
            guard node.kind == .object else {
                throw Refusal(.wrongType, path: "$", "a CloudEvent is an object")
            }
            guard node["specversion"] != nil else {
                throw Refusal(.badAttribute, path: "$.specversion", "a CloudEvent names its specversion, \"1.0\"")
            }
            let envelope = try Envelope(structured: node)
            guard let data = node["data"] else {
                throw Refusal(.missingField, path: "$.data", "the CloudEvent has no data")
            }
            return (envelope, data)
        case "application/cloudevents-batch+json":
            throw Refusal(
                .batchNotSupported, path: "properties.content_type", "send one message for each event")
        case "application/json", "text/json":
            let envelope: Envelope
            if let found {
                envelope = try binary(delivery, found)
            } else {
                envelope = try plain(delivery)
            }
            return (envelope, try JSONDocument(parsing: delivery.body).root)
        default:
            throw Refusal(
                .unsupportedContentType, path: "properties.content_type",
                "application/json or application/cloudevents+json is understood, this is \(contentType.prefix(64))")
        }
    }

    /// Which spelling the CloudEvents headers have; `nil` when there are none.
    private static func spelling(of headers: [String: HeaderValue]) throws(Refusal) -> String? {
        guard !headers.isEmpty else { return nil }
        let names = headers.keys.filter { $0.utf8.first == UInt8(ascii: "c") }
        let used = spellings.filter { spelling in names.contains { $0.utf8.starts(with: spelling.utf8) } }
        guard used.count <= 1 else {
            throw Refusal(
                .mixedHeaderSpellings, path: "headers",
                "CloudEvents headers are spelt in \(used.count) ways: \(used.joined(separator: ", ")); use one")
        }
        return used.first
    }

    private static func binary(_ delivery: Delivery, _ spelling: String) throws(Refusal) -> Envelope {
        guard delivery.properties.headers[spelling + "specversion"] != nil else {
            throw Refusal(
                .badAttribute, path: "headers.\(spelling)specversion", "a CloudEvent names its specversion, \"1.0\"")
        }
        return try Envelope(place: { "headers.\(spelling)\($0)" }) { name throws(Refusal) in
            guard let value = delivery.properties.headers[spelling + name], value != .null else {
                return name == "traceparent" ? delivery.properties.headers["traceparent"]?.text : nil
            }
            guard let text = value.text else {
                throw Refusal(.badAttribute, path: "headers.\(spelling)\(name)", "'\(name)' must be a string")
            }
            return text
        }
    }

    private static func plain(_ delivery: Delivery) throws(Refusal) -> Envelope {
        let properties = delivery.properties
        let places = ["id": "properties.message_id", "type": "properties.type", "source": "properties.app_id"]
        return try Envelope(place: { places[$0] ?? "properties.\($0)" }) { name throws(Refusal) in
            switch name {
            case "id": properties.messageID
            case "type": properties.type
            case "source": properties.appID
            case "time":
                properties.timestamp.flatMap { seconds in
                    let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
                    // A time before 1970 or far ahead says nothing; the message does not depend on it.
                    return overflow || seconds < 0 || seconds > 7_000_000_000
                        ? nil : Timestamp(microsecondsSinceEpoch: micros).description
                }
            case "correlationid": properties.correlationID
            case "traceparent": properties.headers["traceparent"]?.text
            default: nil
            }
        }
    }

    /// The AMQP properties of a message in the emitted form: structured, the attributes repeated as headers.
    public static func properties(of envelope: Envelope) -> MessageProperties {
        var headers: [String: HeaderValue] = [:]
        for (name, value) in envelope.attributes { headers["cloudEvents_" + name] = .string(value) }
        if let trace = envelope.traceparent { headers["traceparent"] = .string(trace) }
        return MessageProperties(
            contentType: "application/cloudevents+json", headers: headers, deliveryMode: 2,
            correlationID: envelope.correlationID, messageID: envelope.id,
            timestamp: envelope.time.map { $0.microsecondsSinceEpoch / 1_000_000 }, type: envelope.type.description,
            appID: envelope.source)
    }
}
