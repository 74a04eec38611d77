import Foundation

/// One client of the fake broker. Used on the fake broker's thread only.
final class FakePeer {
    /// How far the conversation has come.
    private enum Manner {
        /// Hears and answers.
        case normal
        /// Does not read, and sends heartbeats.
        case deaf
        /// Reads and answers nothing, and sends heartbeats.
        case absent
        /// Reads, and says nothing at all.
        case silent
    }

    /// A message that the client is publishing.
    private struct Publishing {
        var message: FakeMessage
        var expected: Int
    }

    let descriptor: Int32
    /// Whether the system says that the other side has gone.
    var isGone = false
    private unowned let broker: FakeBroker
    private var manner = Manner.normal
    private var misbehaviour = FakeBroker.Misbehaviour.well
    /// The last order that was obeyed.
    private var obeyed = 0
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var hasGreeted = false
    private var hasLoggedIn = false
    private var isEnding = false
    private var hasBlocked = false
    private var isConfirming = false
    private var subscription: String?
    private var publishing: Publishing?
    private var lastPublish: UInt64 = 0
    /// What was published since it began to answer three messages only.
    private var keptBack: [(tag: UInt64, id: String)] = []
    private var lastDelivery: UInt64 = 0
    private var unacknowledged: [UInt64: FakeMessage] = [:]
    private var lastBeat = ContinuousClock.now

    init(_ descriptor: Int32, _ broker: FakeBroker) {
        self.descriptor = descriptor
        self.broker = broker
    }

    /// What to wait for.
    var events: Int16 {
        (manner == .deaf ? 0 : Int16(POLLIN)) | (output.isEmpty ? 0 : Int16(POLLOUT))
    }

    /// Closes the connection; what was not acknowledged can be delivered again.
    func end() {
        close(descriptor)
        broker.note { record in
            record.ended += 1
            record.waiting = unacknowledged.sorted { $0.key < $1.key }.map(\.value) + record.waiting
        }
    }

    /// - Returns: whether the connection goes on.
    func step(_ misbehaviour: FakeBroker.Misbehaviour, order: Int) -> Bool {
        guard !isGone else { return false }
        self.misbehaviour = misbehaviour
        if manner == .deaf, misbehaviour != .alarm, misbehaviour != .unannouncedAlarm {
            manner = .normal
            if hasBlocked { send(Wire.method(.connectionUnblocked, channel: 0)) }
            hasBlocked = false
        }
        if manner != .deaf, !hear() { return false }
        if obeyed != order, manner == .normal, isConfirming || subscription != nil || misbehaviour.isAlarm {
            if hasLoggedIn, misbehaviour != .well {
                obeyed = order
                misbehave()
            }
        }
        deliverWaiting()
        beat()
        return flush()
    }

    // MARK: Bytes

    private func send(_ bytes: [UInt8]) { output += bytes }

