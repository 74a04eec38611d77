import Contracts
import Domain
import LeadScoring
import Postgres
import ServiceKit

/// Captures and what people do about leads → leads as they stand, told to who needs it.
enum LeadHandlers {
    /// A capture that did not come before.
    private struct Fresh {
        let message: Received<LeadCaptured>
        let key: CaptureKey
        let fingerprint: String
        let keys: [LeadKey]
    }

    /// Keeps captures, each as a touch of the lead that is there or by which it comes into being. Whoever writes leads is
    /// alone by now, and the places of the keys are locked.
    static func captured(
        _ messages: [(message: Received<LeadCaptured>, keys: [LeadKey])], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let fresh = try new(messages, transaction, &effects)
        guard !fresh.isEmpty else { return }
        let known = try LeadCaptureStore.leads(of: Set(fresh.flatMap(\.keys)), transaction)
        var leads = try LeadStore.leads(Set(known.values), transaction)
        var intake = LeadIntakePolicy(keys: known, firstAt: leads.mapValues(\.firstAt))
        let touches = fresh.map { one in
            intake.take(
                named: StableIdentifier.of("lead", one.key.source, one.key.identifier), keys: one.keys,
                at: one.message.body.capturedAt)
        }
        var changes = LeadChanges(before: leads)
        // Leads that stand in the books and turned out to be others.
        var moved: [(from: String, into: String)] = []
        for id in intake.merged {
            let into = intake.root(of: id)
            guard var former = leads[id], var latter = leads[into] else { continue }
            moved.append((id, into))
            latter.take(over: former)
            former.end(into: into)
            leads[id] = changes.note(former, "merged", at: effects.now)
            leads[into] = latter
            changes.touched[into] = "tied"
        }
        let scores = try score(fresh, transaction)
        let parties = try customers(of: fresh, transaction)
        var stored: [StoredCapture] = []
        for (place, one) in fresh.enumerated() {
            let (body, score) = (one.message.body, scores[place])
            let id = intake.lead(of: touches[place])
            let isNew = leads[id] == nil
            var lead =
                leads[id]
                ?? Lead(
                    leadId: id, state: .pool, source: one.key.source, channel: body.channel, campaign: body.campaign,
                    firstAt: body.capturedAt, lastAt: body.capturedAt, probability: score.probability,
                    grade: score.grade)
            lead.touch(body)
            if lead.customerId == nil, let party = parties[place] {
                lead.customerId = party.customer
                lead.customerBy = party.by
                if !isNew { changes.touched[id] = changes.touched[id] ?? "attached" }
            }
            if isNew {
                changes.wanting[id] = "captured"
            } else if lead.state == .closed, lead.closedAt.map({ body.capturedAt > $0 }) ?? true {
                changes.wanting[id] = "reopened"
            } else if changes.wanting[id] == nil {
                RaisedLeads.again(lead, one.key, causedBy: one.message.envelope, &effects)
            }
            leads[id] = lead
            stored.append(
                StoredCapture(
                    key: one.key, body: body, fingerprint: one.fingerprint, leadId: id,
                    isFirst: touches[place].own == id,
                    joinedBy: touches[place].joinedBy, probability: score.probability, grade: score.grade))
        }
        try assign(&leads, &changes, transaction, effects.now)
        for (id, what) in changes.touched.sorted(by: { $0.key < $1.key }) where changes.wanting[id] == nil {
            if let lead = leads[id] { leads[id] = changes.note(lead, what, at: effects.now) }
        }
        try LeadStore.put(leads.values, transaction)
        try LeadCaptureStore.move(moved, transaction)
        try LeadCaptureStore.put(
            intake.newKeys.compactMap { key in intake.lead(of: key).map { (key, $0) } }, transaction)
        try LeadCaptureStore.put(stored, at: effects.now, transaction)
        try changes.write(transaction, &effects)
        for (one, capture) in zip(fresh, stored) {
            guard let lead = leads[capture.leadId] else { continue }
            effects.publish(
                capture.message(of: lead, at: effects.now), causedBy: one.message.envelope, key: lead.leadId)
        }
        try SuggestedLeads.look(
            at: Set(stored.filter { $0.key.source == SuggestedLeads.source }.map(\.leadId)), transaction, &effects)
        effects.count("lead_captures", stored.count)
    }

