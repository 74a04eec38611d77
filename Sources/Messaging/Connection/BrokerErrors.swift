import CRabbitMQ

/// What the library says went wrong, in words.
enum BrokerErrors {
    static func text(_ status: Int32) -> String { String(cString: amqp_error_string2(status)) }

    /// - Parameters:
    ///   - reply: the answer, or why there is none.
    ///   - what: what was being done.
    ///   - isLogin: whether a connection that is closed was refused the login.
    static func error(_ reply: amqp_rpc_reply_t, _ what: String, isLogin: Bool) -> MessagingError {
        switch reply.reply_type {
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            if reply.reply.id == WAYBILL_CHANNEL_CLOSE, let raw = reply.reply.decoded {
                let close = raw.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
                return MessagingError(
                    .channel, "\(what): \(close.reply_text.string)", replyCode: Int(close.reply_code))
            }
            if reply.reply.id == WAYBILL_CONNECTION_CLOSE, let raw = reply.reply.decoded {
                let close = raw.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
                return MessagingError(
                    isLogin ? .refusedLogin : .connection, "\(what): \(close.reply_text.string)",
                    replyCode: Int(close.reply_code))
            }
            return MessagingError(.connection, "\(what): the broker refused")
        default:
            return MessagingError(.connection, "\(what): \(text(reply.library_error))")
        }
    }
}