    /// - Returns: false when the connection is to be closed.
    private func flush() -> Bool {
        while !output.isEmpty {
            let sent = output.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, sendOptions) }
            if sent < 0 { return errno == EAGAIN || errno == EINTR }
            output.removeFirst(sent)
        }
        return !isEnding
    }

    private let sendOptions = Int32(MSG_NOSIGNAL)

    /// - Returns: false when the other side has gone.
    private func hear() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return false }
            if count < 0 {
                guard errno == EAGAIN || errno == EINTR else { return false }
                break
            }
            input += buffer[..<count]
        }
        var start = 0
        if !hasGreeted, input.count >= 8 {
            hasGreeted = true
            start = 8
            greet()
        }
        while input.count >= start + 8 {
            var reader = WireReader(input[start...])
            let kind = reader.octet()
            let channel = reader.short()
            let end = start + 8 + Int(reader.long())
            guard input.count >= end else { break }
            if manner == .normal { take(kind, channel, input[(start + 7)..<(end - 1)]) }
            start = end
        }
        input.removeFirst(start)
        return true
    }

    private func beat() {
        guard hasLoggedIn, manner != .silent, .now - lastBeat >= .seconds(1) else { return }
        lastBeat = .now
        send(Wire.heartbeat)
        broker.note { $0.heartbeats += 1 }
    }

    // MARK: The conversation

    private func greet() {
        guard misbehaviour != .silentAfterConnect else {
            manner = .silent
            return
        }
        send(
            Wire.method(.connectionStart, channel: 0) {
                $0.octet(0)
                $0.octet(9)
                $0.long(0)
                $0.longText("PLAIN")
                $0.longText("en_US")
            })
    }

    private func take(_ kind: UInt8, _ channel: UInt16, _ payload: ArraySlice<UInt8>) {
        var reader = WireReader(payload)
        switch Wire.Kind(rawValue: kind) {
        case .method: take(Wire.Method(reader.short(), reader.short()), &reader)
        case .header:
            reader.skip(4)
            publishing?.expected = Int(clamping: reader.longLong())
            let (id, replyTo, correlationID) = reader.identifiers()
            publishing?.message = FakeMessage(id: id, replyTo: replyTo, correlationID: correlationID, body: [])
            if isConfirming, misbehaviour == .channelCloseInMessage { closeChannel() }
            endPublish()
        case .body:
            if let publishing {
                let message = publishing.message
                self.publishing?.message = FakeMessage(
                    id: message.id, replyTo: message.replyTo, correlationID: message.correlationID,
                    body: message.body + payload)
            }
            endPublish()
        case .heartbeat: broker.note { $0.heardHeartbeats += 1 }
        case nil: break
        }
    }

    private func take(_ method: Wire.Method, _ reader: inout WireReader) {
        switch method {
        case .connectionStartOk: logIn()
        case .connectionOpen: send(Wire.method(method.answer, channel: 0) { $0.shortText("") })
        case .connectionClose:
            send(Wire.method(method.answer, channel: 0))
            isEnding = true
        case .channelOpen: send(Wire.method(method.answer) { $0.longText("") })
        case .confirmSelect:
            isConfirming = true
            send(Wire.method(method.answer))
        case .queueDeclare:
            reader.skip(2)
            let name = reader.shortText()
            send(
                Wire.method(method.answer) {
                    $0.shortText(name)
                    $0.long(0)
                    $0.long(0)
                })
        case .queueDelete: send(Wire.method(method.answer) { $0.long(0) })
        case .basicConsume:
            reader.skip(2)
            _ = reader.shortText()
            let tag = reader.shortText()
            subscription = tag
            send(Wire.method(method.answer) { $0.shortText(tag) })
        case .basicCancel:
            let tag = reader.shortText()
            subscription = nil
            send(Wire.method(method.answer) { $0.shortText(tag) })
        case .basicPublish: publishing = Publishing(message: FakeMessage(id: ""), expected: -1)
        case .basicAck: takeAck(reader.longLong(), isMultiple: reader.octet() & 1 != 0)
        case .exchangeDeclare, .queueBind, .basicQos, .channelClose: send(Wire.method(method.answer))
        default: break
        }
    }

    private func logIn() {
        switch misbehaviour {
        case .silentAfterStartOk: manner = .silent
        case .closesAfterStartOk: isEnding = true
        case .refusesLogin:
            send(
                Wire.method(.connectionClose, channel: 0) {
                    $0.short(403)
                    $0.shortText("ACCESS_REFUSED")
                    $0.long(0)
                })
        default:
            send(
                Wire.method(.connectionTune, channel: 0) {
                    $0.short(2_047)
                    $0.long(UInt32(Wire.frameMaximum))
                    $0.short(60)
                })
            hasLoggedIn = true
        }
    }

    private func takeAck(_ tag: UInt64, isMultiple: Bool) {
        let tags = isMultiple ? unacknowledged.keys.filter { $0 <= tag }.sorted() : [tag]
        for tag in tags {
            guard let message = unacknowledged.removeValue(forKey: tag) else { continue }
            broker.note { $0.acknowledged.append(message.id) }
        }
    }

    // MARK: Messages

    private func deliverWaiting() {
        guard manner == .normal || manner == .deaf, let subscription else { return }
        for message in broker.note({ record in
            defer { record.waiting = [] }
            return record.waiting
        }) {
            send(Self.delivery(register(message), subscription))
            sendContent(message)
        }
    }

    private func register(_ message: FakeMessage) -> UInt64 {
        lastDelivery += 1
        unacknowledged[lastDelivery] = message
        return lastDelivery
    }

    private static func delivery(_ tag: UInt64, _ subscription: String, channel: UInt16 = 1) -> [UInt8] {
        Wire.method(.basicDeliver, channel: channel) {
            $0.shortText(subscription)
            $0.longLong(tag)
            $0.octet(0)
            $0.shortText("")
            $0.shortText("key")
        }
    }

    private func sendContent(_ message: FakeMessage) {
        send(Wire.header(message))
        var rest = message.body[...]
        while !rest.isEmpty {
            send(Wire.body(rest.prefix(100_000)))
            rest = rest.dropFirst(100_000)
        }
    }

    /// A publish is whole: confirms it, and answers a question.
    private func endPublish() {
        guard let publishing, publishing.message.body.count >= publishing.expected else { return }
        let message = publishing.message
        self.publishing = nil
        broker.note { $0.published.append(message) }
        if isConfirming {
            lastPublish += 1
            confirm(message)
        } else if subscription != nil, message.replyTo != nil {
            broker.note { $0.waiting.append(FakeMessage(id: "answer", correlationID: message.correlationID)) }
        }
    }

    private func confirm(_ message: FakeMessage) {
        let others: [UInt8]
        switch misbehaviour {
        case .confirmsNeverUsed: others = Wire.ack(lastPublish + 1_000)
        case .confirmsAllEver: others = Wire.ack(.max, isMultiple: true)
        case .confirmsZero: others = Wire.ack(0, isMultiple: true)
        case .confirmOnUnopenedChannel: others = Wire.ack(lastPublish, channel: 7)
        case .confirmsEarly, .channelCloseInMessage: others = []
        case .confirmsThree:
            keptBack.append((lastPublish, message.id))
            if keptBack.count == 3 {
                broker.note { $0.confirmed.formUnion(keptBack.map(\.id)) }
                others = Wire.ack(keptBack[2].tag) + Wire.ack(keptBack[1].tag, isMultiple: true)
            } else {
                others = []
            }
        case .interleavedConfirm:
            others = beginning(of: message) + Wire.ack(lastPublish) + Wire.body(message.body)
        case .heartbeatsInMessage:
            others = interruptedMessage(message) + Wire.ack(lastPublish)
        default:
            broker.note { _ = $0.confirmed.insert(message.id) }
            send(Wire.ack(lastPublish) + (misbehaviour == .confirmsTwice ? Wire.ack(lastPublish) : []))
            return
        }
        broker.note { $0.misbehaved += 1 }
        send(others)
    }
}

