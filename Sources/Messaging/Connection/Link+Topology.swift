import CRabbitMQ

/// What a connection declares: for sessions of operators, and for roles that read a queue of their own.
extension Link {
    /// Declares an exchange.
    func declare(_ exchange: Exchange) throws(MessagingError) {
        try ask("declaring exchange '\(exchange.name)'") { connection, channel in
            exchange.name.withAMQPBytes { name in
                exchange.kind.rawValue.withAMQPBytes { kind in
                    withTable(exchange.arguments) {
                        _ = amqp_exchange_declare(connection, channel, name, kind, 0, 1, 0, 0, $0)
                    }
                }
            }
        }
    }

    /// Declares a queue.
    func declare(_ queue: Queue) throws(MessagingError) {
        try ask("declaring queue '\(queue.name)'") { connection, channel in
            queue.name.withAMQPBytes { name in
                withTable(queue.arguments) {
                    _ = amqp_queue_declare(
                        connection, channel, name, 0, queue.isExclusive ? 0 : 1, queue.isExclusive ? 1 : 0,
                        queue.isExclusive ? 1 : 0, $0)
                }
            }
        }
    }

    /// Binds a queue.
    func bind(_ binding: Binding) throws(MessagingError) {
        try ask("binding queue '\(binding.queue)' to '\(binding.exchange)'") { connection, channel in
            binding.queue.withAMQPBytes { queue in
                binding.exchange.withAMQPBytes { exchange in
                    binding.routingKey.withAMQPBytes { key in
                        _ = amqp_queue_bind(connection, channel, queue, exchange, key, amqp_empty_table)
                    }
                }
            }
        }
    }

    /// Binds an exchange to another.
    func bind(_ binding: ExchangeBinding) throws(MessagingError) {
        try ask("binding exchange '\(binding.from)' to '\(binding.to)'") { connection, channel in
            binding.to.withAMQPBytes { destination in
                binding.from.withAMQPBytes { source in
                    binding.routingKey.withAMQPBytes { key in
                        _ = amqp_exchange_bind(connection, channel, destination, source, key, amqp_empty_table)
                    }
                }
            }
        }
    }
}

/// A table for the library, for as long as the closure runs.
private func withTable(_ entries: [(String, HeaderValue)], _ body: (amqp_table_t) -> Void) {
    var properties = MessageProperties()
    for (name, value) in entries { properties.headers[name] = value }
    let message = Outgoing(exchange: "", routingKey: "", properties: properties, body: [])
    PropertyArena.with(message) { _, _, raw, _ in
        body(raw.pointee._flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 ? raw.pointee.headers : amqp_empty_table)
    }
}
