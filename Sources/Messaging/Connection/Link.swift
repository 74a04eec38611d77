import CRabbitMQ
import Foundation

/// One connection with one channel, spoken to synchronously on the thread of the actor that owns it.
///
/// One channel only: librabbitmq loses frames when two share a connection. Frames are read one by one with a zero
/// time-out and put together here, because the library's own reading of a message waits without limit in its middle.
///
/// Not `Sendable`: it lives inside an actor whose pinned thread is the only one to use it.
final class Link {
    /// What the broker says unasked.
    enum Event {
        case delivery(Delivery)
        case returned(Delivery, code: Int, text: String)
        case confirmed(UInt64, isMultiple: Bool)
        case refused(UInt64, isMultiple: Bool)
        case consumerCancelled
        case blocked(String)
        case unblocked
    }

    /// The library's connection, closed when it goes.
    private struct Handle: ~Copyable {
        let raw: amqp_connection_state_t

        deinit {
            amqp_destroy_connection(raw)
        }
    }

    /// A message of which not all frames have come yet.
    private struct Partial {
        var tag: UInt64 = 0
        var exchange: String
        var routingKey: String
        var isRedelivered = false
        var returned: (code: Int, text: String)?
        var properties = MessageProperties()
        var expected: UInt64?
        var body: [UInt8] = []
    }

    private static let channel: amqp_channel_t = 1

    private let handle: Handle
    private let heartbeat: Duration
    private let answerTimeout: Duration
    private let closed: (() -> Void)?
    private var partial: Partial?
    /// The tag of the last delivery on this channel.
    private var lastTag: UInt64 = 0
    /// When the last frame came that was no heartbeat.
    private var lastFrame = ContinuousClock.now
    /// When a heartbeat was sent last while nothing was read.
    private var lastBeat = ContinuousClock.now
    /// How long the broker has to say that a subscription has ended: whoever ends it is about to leave.
    static let farewell = Duration.seconds(2)
    /// Whether the connection can still be used; once false it stays so.
    private(set) var isAlive = true

    /// Connects, logs in and opens the channel.
    ///
    /// - Parameter closed: called on the thread that closes the connection, for tests.
    init(_ configuration: BrokerConfiguration, closed: (() -> Void)? = nil) throws(MessagingError) {
        guard let raw = amqp_new_connection() else {
            throw MessagingError(.connection, "no memory for a connection")
        }
        handle = Handle(raw: raw)
        heartbeat = configuration.heartbeat
        answerTimeout = configuration.answerTimeout
        self.closed = closed
        // One limit for all the steps together, not one for each.
        let deadline = ContinuousClock.now + configuration.answerTimeout
        var left: timeval { max(.milliseconds(1), deadline - ContinuousClock.now).timeValue }
        try BrokerSocket.open(raw, configuration, within: left)
        try BrokerSocket.limitSending(amqp_get_sockfd(raw), to: heartbeat * 2)
        var limit = left
        amqp_set_handshake_timeout(raw, &limit)
        let reply = waybill_login(
            raw, configuration.virtualHost, Int32(configuration.heartbeat.components.seconds),
            configuration.connectionName, configuration.user, configuration.password)
        if reply.reply_type != AMQP_RESPONSE_NORMAL {
            throw BrokerErrors.error(reply, "logging in as \(configuration)", isLogin: true)
        }
        limit = left
        amqp_set_rpc_timeout(raw, &limit)
        amqp_channel_open(raw, Self.channel)
        try check("opening a channel")
        limit = configuration.answerTimeout.timeValue
        amqp_set_rpc_timeout(raw, &limit)
    }

    deinit {
        if isAlive {
            var brief = Duration.seconds(1).timeValue
            amqp_set_rpc_timeout(handle.raw, &brief)
            amqp_connection_close(handle.raw, AMQP_REPLY_SUCCESS)
        }
        closed?()
    }

    // MARK: Asking

    /// The socket, to wait on.
    var descriptor: Int32 { amqp_get_sockfd(handle.raw) }

    /// When something must be called at the latest, so that heartbeats go out and silence is noticed.
    var tick: Duration { min(heartbeat / 2, .milliseconds(500)) }