// MARK: Misbehaving

extension FakeBroker.Misbehaviour {
    fileprivate var isAlarm: Bool { self == .alarm || self == .unannouncedAlarm }
}

extension FakePeer {
    /// A message's method and header: a delivery to who is subscribed, a return to others.
    private func beginning(of message: FakeMessage) -> [UInt8] {
        if let subscription { return Self.delivery(register(message), subscription) + Wire.header(message) }
        return Wire.method(.basicReturn) {
            $0.short(312)
            $0.shortText("NO_ROUTE")
            $0.shortText("")
            $0.shortText("key")
        } + Wire.header(message)
    }

    private func interruptedMessage(_ message: FakeMessage) -> [UInt8] {
        var bytes = beginning(of: message)
        var rest = message.body[...]
        while !rest.isEmpty {
            let part = rest.prefix(min(100_000, (message.body.count + 1) / 2))
            bytes += Wire.heartbeat + Wire.heartbeat + Wire.body(part)
            rest = rest.dropFirst(part.count)
        }
        return bytes
    }

    private func closeChannel() {
        send(
            Wire.method(.channelClose) {
                $0.short(406)
                $0.shortText("PRECONDITION_FAILED")
                $0.long(0)
            })
        manner = .absent
        broker.note { $0.misbehaved += 1 }
    }

