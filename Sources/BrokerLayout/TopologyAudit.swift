import Foundation
public import Messaging

/// Compares the broker with what it should be, to the last argument and binding, by the broker's management.
///
/// AMQP itself can tell a client without the right to configure only whether a queue is there; a queue of the wrong
/// type, without its limit or without a binding loses messages in silence.
public struct TopologyAudit: Sendable {
    private let management: BrokerManagement
    private let virtualHost: String

    /// - Parameters:
    ///   - address: the management's address, `http(s)://host:port`; a cluster's nodes with commas between them, the
    ///     first that answers is asked.
    ///   - broker: whose user and virtual host to use; the user needs the tag `management`.
    /// - Throws: ``MessagingError`` of code `configuration` when the address cannot be understood.
    public init(address: String, broker: BrokerConfiguration) throws(MessagingError) {
        management = try BrokerManagement(address: address, broker: broker)
        virtualHost = broker.virtualHostName
    }

    /// What is not as it should be, a clause each; empty when all is.
    ///
    /// - Throws: ``MessagingError`` when the management does not answer, or refuses the user.
    public func problems(in topology: Topology) async throws -> [String] {
        var problems: [String] = []
        for exchange in topology.exchanges {
            guard let found = try await object("exchanges", exchange.name) else {
                problems.append("exchange '\(exchange.name)' is missing")
                continue
            }
            if found["type"] as? String != exchange.kind.rawValue {
                problems.append(
                    "exchange '\(exchange.name)' is of type \(found["type"] ?? "?"), not \(exchange.kind.rawValue)")
            }
            problems += Self.differences("exchange '\(exchange.name)'", found, exchange.arguments)
        }
        for queue in topology.queues {
            guard let found = try await object("queues", queue.name) else {
                problems.append("queue '\(queue.name)' is missing")
                continue
            }
            if found["type"] as? String != queue.kind.rawValue {
                problems.append("queue '\(queue.name)' is of type \(found["type"] ?? "?"), not \(queue.kind.rawValue)")
            }
            problems += Self.differences(
                "queue '\(queue.name)'", found, queue.arguments.filter { $0.0 != "x-queue-type" })
            let wanted = topology.bindings.filter { $0.queue == queue.name }
            guard !wanted.isEmpty else { continue }
            let bound = Set(
                try await list("queues", queue.name, "bindings").map {
                    "\($0["source"] as? String ?? "") \($0["routing_key"] as? String ?? "")"
                })
            for binding in wanted where !bound.contains("\(binding.exchange) \(binding.routingKey)") {
                problems.append(
                    "queue '\(queue.name)' is not bound to '\(binding.exchange)' by '\(binding.routingKey)'")
            }
        }
        for binding in topology.exchangeBindings {
            let bound = try await list("exchanges", binding.from, "bindings", "source").contains {
                $0["destination"] as? String == binding.to && $0["routing_key"] as? String == binding.routingKey
            }
            if !bound { problems.append("exchange '\(binding.from)' is not bound to '\(binding.to)'") }
        }
        return problems
    }

    private static func differences(
        _ what: String, _ found: [String: Any], _ wanted: [(String, HeaderValue)]
    ) -> [String] {
        let arguments = found["arguments"] as? [String: Any] ?? [:]
        return wanted.compactMap { name, value in
            let expected: String
            switch value {
            case .integer(let number): expected = String(number)
            default: expected = value.text ?? ""
            }
            guard let given = arguments[name] else { return "\(what) has no \(name) (it should be \(expected))" }
            return "\(given)" == expected ? nil : "\(what) has \(name) \(given), not \(expected)"
        }
    }

    private func object(_ path: String...) async throws -> [String: Any]? {
        try await get(path).flatMap { try JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    }

    private func list(_ path: String...) async throws -> [[String: Any]] {
        try await get(path).flatMap { try JSONSerialization.jsonObject(with: $0) as? [[String: Any]] } ?? []
    }

    /// - Returns: `nil` for what is not there.
    private func get(_ path: [String]) async throws(MessagingError) -> Data? {
        try await management.send("GET", [path[0], virtualHost] + path.dropFirst()).map { Data($0) }
    }
}
