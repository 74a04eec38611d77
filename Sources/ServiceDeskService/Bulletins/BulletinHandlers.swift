import Contracts
import Domain
import Postgres
import ServiceKit

/// Deliveries of a month → bulletins that are signed, objections to them, and versions that correct them.
struct BulletinHandlers: Sendable {
    /// How many bulletins one transaction makes at most.
    private static let atOnce = 100
    /// The task that makes them.
    static let task = "bulletins.publish"

    let policy: BulletinPolicy
    /// By what they are signed; without a key none are made.
    let key: BulletinKey?

    // MARK: Publishing

    /// A day begins: on the day on which a month is told its bulletins are made.
    func turn(_ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        guard key != nil else { return }
        for item in items {
            guard let month = policy.month(on: item.due.day().adding(days: 1)) else { continue }
            effects.schedule(Self.task, key: month.description, at: effects.now)
        }
    }

    /// Makes the bulletins of a month, some at a time: each item says behind which customer to go on.
    func publish(_ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        guard let key else { return }
        for item in items {
            guard let month = CalendarDay(item.key) else { continue }
            let found = try BulletinStore.untold(
                month, after: item.payload, limit: Self.atOnce, transaction)
            guard let last = found.last else { continue }
            let names = found.map { BulletinName(customerId: $0, month: month) }
            try BulletinStore.lock(names, transaction)
            // What another copy has made meanwhile stands.
            let made = try BulletinStore.standings(of: Set(names), transaction)
            let fresh = names.filter { made[$0] == nil }.map(\.customerId)
            let tallies = try BulletinStore.tallies(of: fresh, month, transaction)
            var signed: [BulletinStore.Signed] = []
            for customer in fresh {
                guard
                    let document = policy.document(
                        of: customer, month, version: 1, tallies[customer] ?? BulletinTally(), at: effects.now,
                        keyId: key.identifier)
                else { continue }
                signed.append(try sign(document, by: key))
            }
            try BulletinStore.put(signed, transaction)
            for bulletin in signed { tell(bulletin, causedBy: nil, &effects) }
            effects.count("bulletins", signed.count)
            if found.count == Self.atOnce {
                effects.schedule(Self.task, key: item.key, at: effects.now.adding(seconds: 1), payload: last)
            }
        }
    }

