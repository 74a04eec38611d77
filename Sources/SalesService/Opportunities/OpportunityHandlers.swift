import Contracts
import Domain
import Postgres
import ServiceKit

/// What is said and done about opportunities → everything that was said, how they stand, and the funnel.
enum OpportunityHandlers {
    /// Where those are kept that people here work on.
    static let own = ServiceName.sales.source

    /// Revisions as the system says them in which an opportunity is kept, in any order.
    static func recorded(
        _ messages: [Received<OpportunityRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<OpportunityRecorded>) -> OpportunityKey {
            OpportunityKey(source: message.envelope.source, identifier: message.body.terms.opportunityId)
        }
        var book = try OpportunityBook(Set(messages.map(key)), transaction)
        let stages = try StageStore.stages(transaction)
        for message in messages {
            let (key, terms) = (key(message), message.body.terms)
            if let before = book.word(key, terms.revision) {
                if Content<String>(message.body).isSame(as: before.fingerprint) {
                    effects.count("repeated_opportunities")
                } else {
                    effects.refuse(
                        message,
                        Refusal(
                            .conflictingRevision, path: "$.revision",
                            "revision \(terms.revision) of this opportunity came before with other content: raise the revision"
                        ))
                }
                continue
            }
            do throws(Refusal) {
                try OpportunityPolicy.check(terms, by: stages)
                book.say(
                    terms, by: message.body.by, for: message.onBehalfOf, of: key, at: effects.now,
                    causedBy: message.envelope)
            } catch {
                effects.refuse(message, error)
            }
        }
        try book.write(transaction, &effects)
    }

    /// What people do about those that are kept here.
    static func stepTaken(
        _ messages: [Received<TakeOpportunityStep>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<TakeOpportunityStep>) -> OpportunityKey {
            OpportunityKey(source: own, identifier: message.body.opportunityId)
        }
        var book = try OpportunityBook(Set(messages.map(key)), transaction)
        let stages = try StageStore.stages(transaction)
        let known = try PeopleReplica.known(transaction)
        let people = LeaverRules(known.book)
        for message in messages {
            let body = message.body
            if let to = body.to, known.isRecorded, !people.knows(to) || people.hasLeft(to, by: body.at.day()) {
                effects.refuse(
                    message, Refusal(.notFound, path: "$.to", "nobody here has the login '\(to)', or this one has left")
                )
                continue
            }
            let key = key(message)
            do throws(Refusal) {
                let after = try OpportunityPolicy.take(body, book.standing(key), by: stages)
                book.say(
                    after, by: body.by, for: message.onBehalfOf, of: key, at: effects.now, causedBy: message.envelope)
            } catch {
                effects.refuse(message, error)
            }
        }
        try book.write(transaction, &effects)
    }

    /// Leads that were converted become opportunities, each once.
    ///
    /// - Parameter leads: the leads, with who converted each and the message by which.
    static func born(
        of leads: [(lead: Lead, by: String, cause: Envelope?)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let named = leads.compactMap { one in
            one.lead.opportunityId.map { (key: OpportunityKey(source: own, identifier: $0), born: one) }
        }
        guard !named.isEmpty else { return }
        var book = try OpportunityBook(Set(named.map(\.key)), transaction)
        let stages = try StageStore.stages(transaction)
        for (key, born) in named where book.standing(key) == nil {
            guard
                let terms = OpportunityPolicy.opportunity(
                    of: born.lead, by: stages, at: born.lead.convertedAt ?? effects.now)
            else { continue }
            book.say(
                terms, by: born.by, of: key, customer: born.lead.customerId, at: effects.now, causedBy: born.cause)
        }
        try book.write(transaction, &effects)
    }

    /// Leads that were converted before there were opportunities, some at a time.
    static func fill(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let item = items.last else { return }
        try LeadStore.lock(transaction)
        let ids = try OpportunityStore.converted(without: own, limit: atOnce, transaction)
        let leads = try LeadStore.leads(ids, transaction).values.sorted { $0.leadId.compareBytes(with: $1.leadId) < 0 }
        guard !leads.isEmpty else { return }
        try born(of: leads.map { ($0, $0.owner ?? $0.formerOwner ?? own, nil) }, transaction, &effects)
        if leads.count == atOnce {
            effects.schedule(item.task, key: item.key, at: effects.now.adding(seconds: 1))
        }
    }

    private static let atOnce = 500
}
