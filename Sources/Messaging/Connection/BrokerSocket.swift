import CRabbitMQ
import Foundation

/// The socket under a connection.
enum BrokerSocket {
    /// Opens the socket of a connection, over TLS where that is wanted.
    static func open(
        _ connection: amqp_connection_state_t, _ configuration: BrokerConfiguration, within timeout: timeval
    ) throws(MessagingError) {
        var timeout = timeout
        let address = configuration.nextAddress()
        let socket: OpaquePointer?
        if configuration.isSecure, let tls = configuration.tls {
            socket = amqp_ssl_socket_new(connection)
            guard let socket else { throw MessagingError(.connection, "no memory for a socket") }
            amqp_ssl_socket_set_verify_peer(socket, 1)
            amqp_ssl_socket_set_verify_hostname(socket, 1)
            // Without this the library would also speak TLS 1.0 and 1.1.
            amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
            guard amqp_ssl_socket_set_cacert(socket, tls.caCertificatePath) == AMQP_STATUS_OK.rawValue else {
                throw MessagingError(
                    .configuration, "the certificate authority '\(tls.caCertificatePath)' cannot be read")
            }
            if let certificate = tls.clientCertificatePath, let key = tls.clientKeyPath {
                guard amqp_ssl_socket_set_key(socket, certificate, key) == AMQP_STATUS_OK.rawValue else {
                    throw MessagingError(
                        .configuration, "the client certificate '\(certificate)' or its key cannot be read")
                }
            }
        } else {
            socket = amqp_tcp_socket_new(connection)
        }
        guard let socket else { throw MessagingError(.connection, "no memory for a socket") }
        let status = amqp_socket_open_noblock(socket, address.host, Int32(address.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw MessagingError(
                .connection, "\(configuration) cannot be reached at \(address): \(BrokerErrors.text(status))")
        }
    }

    /// Has the system give a connection up that takes no bytes any more.
    ///
    /// The library sends with no time-out: towards a peer that is dead, or that reads no more, the call would stay for
    /// ever, and no signal of ours can reach the thread in it.
    static func limitSending(_ descriptor: Int32, to limit: Duration) throws(MessagingError) {
        var milliseconds = UInt32(clamping: limit.components.seconds * 1_000)
        let size = socklen_t(MemoryLayout<UInt32>.size)
        guard setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, size) == 0 else {
            throw MessagingError(.connection, "the system sets no limit for sending (error \(errno))")
        }
    }
}