    /// Somebody has the bulletins of a month made now.
    func publishNow(
        _ messages: [Received<PublishBulletins>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for message in messages {
            let month = message.body.month
            guard key != nil else {
                effects.refuse(
                    message,
                    Refusal(.wrongState, path: "$", "there is no key to sign with: set servicedesk.bulletin.key"))
                continue
            }
            guard BulletinPolicy.next(after: month) <= effects.now.day() else {
                effects.refuse(message, Refusal(.contradictoryTimes, path: "$.month", "that month is not over"))
                continue
            }
            effects.schedule(Self.task, key: month.description, at: effects.now)
        }
    }

    private func sign(
        _ document: BulletinDocument, by key: BulletinKey, correcting objectionId: String? = nil
    ) throws -> BulletinStore.Signed {
        let text = String(decoding: document.encode(), as: UTF8.self)
        return BulletinStore.Signed(
            document: document, text: text, signature: try key.signature(of: text), objectionId: objectionId)
    }

    private func tell(_ bulletin: BulletinStore.Signed, causedBy cause: Envelope?, _ effects: inout Effects) {
        let document = bulletin.document
        effects.publish(
            BulletinPublished(
                customerId: document.customerId, month: document.month, version: document.version,
                document: bulletin.text, signature: bulletin.signature, keyId: document.keyId,
                publishedAt: document.publishedAt), causedBy: cause, key: document.customerId)
    }

    // MARK: Objections

    /// Keeps each objection and each answer that fits; where the customer is right the bulletin is made anew.
    func stepTaken(
        _ messages: [Received<TakeBulletinStep>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func name(_ body: TakeBulletinStep) -> BulletinName {
            BulletinName(customerId: body.customerId, month: body.month)
        }
        let names = Set(messages.map { name($0.body) })
        try BulletinStore.lock(names, transaction)
        var standings = try BulletinStore.standings(of: names, transaction)
        var known = KnownContent<BulletinStore.StepKey, String>(try BulletinStore.steps(of: names, transaction))
        var fresh: [(step: TakeBulletinStep, mark: String)] = []
        var corrected: [BulletinStore.Signed] = []
        for message in messages {
            let (body, name) = (message.body, name(message.body))
            guard var standing = standings[name] else {
                effects.refuse(
                    message,
                    Refusal(.notFound, path: "$.month", "there is no bulletin of that customer for that month"))
                continue
            }
            let (step, content) = (
                BulletinStore.StepKey(bulletin: name, stepId: body.stepId), Content<String>(body)
            )
            guard
                known.isNew(
                    message, step, content, at: "$.stepId", "this step came before otherwise",
                    counting: "repeated_bulletin_steps", &effects)
            else { continue }
            if let refusal = standing.objection(to: body) {
                effects.refuse(message, refusal)
                continue
            }
            if let measure = body.measure, body.step == .objected {
                standing.objections[body.stepId] = BulletinObjection(measure: measure, note: body.note, by: body.by)
            }
            if body.step == .upheld {
                guard let bulletin = try correct(name, standing, body, transaction, effects.now) else {
                    effects.refuse(
                        message,
                        Refusal(
                            .wrongState, path: "$.step", "there is no key to sign with, or no figure would be left"))
                    continue
                }
                corrected.append(bulletin)
                standing.version += 1
                standing.measures = Set(bulletin.document.figures.map(\.measure))
                tell(bulletin, causedBy: message.envelope, &effects)
            }
            if let objection = body.objectionId { standing.objections[objection]?.isAnswered = true }
            known.keep(content, under: step)
            standings[name] = standing
            fresh.append((body, content.mark))
        }
        try BulletinStore.take(fresh, transaction)
        try BulletinStore.put(corrected, transaction)
        effects.count("bulletin_steps", fresh.count)
        effects.count("bulletins_corrected", corrected.count)
    }

    /// The next version of a bulletin, from what is known by now.
    private func correct(
        _ name: BulletinName, _ standing: BulletinStanding, _ body: TakeBulletinStep,
        _ transaction: borrowing Transaction, _ now: Timestamp
    ) throws -> BulletinStore.Signed? {
        guard let key, let id = body.objectionId, let objection = standing.objections[id] else { return nil }
        let tally = try BulletinStore.tallies(of: [name.customerId], name.month, transaction)[name.customerId]
        return try policy.document(
            of: name.customerId, name.month, version: standing.version + 1, tally ?? BulletinTally(), at: now,
            objectionsUntil: standing.objectionsUntil,
            corrects: BulletinCorrection(
                version: standing.version, objectionId: id, measure: objection.measure, objection: objection.note,
                answer: body.note), keyId: key.identifier
        ).map { try sign($0, by: key, correcting: id) }
    }

    // MARK: Exclusions

    /// Leaves deliveries out of what is told from now on; what was signed stays.
    static func excluded(
        _ messages: [Received<ExcludeDelivery>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ body: ExcludeDelivery) -> OrderKey { OrderKey(source: body.source, orderId: body.orderId) }
        let keys = Set(messages.map { key($0.body) })
        var known = KnownContent<OrderKey, String>(try BulletinStore.exclusions(keys, transaction))
        let orders = try BulletinStore.known(keys, transaction)
        var fresh: [(body: ExcludeDelivery, mark: String)] = []
        for message in messages {
            let (body, content) = (message.body, Content<String>(message.body))
            let key = key(body)
            guard orders.contains(key) else {
                effects.refuse(
                    message,
                    Refusal(
                        .notFound, path: "$.orderId", "there is no order '\(body.orderId)' of '\(body.source)'"))
                continue
            }
            guard
                known.isNew(
                    message, key, content, at: "$.orderId", "this delivery is left out for another reason",
                    counting: "repeated_exclusions", &effects)
            else { continue }
            known.keep(content, under: key)
            fresh.append((body, content.mark))
        }
        try BulletinStore.exclude(fresh, transaction)
        effects.count("deliveries_excluded", fresh.count)
    }
}
