public import Contracts
import Domain
import Foundation

/// Messages as CloudEvents 1.0 on AMQP 0-9-1: three forms are accepted, one is emitted.
public enum CloudEventCodec {
    static let spellings = ["cloudEvents_", "cloudEvents:", "ce-"]

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
            return (envelope, try data(of: node))
        case "application/cloudevents-batch+json":
            throw Refusal(
                .batchNotSupported, path: "properties.content_type", "send one message for each event")
        case _ where isJSON(mediaType):
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

    /// Whether a media type means JSON: by name, or by the suffix `+json` (RFC 6839 §3.1).
    private static func isJSON(_ mediaType: some StringProtocol) -> Bool {
        mediaType == "application/json" || mediaType == "text/json" || mediaType.hasSuffix("+json")
    }

    /// The data of a CloudEvent in structured form: as JSON, or in Base64 when its producer holds it as bytes
    /// (CloudEvents JSON format 1.0.2 §3.1).
    private static func data(of event: JSONNode) throws(Refusal) -> JSONNode {
        if let type = event["datacontenttype"]?.string?.lowercased(), !isJSON(type.prefix { $0 != ";" && $0 != " " }) {
            throw Refusal(
                .unsupportedContentType, path: "$.datacontenttype",
                "data as application/json is understood, this is \(type.prefix(64))")
        }
        guard let coded = event["data_base64"], coded.kind != .null else {
            guard let data = event["data"] else {
                throw Refusal(.missingField, path: "$.data", "the CloudEvent has no data")
            }
            return data
        }
        guard event["data"] == nil else {
            throw Refusal(
                .badAttribute, path: "$.data_base64", "the data comes twice, in 'data' and in 'data_base64': send one")
        }
        guard let text = coded.string, let bytes = Data(base64Encoded: text) else {
            throw Refusal(.badAttribute, path: "$.data_base64", "'data_base64' must be a text in Base64 (RFC 4648 §4)")
        }
        return try JSONDocument(parsing: [UInt8](bytes)).root
    }

    /// Refuses an attribute whose bytes are no UTF-8: whatever stood in its place could stand for another as well.
    private static func check(_ place: String, _ properties: MessageProperties) throws(Refusal) {
        guard properties.malformed.contains(place) else { return }
        throw Refusal(
            .badUTF8, path: place, "the text is no UTF-8: send it in UTF-8, for its bytes are what it is known by")
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
            if !delivery.properties.malformed.isEmpty {
                try check("headers.\(spelling)\(name)", delivery.properties)
            }
            guard let value = delivery.properties.headers[spelling + name], value != .null else {
                return name == "traceparent" ? delivery.properties.headers["traceparent"]?.text : nil
            }
            if name == "time", let time = time(value) { return time.description }
            guard let text = value.text else {
                throw Refusal(.badAttribute, path: "headers.\(spelling)\(name)", "'\(name)' must be a string")
            }
            return text
        }
    }

    /// A time as a value of AMQP: seconds since 1970, or milliseconds as a number, as AMQP 1.0 counts them and as the
    /// libraries of CloudEvents write them (CloudEvents AMQP binding 1.0.2 §2.2, §3.1.3.2). Out of the calendar's years
    /// it is read as a text, and refused with its place.
    private static func time(_ value: HeaderValue) -> Timestamp? {
        let (count, each): (Int64, Int64)
        switch value {
        case .timestamp(let seconds): (count, each) = (seconds, 1_000_000)
        case .integer(let milliseconds): (count, each) = (milliseconds, 1_000)
        default: return nil
        }
        let (micros, overflow) = count.multipliedReportingOverflow(by: each)
        guard !overflow, micros >= 0, micros < 7_000_000_000_000_000 else { return nil }
        return Timestamp(microsecondsSinceEpoch: micros)
    }

    /// Where the attributes of a plain message stand.
    private static let places = [
        "id": "properties.message_id", "type": "properties.type", "source": "properties.app_id",
        "correlationid": "properties.correlation_id",
    ]

    private static func plain(_ delivery: Delivery) throws(Refusal) -> Envelope {
        let properties = delivery.properties
        return try Envelope(place: { places[$0] ?? "properties.\($0)" }) { name throws(Refusal) in
            if !properties.malformed.isEmpty, let place = places[name] { try check(place, properties) }
            return switch name {
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