    /// Those that did not come before: the same again has no effect, and the same identifier with other content is refused.
    private static func new(
        _ messages: [(message: Received<LeadCaptured>, keys: [LeadKey])], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws -> [Fresh] {
        func key(_ message: Received<LeadCaptured>) -> CaptureKey {
            CaptureKey(source: message.envelope.source, identifier: message.body.captureId)
        }
        var seen = KnownContent(
            try LeadCaptureStore.known(Set(messages.map { key($0.message) }), transaction))
        var fresh: [Fresh] = []
        for (message, keys) in messages {
            let (key, content) = (key(message), Content<String>(message.body))
            guard
                seen.isNew(message, key, content, at: "$.captureId", counting: "repeated_lead_captures", &effects)
            else { continue }
            seen.keep(content, under: key)
            fresh.append(Fresh(message: message, key: key, fingerprint: content.mark, keys: keys))
        }
        return fresh
    }

    /// What each capture is worth by what was known before its day.
    private static func score(
        _ fresh: [Fresh], _ transaction: borrowing Transaction
    ) throws -> [(probability: Double, grade: LeadGrade?)] {
        let models = try LeadModelStore.models(
            for: Set(fresh.map { $0.message.body.capturedAt.day() }), transaction)
        return fresh.map { one in
            let body = one.message.body
            let model = models[body.capturedAt.day()] ?? .untaught
            let probability = model.probability(
                LeadFeatures(body, from: one.key.source).levels(model.names))
            let grade = model.grade(probability, line: body.businessLine).map { LeadGrade.allCases[$0] }
            return (probability, grade)
        }
    }

    /// The customer of each capture, as far as it is known by now: by the strongest evidence.
    private static func customers(
        of fresh: [Fresh], _ transaction: borrowing Transaction
    ) throws -> [Int: (customer: String, by: LeadEvidence)] {
        var codes: [Int: AccountKey] = [:]
        for (place, one) in fresh.enumerated() {
            guard let customer = one.message.body.customer else { continue }
            codes[place] = one.message.key(customer.code, of: customer.source)
        }
        let byCode = try LeadPartyStore.customers(of: Set(codes.values).sorted(), transaction)
        let byKey = try LeadPartyStore.customers(of: Set(fresh.flatMap(\.keys)), transaction)
        var found: [Int: (customer: String, by: LeadEvidence)] = [:]
        for (place, one) in fresh.enumerated() {
            if let customer = codes[place].flatMap({ byCode[$0] }) {
                found[place] = (customer, .customer)
            } else if let key = one.keys.first(where: { byKey[$0] != nil }), let customer = byKey[key] {
                found[place] = (customer, key.kind)
            }
        }
        return found
    }

    /// Gives leads that are new, or came to life again, to somebody; into the pool what nobody has room for.
    private static func assign(
        _ leads: inout [String: Lead], _ changes: inout LeadChanges, _ transaction: borrowing Transaction,
        _ now: Timestamp
    ) throws {
        let ids = changes.wanting.keys.sorted { one, other in
            guard let first = leads[one], let second = leads[other], first.firstAt != second.firstAt else {
                return one < other
            }
            return first.firstAt < second.firstAt
        }
        guard !ids.isEmpty else { return }
        let customers = ids.enumerated().compactMap { place, id in
            leads[id].flatMap { lead in lead.customerId.map { (place, $0, lead.businessLine) } }
        }
        let owners = try LeadPartyStore.owners(
            of: customers.map { ($0.1, $0.2) }, on: now.day(), transaction)
        var owner: [Int: (login: String, branch: String?)] = [:]
        for (index, customer) in customers.enumerated() { owner[customer.0] = owners[index] }
        var rule = try LeadTasks.rule(on: now.day(), transaction)
        for (place, id) in ids.enumerated() {
            guard var lead = leads[id] else { continue }
            lead.branch = lead.branch ?? owner[place]?.branch
            if let (login, ground) = rule.assign(
                owner: owner[place]?.login, line: lead.businessLine, branch: lead.branch, at: now)
            {
                lead.give(to: login, by: ground, at: now)
                if changes.wanting[id] == "reopened" {
                    lead.state = .assigned
                    lead.startClock(at: now)
                }
            } else {
                lead.pool(.nobodyFree, at: now)
                lead.closedAt = nil
            }
            leads[id] = changes.note(lead, changes.wanting[id] ?? "captured", at: now)
        }
    }

    // MARK: Steps

    static func stepTaken(
        _ messages: [Received<TakeLeadStep>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LeadStore.lock(transaction)
        let current = try LeadStore.current(Set(messages.map(\.body.leadId)), transaction)
        var leads = try LeadStore.leads(Set(current.values), transaction)
        var claims = try claims(of: messages, transaction)
        let known = try PeopleReplica.known(transaction)
        let people = LeaverRules(known.book)
        var changes = LeadChanges(before: leads)
        var converted: [(lead: Lead, by: String, cause: Envelope?)] = []
        for message in messages {
            let body = message.body
            guard let id = current[body.leadId], let lead = leads[id] else {
                effects.refuse(
                    message,
                    Refusal(
                        .notFound, path: "$.leadId",
                        "there is no lead '\(body.leadId)': 'waybill leads list --all' shows those there are"))
                continue
            }
            if let to = body.to, known.isRecorded, !people.knows(to) || people.hasLeft(to, by: body.at.day()) {
                effects.refuse(
                    message, Refusal(.notFound, path: "$.to", "nobody here has the login '\(to)', or this one has left")
                )
                continue
            }
            let claim = Claimer(login: body.by, day: body.at.day())
            do throws(Refusal) {
                let after = try LeadLifePolicy.take(
                    body, lead, claims: claims[claim] ?? LeadLifePolicy.Claims())
                if body.step == .claimed { claims[claim]?.claimed += 1 }
                if body.step == .converted { converted.append((after, body.by, message.envelope)) }
                leads[id] = after
                changes.note(after, by: message)
            } catch {
                effects.refuse(message, error)
            }
        }
        try LeadStore.put(Set(changes.events.map(\.lead.leadId)).compactMap { leads[$0] }, transaction)
        try changes.write(transaction, &effects)
        try OpportunityHandlers.born(of: converted, transaction, &effects)
        effects.count("lead_steps", changes.events.count)
    }

    /// Who claims, and on which day.
    private struct Claimer: Hashable {
        let login: String
        let day: CalendarDay
    }

    private static func claims(
        of messages: [Received<TakeLeadStep>], _ transaction: borrowing Transaction
    ) throws -> [Claimer: LeadLifePolicy.Claims] {
        let claimers = Set(
            messages.map(\.body).filter { $0.step == .claimed }.map { Claimer(login: $0.by, day: $0.at.day()) })
        guard !claimers.isEmpty else { return [:] }
        let sorted = claimers.sorted { ($0.login, $0.day) < ($1.login, $1.day) }
        let counts = try LeadStore.claimed(sorted.map { ($0.login, $0.day) }, transaction)
        let sellers = Dictionary(
            try LeadSellerStore.sellers(transaction).map { ($0.login, $0.claimsPerDay) }
        ) { first, _ in first }
        return Dictionary(
            zip(sorted, counts).map { claimer, count in
                (
                    claimer,
                    LeadLifePolicy.Claims(
                        claimed: count, most: sellers[claimer.login] ?? LeadLifePolicy.claimsPerDay)
                )
            }
        ) { first, _ in first }
    }
}