    private func misbehave() {
        // Not subscribed, it suffers these with its next publish.
        let isWithPublish = subscription == nil
        let odd = FakeMessage(id: "odd", body: Array("0123456789".utf8))
        switch misbehaviour {
        case .well, .silentAfterConnect, .silentAfterStartOk, .refusesLogin, .closesAfterStartOk: return
        case .alarm, .unannouncedAlarm:
            if misbehaviour == .alarm {
                send(Wire.method(.connectionBlocked, channel: 0) { $0.shortText("low on memory") })
                hasBlocked = true
            }
            manner = .deaf
        case .halfMessage:
            send(beginning(of: odd) + Wire.body(odd.body.prefix(5)))
            manner = .absent
        case .halfFrame:
            send(beginning(of: odd) + Wire.body(odd.body).prefix(10))
            manner = .silent
        case .endlessFrame:
            send(Array(Wire.method(.basicDeliver) { $0.longText(String(repeating: "x", count: 100_000)) }.prefix(20)))
            manner = .absent
        case .cancelsConsumer:
            guard let tag = subscription else { return }
            send(
                Wire.method(.basicCancel) {
                    $0.shortText(tag)
                    $0.octet(1)
                })
            subscription = nil
        case .bodyWithoutHeader: send(Wire.body(odd.body))
        case .headerWithoutMethod: send(Wire.header(odd) + Wire.body(odd.body))
        case .headerOfOtherClass:
            send(Array(beginning(of: odd).dropLast(Wire.header(odd).count)))
            send(Wire.header(odd, group: 10, flags: 0xFFFE) + Wire.body(odd.body))
        case .bodyTooLong: send(beginning(of: odd) + Wire.body(odd.body + odd.body))
        case .messageInMessage:
            send(beginning(of: odd) + Wire.body(odd.body.prefix(5)) + beginning(of: odd) + Wire.body(odd.body))
        case .deliveryOnUnopenedChannel: send(Self.delivery(1, subscription ?? "waybill", channel: 7))
        case .unknownMethod: send(Wire.method(Wire.Method(60, 999)))
        case .wrongFrameEnd: send(Wire.method(.basicQos, end: 0))
        case .garbageFrameKind: send(Wire.frame(77, channel: 1, odd.body))
        case .oversizedFrame: send(Wire.body([UInt8](repeating: 0, count: Wire.frameMaximum * 2)))
        case .channelCloseInMessage:
            if isWithPublish { return }
            send(beginning(of: odd) + Wire.body(odd.body.prefix(5)))
            return closeChannel()
        case .heartbeatsInMessage:
            if isWithPublish { return }
            send(interruptedMessage(odd))
        case .interleavedConfirm:
            if isWithPublish { return }
            send(beginning(of: odd) + Wire.ack(1) + Wire.body(odd.body))
        case .skipsDelivery:
            guard let subscription else { return }
            _ = register(FakeMessage(id: "left out"))
            send(Self.delivery(register(odd), subscription))
            sendContent(odd)
        case .confirmsEarly: send(Wire.ack(10, isMultiple: true))
        case .confirmOnUnopenedChannel:
            if isWithPublish { return }
            send(Wire.ack(1, channel: 7))
        case .confirmsNeverUsed, .confirmsTwice, .confirmsThree, .confirmsZero, .confirmsAllEver:
            if isWithPublish { return }
            send(Wire.ack(5) + Wire.ack(5) + Wire.ack(0, isMultiple: true) + Wire.ack(.max, isMultiple: true))
        }
        broker.note { $0.misbehaved += 1 }
    }
}
