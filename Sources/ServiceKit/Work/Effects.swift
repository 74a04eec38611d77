import BrokerLayout
public import Contracts
public import Domain

/// What a handler wants to happen besides its own rows: messages to the world, refusals, work for later.
///
/// Nothing of it happens unless the transaction commits.
public struct Effects: Sendable {
    /// The time, as rules are to see it.
    public let now: Timestamp
    private let source: String
    private let wallClock: Timestamp
    /// The trace of what no message has led to: a task's own.
    var traceparent: String?
    private(set) var outgoing: [OutgoingEvent] = []
    private(set) var refusals: [Int: Refusal] = [:]
    /// The items that are to be done at a time.
    package private(set) var scheduled: [ScheduledItem] = []
    private(set) var counts: [String: Int] = [:]
    /// The revision that a notice was last given.
    private var lastNotice = 0
    /// The mark of what is known of people, where it was read with the batch's inbox and holds still.
    var peopleMark: String?
    /// By what the policy of permissions has let the commands of a batch through, or refused them, by their positions.
    private(set) var rules: [Int: AuditRule] = [:]

    /// - Parameters:
    ///   - now: the time, as rules are to see it.
    ///   - source: what the service's own messages name as their source.
    ///   - wallClock: the time as the world sees it, for the envelopes.
    public init(now: Timestamp, source: String, wallClock: Timestamp) {
        self.now = now
        self.source = source
        self.wallClock = wallClock
    }

    /// Refuses a time, as a sender has typed it, that is yet to come: by the rules' clock and by the world's, but for five minutes by
    /// which clocks may differ. What is dated ahead would overrule, or hold up, everything that is said until then.
    ///
    /// - Parameters:
    ///   - time: what the message says.
    ///   - path: where it says so.
    public func checkHasCome(_ time: Timestamp, at path: String) throws(Refusal) {
        let clock = max(now, wallClock)
        guard time > clock.adding(seconds: 300) else { return }
        throw Refusal(.contradictoryTimes, path: path, "that is yet to come: it is \(clock)")
    }

    /// Publishes an event once the transaction has committed.
    ///
    /// - Parameters:
    ///   - body: the event.
    ///   - cause: the envelope of the message that led to it; its correlation and trace are carried on.
    ///   - key: the thing it is about, as `subject` and `partitionkey` of the envelope.
    public mutating func publish(_ body: some Message, causedBy cause: Envelope? = nil, key: String? = nil) {
        let envelope = Envelope(
            id: MessageIdentifier.next(at: wallClock), source: source, type: type(of: body).type, time: wallClock,
            subject: key, correlationID: cause?.correlationID ?? cause?.id, causationID: cause?.id,
            traceparent: cause == nil ? traceparent : cause?.traceparent, partitionKey: key)
        outgoing.append(OutgoingEvent(envelope: envelope, data: body.encode()))
    }

    /// Refuses one message of the batch: it goes to the dead letters with this reason, its neighbours go on.
    ///
    /// The handler must have written nothing for it.
    public mutating func refuse<Body>(_ message: Received<Body>, _ refusal: Refusal) {
        refusals[message.position] = refusal
    }

    /// Refuses the message at a place of the batch before a handler sees it.
    mutating func refuse(at position: Int, _ refusal: Refusal) { refusals[position] = refusal }

    /// Says that the transaction has changed what is known of people: what follows reads it anew.
    package mutating func peopleHaveChanged() { peopleMark = nil }

    /// Says by what a command was let through, or refused: the audit names it.
    mutating func decided(_ position: Int, by rule: AuditRule) { rules[position] = rule }

    /// Has a task run at a time. An item of the same task and key is replaced.
    public mutating func schedule(_ task: String, key: String, at due: Timestamp, payload: String = "") {
        scheduled.append(ScheduledItem(task: task, key: key, due: due, payload: payload))
    }

    /// What counts a word about an object that counts nothing itself: higher than every one before it of the same object.
    ///
    /// It is the clock of the world at the moment at which it is asked for, which is behind the lock of the object's rows.
    /// A batch's own time is from before it, and stands still for a task of a day that is over, and with event time.
    package mutating func noticeRevision() -> Int {
        lastNotice = max(lastNotice + 1, NoticeRevision.of(ServiceClock.wallClock()))
        return lastNotice
    }

    /// Adds to a counter of the service, shown as `waybill_<service>_<name>_total`.
    public mutating func count(_ name: String, _ amount: Int = 1) {
        counts[name, default: 0] += amount
    }

    /// The bodies published so far, for tests of handlers.
    public var published: [(envelope: Envelope, data: [UInt8])] { outgoing.map { ($0.envelope, $0.data) } }

    /// The refusals so far by the message's place in its batch, for tests of handlers.
    public var refused: [Int: Refusal] { refusals }
}

/// A message of the service's own, before it has its place in the outbox.
package struct OutgoingEvent: Sendable {
    let envelope: Envelope
    let data: [UInt8]
}
