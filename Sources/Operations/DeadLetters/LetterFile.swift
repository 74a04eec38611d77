import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
package import Messaging

/// Refused messages as lines of JSON: to look at, to mend elsewhere, and to put back where they stood.
package enum LetterFile {
    /// A letter as a line. What a header has that JSON cannot tell, an array or a table, is left out.
    package static func line(_ letter: BrowsedDeadLetter) throws -> String {
        let properties = letter.delivery.properties
        var object: [String: Any] = ["service": letter.service.rawValue, "reason": letter.reason]
        object["id"] = letter.id
        object["type"] = letter.type
        object["source"] = letter.source
        object["path"] = letter.path
        object["refusedAt"] = letter.refusedAt?.description
        object["contentType"] = properties.contentType
        object["headers"] = properties.headers.compactMapValues { $0.text }
        let kinds = properties.headers.compactMapValues(kind)
        if !kinds.isEmpty { object["headerKinds"] = kinds }
        var own: [String: Any] = [:]
        own["messageId"] = properties.messageID
        own["type"] = properties.type
        own["appId"] = properties.appID
        own["correlationId"] = properties.correlationID
        own["replyTo"] = properties.replyTo
        own["contentEncoding"] = properties.contentEncoding
        own["timestamp"] = properties.timestamp
        object["properties"] = own
        if let text = String(validating: letter.delivery.body, as: UTF8.self) {
            object["body"] = text
        } else {
            object["bodyBase64"] = Data(letter.delivery.body).base64EncodedString()
        }
        return String(
            decoding: try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]),
            as: UTF8.self)
    }

    /// What a line says, as it is published to stand in the dead letters again.
    ///
    /// - Throws: ``Failure`` when it is no such line.
    package static func message(_ line: some StringProtocol) throws -> Outgoing {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let service = (object["service"] as? String).flatMap({ ServiceName(rawValue: $0) }),
            let own = object["properties"] as? [String: Any],
            let body = body(object)
        else { throw Failure("no line of 'waybill dead export' of this release") }
        let kinds = object["headerKinds"] as? [String: String] ?? [:]
        var headers: [String: HeaderValue] = [:]
        for (name, text) in object["headers"] as? [String: String] ?? [:] {
            headers[name] = value(text, kinds[name])
        }
        headers["x-delivery-count"] = nil
        let properties = MessageProperties(
            contentType: object["contentType"] as? String, contentEncoding: own["contentEncoding"] as? String,
            headers: headers, deliveryMode: 2, correlationID: own["correlationId"] as? String,
            replyTo: own["replyTo"] as? String, messageID: own["messageId"] as? String,
            timestamp: (own["timestamp"] as? Int).map { Int64($0) }, type: own["type"] as? String,
            appID: own["appId"] as? String)
        return Outgoing(exchange: Exchanges.dead, routingKey: service.rawValue, properties: properties, body: body)
    }

    private static func body(_ object: [String: Any]) -> [UInt8]? {
        if let text = object["body"] as? String { return Array(text.utf8) }
        return (object["bodyBase64"] as? String).flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }

    private static func kind(_ value: HeaderValue) -> String? {
        switch value {
        case .integer: "integer"
        case .boolean: "boolean"
        default: nil
        }
    }

    private static func value(_ text: String, _ kind: String?) -> HeaderValue {
        switch kind {
        case "integer": Int64(text).map(HeaderValue.integer) ?? .string(text)
        case "boolean": .boolean(text == "true")
        default: .string(text)
        }
    }
}

/// What the broker alone keeps, put back from a file: letters, and the record of what was done with them.
package enum Restoring {
    /// Puts letters back that do not stand there yet.
    ///
    /// - Returns: how many were put back.
    package static func letters(_ lines: [Substring], as broker: BrokerConfiguration) async throws -> Int {
        let messages = try parsed(lines) { try LetterFile.message($0) }
        let standing = try await DeadLetterBrowser.all(DeadLetterSelection(), as: broker)
        let known = Set(standing.map { key($0.service.rawValue, $0.delivery.properties.messageID, $0.delivery.body) })
        return try await publish(
            messages.filter { !known.contains(key($0.routingKey, $0.properties.messageID, $0.body)) }, as: broker)
    }

    /// Puts records of the audit back that are not there yet.
    ///
    /// - Returns: how many were put back.
    package static func audit(_ lines: [Substring], as broker: BrokerConfiguration) async throws -> Int {
        let messages = try parsed(lines) { line in
            guard let act = (try? JSONDocument(parsing: Array(line.utf8)).root)?["act"]?.string else {
                throw Failure("no line of 'waybill dead audit --out'")
            }
            return Outgoing(
                exchange: Exchanges.audit, routingKey: act,
                properties: MessageProperties(contentType: "application/json", deliveryMode: 2), body: Array(line.utf8))
        }
        let known = Set(try await AuditTrail.bodies(as: broker))
        return try await publish(messages.filter { !known.contains($0.body) }, as: broker)
    }

    /// Hands the records of the queue that nobody empties to the service that keeps them: those made before it did. One that
    /// it has is there once.
    ///
    /// - Returns: how many were handed over.
    package static func handOver(as broker: BrokerConfiguration) async throws -> Int {
        let messages = try await AuditTrail.bodies(as: broker).map { body in
            Outgoing(
                exchange: "", routingKey: Queues.keptAudit,
                properties: MessageProperties(contentType: "application/json", deliveryMode: 2), body: body)
        }
        return try await publish(messages, as: broker)
    }

    private static func parsed(
        _ lines: [Substring], _ parse: (Substring) throws -> Outgoing
    ) throws -> [Outgoing] {
        try lines.enumerated().filter { !$0.element.isEmpty }.map { number, line in
            do { return try parse(line) } catch { throw Failure("line \(number + 1): \(error)") }
        }
    }

    /// What makes two letters the same: where they stand, their id, their body.
    private static func key(_ service: String, _ id: String?, _ body: [UInt8]) -> [UInt8] {
        Array("\(service)\n\(AuditRecord.digest(body))\n\(id ?? "")".utf8)
    }

    private static func publish(_ messages: [Outgoing], as broker: BrokerConfiguration) async throws -> Int {
        guard !messages.isEmpty else { return 0 }
        return try await withPublisher(as: broker) { publisher in
            for start in stride(from: 0, to: messages.count, by: 500) {
                let outcomes = await publisher.publish(Array(messages[start..<min(start + 500, messages.count)]))
                guard outcomes.allSatisfy({ $0 == .confirmed }) else {
                    throw Failure("the broker did not confirm all: run it again, what is there is left out")
                }
            }
            return messages.count
        }
    }
}