    /// Switches the channel to publisher confirms.
    func confirmMode() throws(MessagingError) {
        amqp_confirm_select(handle.raw, Self.channel)
        try check("switching to confirms")
    }

    /// Subscribes to a queue.
    func subscribe(_ queue: String, prefetch: Int, isExclusive: Bool = false) throws(MessagingError) {
        amqp_basic_qos(handle.raw, Self.channel, 0, UInt16(clamping: prefetch), 0)
        try check("setting the prefetch")
        queue.withAMQPBytes { name in
            "waybill".withAMQPBytes { tag in
                _ = amqp_basic_consume(
                    handle.raw, Self.channel, name, tag, 0, 0, isExclusive ? 1 : 0, amqp_empty_table)
            }
        }
        try check("subscribing to '\(queue)'")
    }

    /// Ends the subscription; returns when the broker has said so.
    ///
    /// - Parameter patience: how long it has for it.
    func unsubscribe(within patience: Duration = Link.farewell) throws(MessagingError) {
        var limit = min(patience, answerTimeout).timeValue
        amqp_set_rpc_timeout(handle.raw, &limit)
        defer {
            limit = answerTimeout.timeValue
            amqp_set_rpc_timeout(handle.raw, &limit)
        }
        "waybill".withAMQPBytes { _ = amqp_basic_cancel(handle.raw, Self.channel, $0) }
        try check("ending the subscription")
    }

