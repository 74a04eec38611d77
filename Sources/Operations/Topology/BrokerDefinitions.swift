package import BrokerLayout
import Contracts
import Messaging

/// The definitions file of RabbitMQ: users with their permissions, exchanges, queues and bindings.
package struct BrokerDefinitions: Encodable {
    enum Value: Encodable {
        case text(String)
        case number(Int64)

        init(_ value: HeaderValue) {
            if case .integer(let number) = value { self = .number(number) } else { self = .text(value.text ?? "") }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    struct User: Encodable {
        let name: String
        let password: String
        let tags: String
    }

    struct Permission: Encodable {
        let user: String
        let vhost = "/"
        let configure: String
        let write: String
        let read: String
    }

    struct TopicPermission: Encodable {
        let user: String
        let vhost = "/"
        let exchange: String
        let write: String
        let read: String
    }

    struct ExchangeEntry: Encodable {
        let name: String
        let vhost = "/"
        let type: String
        let durable = true
        let auto_delete = false
        let arguments: [String: Value]
    }

    struct QueueEntry: Encodable {
        let name: String
        let vhost = "/"
        let durable = true
        let auto_delete = false
        let arguments: [String: Value]
    }

    struct BindingEntry: Encodable {
        let source: String
        let vhost = "/"
        let destination: String
        var destination_type = "queue"
        let routing_key: String
        let arguments: [String: Value] = [:]
    }

    let vhosts = [["name": "/"]]
    let users: [User]
    let permissions: [Permission]
    let topic_permissions: [TopicPermission]
    let exchanges: [ExchangeEntry]
    let queues: [QueueEntry]
    let bindings: [BindingEntry]

    /// - Parameters:
    ///   - passwords: of the users.
    ///   - partners: who else publishes; `nil` for a demo with a single partner.
    package init(_ passwords: [String: String], _ partners: PartnerRegistry?) {
        let topology = WaybillTopology.whole(for: partners)
        users = passwords.sorted { $0.key < $1.key }.map { name, password in
            User(
                name: name, password: password,
                tags: name == BrokerUsers.operator
                    ? "administrator" : name == "partner-web" || name.hasSuffix("-service") ? "management" : "")
        }
        permissions = passwords.keys.sorted().map { Self.permission($0, partners) }
        topic_permissions = ServiceName.allCases.map { service in
            // A service speaks of its own business only, and of what somebody is to be told.
            TopicPermission(
                user: "\(service.rawValue)-service", exchange: Exchanges.events,
                write: "^(\(service.rawValue)|notice)\\.", read: ".*")
        }
        exchanges = topology.exchanges.map { exchange in
            ExchangeEntry(
                name: exchange.name, type: exchange.kind.rawValue,
                arguments: Dictionary(uniqueKeysWithValues: exchange.arguments.map { ($0.0, Value($0.1)) }))
        }
        queues = topology.queues.map { queue in
            QueueEntry(
                name: queue.name,
                arguments: Dictionary(uniqueKeysWithValues: queue.arguments.map { ($0.0, Value($0.1)) }))
        }
        bindings =
            topology.bindings.map {
                BindingEntry(source: $0.exchange, destination: $0.queue, routing_key: $0.routingKey)
            }
            + topology.exchangeBindings.map {
                BindingEntry(
                    source: $0.from, destination: $0.to, destination_type: "exchange", routing_key: $0.routingKey)
            }
    }

    /// Services and partners declare nothing; each writes and reads only what its role needs.
    private static func permission(_ user: String, _ partners: PartnerRegistry?) -> Permission {
        let nothing = "^$"
        if user == BrokerUsers.operator { return Permission(user: user, configure: ".*", write: ".*", read: ".*") }
        if user == "finance-reader" {
            return Permission(user: user, configure: nothing, write: nothing, read: "^finance\\.margin-alerts$")
        }
        if let service = ServiceName.allCases.first(where: { user == "\($0.rawValue)-service" }) {
            let own = service == WaybillTopology.auditKeeper ? "inbound|queries|audit" : "inbound|queries"
            return Permission(
                user: user, configure: nothing, write: "^waybill\\.(events|partners|dead|replies|audit)$",
                read: "^\(service.rawValue)\\.(\(own))$")
        }
        if user == BrokerUsers.edge {
            let own = BrokerUsers.permissionOfEdge(believesAny: partners == nil)
            return Permission(user: user, configure: own.configure, write: own.write, read: own.read)
        }
        // To the common exchange with a verified user_id, or to its own without one.
        let partner = partners?.partner(ofUser: user)
        let own = partner.map { "(\\.\($0.name))?" } ?? ""
        let queue = partner.flatMap { $0.hears ? "^partner\\.\($0.name)$" : nil }
        return Permission(user: user, configure: nothing, write: "^waybill\\.inbound\(own)$", read: queue ?? nothing)
    }
}
