import BrokerLayout
import Client
import Contracts
import Foundation
package import Messaging

/// What is to be changed of a refused message.
package struct Mending: Sendable {
    /// A new body; of a message that is a whole CloudEvent the new event, or its data.
    package var body: [UInt8]?
    /// Changes of single values, `path=value`.
    package var changes: [String] = []
    /// Another type.
    package var type: String?
    /// Another identifier, for a message that came without one.
    package var id: String?

    /// Nothing.
    package init() {}

    /// What comes of changing several letters alike.
    package struct Plan: Sendable {
        /// Those that keep their contracts afterwards, with what is to stand in their place.
        package var mended: [(letter: BrowsedDeadLetter, message: Outgoing)] = []
        /// Those that do not, each with why.
        package var failed: [(letter: BrowsedDeadLetter, why: String)] = []
    }

    /// Tries the change on letters; nothing is done yet.
    package func plan(_ letters: [BrowsedDeadLetter]) -> Plan {
        var plan = Plan()
        for letter in letters {
            do { plan.mended.append((letter, try letter.mended(self))) } catch {
                plan.failed.append((letter, "\(error)"))
            }
        }
        return plan
    }
}

extension BrowsedDeadLetter {
    /// The letter as it will stand in the queue, in the form in which it came.
    ///
    /// - Throws: ``Failure`` when a service would not read it, or it does not keep the contract of its type.
    package func mended(_ mending: Mending) throws -> Outgoing {
        var properties = Self.copied(delivery.properties)
        var body = mending.body ?? delivery.body
        if glimpse.isStructured {
            if mending.body != nil { body = try BodyEdit.event(body, in: delivery.body) }
            let attributes = [("type", mending.type), ("id", mending.id)].compactMap { name, value in
                value.map { "\(name)=\(BodyEdit.quoted($0))" }
            }
            let changes = mending.changes + attributes
            if !changes.isEmpty { body = try BodyEdit.apply(changes, toEvent: body) }
        } else if !mending.changes.isEmpty {
            body = try BodyEdit.apply(mending.changes, to: body)
        }
        if let type = mending.type {
            if let spelling = glimpse.spelling { properties.headers[spelling + "type"] = .string(type) }
            if glimpse.spelling == nil || properties.type != nil { properties.type = type }
        }
        if let id = mending.id {
            if let spelling = glimpse.spelling { properties.headers[spelling + "id"] = .string(id) }
            if glimpse.spelling == nil || properties.messageID != nil { properties.messageID = id }
        }
        try check(properties, body, mending.type ?? type)
        properties.headers["x-waybill-edited-from"] = .string(AuditRecord.digest(delivery.body))
        return Outgoing(exchange: Exchanges.dead, routingKey: service.rawValue, properties: properties, body: body)
    }

    private func check(_ properties: MessageProperties, _ body: [UInt8], _ type: String?) throws {
        guard let type, let contract = Catalogue.description(of: MessageType(type)) else {
            throw Failure("the type '\(type ?? "")' has no contract: say --type, 'waybill contracts list' has them")
        }
        do {
            let (_, data) = try CloudEventCodec.decode(
                Delivery(
                    exchange: delivery.exchange, routingKey: delivery.routingKey, properties: properties, body: body))
            _ = try contract.reencode(data)
        } catch {
            throw Failure("the new body does not keep the contract of \(type): \(error)")
        }
    }

    /// The properties as another message may have them: without the user that the broker checks, and with what was shown in
    /// place of bytes that are no UTF-8.
    static func copied(_ old: MessageProperties) -> MessageProperties {
        var headers = old.headers
        headers["x-delivery-count"] = nil
        if let user = old.userID { headers[DeadLetter.Header.user] = .string(user) }
        return MessageProperties(
            contentType: old.contentType, contentEncoding: old.contentEncoding, headers: headers, deliveryMode: 2,
            correlationID: old.correlationID, replyTo: old.replyTo, messageID: old.messageID, timestamp: old.timestamp,
            type: old.type, appID: old.appID)
    }
}