    /// Whether not even a heartbeat has come for longer than their interval.
    var isSilent: Bool {
        guard ContinuousClock.now - lastFrame > heartbeat else { return false }
        var facts = tcp_info()
        var size = socklen_t(MemoryLayout<tcp_info>.size)
        // The library keeps heartbeats to itself; the system knows when the last byte came.
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &facts, &size) == 0 else { return false }
        return .milliseconds(facts.tcpi_last_data_recv) > heartbeat + .milliseconds(300)
    }

    /// Whether nothing but heartbeats has come for two of their intervals.
    var isQuiet: Bool { ContinuousClock.now - lastFrame > heartbeat * 2 }

    /// Asks the broker something that only its channel can answer.
    ///
    /// Heartbeats come from elsewhere in the broker: they go on when the channel has died, and a consumer would wait for
    /// ever for what never comes.
    func probe(prefetch: Int) throws(MessagingError) {
        try ask("probing the channel") { connection, channel in
            amqp_basic_qos(connection, channel, 0, UInt16(clamping: prefetch), 0)
        }
        lastFrame = .now
    }

    /// Runs a call of the library that waits for an answer, and turns a refusal into an error. A channel that the broker
    /// closed over it is opened again, so that the connection stays usable.
    func ask(_ what: String, _ call: (amqp_connection_state_t, amqp_channel_t) -> Void) throws(MessagingError) {
        guard isAlive else { throw MessagingError(.connection, "the connection is closed") }
        call(handle.raw, Self.channel)
        try check(what)
    }

    private func check(_ what: String) throws(MessagingError) {
        let reply = amqp_get_rpc_reply(handle.raw)
        if reply.reply_type == AMQP_RESPONSE_NORMAL { return }
        let error = BrokerErrors.error(reply, what, isLogin: false)
        if error.code == .channel {
            if waybill_channel_close_ok(handle.raw, Self.channel) != AMQP_STATUS_OK.rawValue { isAlive = false }
            amqp_channel_open(handle.raw, Self.channel)
            lastTag = 0
            if amqp_get_rpc_reply(handle.raw).reply_type != AMQP_RESPONSE_NORMAL { isAlive = false }
        } else {
            isAlive = false
        }
        throw error
    }

    // MARK: Sending

    /// The most bytes that a message's properties may take: those of a frame beside the frame's own and the content
    /// header's first fields.
    var mostPropertyBytes: Int { Int(amqp_get_frame_max(handle.raw)) - 8 - 12 }

    /// Sends a heartbeat when one is due. The library does so only while it reads, and who holds as much as may be held
    /// does not read.
    func beat() throws(MessagingError) {
        guard .now - lastBeat > heartbeat / 2, isWritable else { return }
        lastBeat = .now
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        guard sent(amqp_send_frame(handle.raw, &frame)) else {
            throw MessagingError(.connection, "the connection was lost")
        }
    }

    /// Whether the socket takes bytes now.
    var isWritable: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&waiting, 1, 0) == 1 && waiting.revents & Int16(POLLOUT) != 0
    }

    /// Has the system hold small pieces back and send them together, or send what it holds.
    func gather(_ isOn: Bool) {
        var value: Int32 = isOn ? 1 : 0
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Publishes. The caller has taken in what the broker said and found the socket writable.
    func publish(_ message: Outgoing) -> Bool {
        let status = PropertyArena.with(message) { exchange, key, properties, body in
            amqp_basic_publish(
                handle.raw, Self.channel, exchange, key, message.isMandatory ? 1 : 0, 0, properties, body)
        }
        return sent(status)
    }

    /// Acknowledges a delivery, or all up to it.
    func acknowledge(_ tag: UInt64, isMultiple: Bool) -> Bool {
        sent(amqp_basic_ack(handle.raw, Self.channel, tag, isMultiple ? 1 : 0))
    }

    /// Acknowledges deliveries in one transaction of the channel, which is transactional from then on.
    func settle(_ tags: [UInt64]) throws(MessagingError) {
        try ask("beginning a transaction") { connection, channel in _ = amqp_tx_select(connection, channel) }
        for tag in tags {
            guard acknowledge(tag, isMultiple: false) else {
                throw MessagingError(.connection, "the connection was lost before the acknowledgements")
            }
        }
        try ask("committing acknowledgements") { connection, channel in _ = amqp_tx_commit(connection, channel) }
    }

    /// Gives a delivery back to its queue, or drops it.
    func reject(_ tag: UInt64, requeue: Bool) -> Bool {
        sent(amqp_basic_reject(handle.raw, Self.channel, tag, requeue ? 1 : 0))
    }

    private func sent(_ status: Int32) -> Bool {
        // After a failed send half a message may be out: the connection is of no more use.
        if status != AMQP_STATUS_OK.rawValue { isAlive = false }
        return isAlive
    }

    // MARK: Receiving

    /// Takes in what has come, without waiting, until there is no more or the handler has had enough.
    ///
    /// - Parameter take: what to do with each event; false stops.
    /// - Throws: ``MessagingError`` when the connection is lost.
    func pump(_ take: (Event) -> Bool) throws(MessagingError) {
        guard isAlive else { throw MessagingError(.connection, "the connection is closed") }
        while true {
            var frame = amqp_frame_t()
            var now = timeval(tv_sec: 0, tv_usec: 0)
            let status = amqp_simple_wait_frame_noblock(handle.raw, &frame, &now)
            if status == AMQP_STATUS_TIMEOUT.rawValue {
                if partial != nil, isQuiet { throw broken("a message was begun and not ended") }
                return
            }
            guard status == AMQP_STATUS_OK.rawValue else {
                isAlive = false
                throw MessagingError(.connection, "the connection was lost: \(BrokerErrors.text(status))")
            }
            lastFrame = .now
            let event = try receive(frame)
            if partial == nil { amqp_maybe_release_buffers_on_channel(handle.raw, frame.channel) }
            if let event, !take(event) { return }
        }
    }

    /// What a peer sends that does not keep to the protocol is not guessed at: the connection ends.
    private func broken(_ how: String) -> MessagingError {
        isAlive = false
        return MessagingError(.connection, "the peer does not keep to the protocol: \(how)")
    }

    private func receive(_ frame: amqp_frame_t) throws(MessagingError) -> Event? {
        guard frame.channel == 0 || frame.channel == Self.channel else {
            throw broken("a frame on channel \(frame.channel), which is not open")
        }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            let id = frame.payload.method.id
            if partial != nil, id != WAYBILL_CHANNEL_CLOSE, id != WAYBILL_CONNECTION_CLOSE, frame.channel != 0 {
                throw broken("a method in the middle of a message")
            }
            return try method(frame.payload.method)
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            guard partial != nil, partial?.expected == nil else { throw broken("a header that no method announced") }
            // What another class means by its properties has another shape in memory.
            guard Int32(header.class_id) == AMQP_BASIC_CLASS, let raw = header.decoded else {
                throw broken("a header of class \(header.class_id)")
            }
            partial?.expected = header.body_size
            partial?.properties = MessageProperties(raw.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee)
            partial?.body.reserveCapacity(Int(min(header.body_size, 1 << 20)))
            return complete()
        case AMQP_FRAME_BODY:
            let fragment = frame.payload.body_fragment
            guard let message = partial, let expected = message.expected else {
                throw broken("a body that no header announced")
            }
            guard UInt64(message.body.count + fragment.len) <= expected else {
                throw broken("more of a body than its header announced")
            }
            partial?.body.append(contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
            return complete()
        default: return nil
        }
    }

    private func complete() -> Event? {
        guard let message = partial, let expected = message.expected, UInt64(message.body.count) == expected else {
            return nil
        }
        partial = nil
        let delivery = Delivery(
            tag: message.tag, exchange: message.exchange, routingKey: message.routingKey,
            isRedelivered: message.isRedelivered, properties: message.properties, body: message.body)
        if let returned = message.returned { return .returned(delivery, code: returned.code, text: returned.text) }
        return .delivery(delivery)
    }

    private func method(_ method: amqp_method_t) throws(MessagingError) -> Event? {
        func decoded<Method>(_ type: Method.Type) -> Method? {
            method.decoded?.assumingMemoryBound(to: Method.self).pointee
        }
        switch method.id {
        case WAYBILL_BASIC_DELIVER:
            guard let deliver = decoded(amqp_basic_deliver_t.self) else { return nil }
            // Acknowledging up to a delivery takes in those before it, also one that was swallowed on its way.
            guard deliver.delivery_tag == lastTag + 1 else {
                throw broken("delivery \(deliver.delivery_tag) after \(lastTag): what is between was never seen")
            }
            lastTag = deliver.delivery_tag
            partial = Partial(
                tag: deliver.delivery_tag, exchange: deliver.exchange.string, routingKey: deliver.routing_key.string,
                isRedelivered: deliver.redelivered != 0)
        case WAYBILL_BASIC_RETURN:
            guard let back = decoded(amqp_basic_return_t.self) else { return nil }
            partial = Partial(
                exchange: back.exchange.string, routingKey: back.routing_key.string,
                returned: (Int(back.reply_code), back.reply_text.string))
        case WAYBILL_BASIC_ACK:
            guard let ack = decoded(amqp_basic_ack_t.self) else { return nil }
            return .confirmed(ack.delivery_tag, isMultiple: ack.multiple != 0)
        case WAYBILL_BASIC_NACK:
            guard let nack = decoded(amqp_basic_nack_t.self) else { return nil }
            return .refused(nack.delivery_tag, isMultiple: nack.multiple != 0)
        case WAYBILL_BASIC_CANCEL: return .consumerCancelled
        case WAYBILL_CONNECTION_BLOCKED:
            return .blocked(decoded(amqp_connection_blocked_t.self)?.reason.string ?? "")
        case WAYBILL_CONNECTION_UNBLOCKED: return .unblocked
        case WAYBILL_CHANNEL_CLOSE:
            isAlive = false
            let close = decoded(amqp_channel_close_t.self)
            throw MessagingError(
                .channel, close?.reply_text.string ?? "the broker closed the channel",
                replyCode: close.map { Int($0.reply_code) })
        case WAYBILL_CONNECTION_CLOSE:
            isAlive = false
            let close = decoded(amqp_connection_close_t.self)
            throw MessagingError(
                .connection, close?.reply_text.string ?? "the broker closed the connection",
                replyCode: close.map { Int($0.reply_code) })
        default: break
        }
        return nil
    }
}

extension Duration {
    var timeValue: timeval {
        timeval(
            tv_sec: Int(components.seconds), tv_usec: Int(components.attoseconds / 1_000_000_000_000))
    }
}
