import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders and their completions → how deliveries went, and whom to ask.
struct DeliveryHandlers: Sendable {
    let policy: DeliveryPolicy
    let organisation: Organisation

    func placed(
        _ messages: [Received<OrderPlaced>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try DeliveryStore.putOrders(
            messages.map { ($0.envelope.source, $0.body.order) },
            in: PeopleReplica.organisation(or: organisation, transaction, of: effects), transaction)
        try settle(messages.map { ($0.envelope.source, $0.body.order.orderId) }, transaction, &effects)
    }

    func changed(
        _ messages: [Received<OrderChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try DeliveryStore.putOrders(
            messages.map { ($0.envelope.source, $0.body.order) },
            in: PeopleReplica.organisation(or: organisation, transaction, of: effects), transaction)
        try settle(messages.map { ($0.envelope.source, $0.body.order.orderId) }, transaction, &effects)
    }

    func completed(
        _ messages: [Received<OrderCompleted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let named = messages.map { $0.key($0.body.orderId, of: $0.body.orderSource) as OrderKey }
        let meant = try SettledOrderStore.meant(by: named, transaction)
        let keys = named.map { meant[$0] ?? $0 }
        try DeliveryStore.putCompletions(zip(keys, messages).map { (key: $0, body: $1.body) }, transaction)
        try settle(keys.map { ($0.source, $0.orderId) }, transaction, &effects)
    }

    /// Somebody has said whose order is meant that was told as done and that nobody had sent.
    func referenceSettled(
        _ messages: [Received<OrderReferenceSettled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body).filter { body in body.documents.contains { $0.kind == .completion } }
        guard !bodies.isEmpty else { return }
        for body in bodies {
            try SettledOrderStore.settle(
                OrderKey(source: body.source, orderId: body.orderId), as: body.meant, transaction)
        }
        effects.count("completions_settled", bodies.count)
        try settle(bodies.map { ($0.meant, $0.orderId) }, transaction, &effects)
    }

    func cancelled(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try DeliveryStore.orders.cancel(messages, transaction)
        try settle(messages.map { ($0.envelope.source, $0.body.orderId) }, transaction, &effects)
    }

    /// Counts what is complete now, takes back what no longer is, and asks where a rule says so.
    ///
    /// A cancelled order is not counted and nobody is asked about it; a later revision that takes the order up again
    /// counts it again.
    private func settle(
        _ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var moves: [(row: DeliveryRow, count: DeliveryCount?)] = []
        var candidates: [(DeliveryRow, String)] = []
        let rows = try DeliveryStore.complete(keys, transaction)
        let customers = Set(rows.map(\.customerId)).sorted()
        let standings = try ClassStore.standings(of: customers, transaction)
        let again = try RecoveryStore.toAskAgain(customers, transaction)
        for row in rows {
            let count = DeliveryPolicy.count(of: row)
            if row.counted != count { moves.append((row, count)) }
            if let count, !row.hasSurvey,
                let rule = policy.adapted(to: standings[row.customerId] ?? .usual).surveyRule(
                    count.verdict, source: row.source, orderId: row.orderId,
                    isAskedAgain: again.contains(row.customerId))
            {
                candidates.append((row, rule))
            }
        }
        try DeliveryStore.count(moves, transaction)
        effects.count("deliveries", moves.count)
        try ask(candidates, standings, transaction, &effects)
    }

    /// Customers say whether they want to be asked: who does gets the surveys that were held back, as long as answers to them count.
    func consented(
        _ messages: [Received<ConsentRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        // What one person of a customer wants says nothing of the others.
        let words = messages.filter { ($0.body.with ?? "").isEmpty }.map { message in
            (
                account: AccountKey(
                    source: message.body.customer.source ?? message.envelope.source, code: message.body.customer.code),
                body: message.body
            )
        }
        let accounts = Set(words.map(\.account))
        try SurveyConsentStore.lock(accounts, transaction)
        try SurveyConsentStore.put(words, transaction)
        let invitations = try SurveyConsentStore.held(
            of: SurveyConsentStore.granted(accounts, transaction),
            since: effects.now.adding(seconds: -Int64(policy.answerDays) * 86_400), transaction
        ).map { SurveyPolicy.invitation(to: $0, for: policy.answerDays, by: .fresh()) }
        for invitation in invitations { effects.publish(invitation, key: invitation.customerId) }
        try SurveyConsentStore.release(invitations, transaction)
        effects.count("surveys_released", invitations.count)
    }

    private func ask(
        _ candidates: [(row: DeliveryRow, rule: String)], _ standings: [String: DeliveryPolicy.Standing],
        _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !candidates.isEmpty else { return }
        var last = try DeliveryStore.lastAsked(Set(candidates.map(\.row.customerId)).sorted(), transaction)
        var surveys: [SurveyRequested] = []
        for (row, rule) in candidates {
            let quiet = policy.adapted(to: standings[row.customerId] ?? .usual).fatigueDays
            if let asked = last[row.customerId],
                asked.adding(seconds: Int64(quiet) * 86_400) > effects.now
            {
                effects.count("surveys_spared")
                continue
            }
            last[row.customerId] = effects.now
            let survey = SurveyRequested(
                surveyId: StableIdentifier.of("survey", row.source, row.orderId), customerId: row.customerId,
                customerCode: row.customerCode, source: row.source, orderId: row.orderId,
                businessLine: row.businessLine, branch: row.branch, rule: rule, requestedAt: effects.now)
            surveys.append(survey)
            effects.publish(survey, key: row.customerId)
        }
        // Our own people hear of it all the same; the customer is written to only with its consent.
        func account(_ survey: SurveyRequested) -> AccountKey {
            AccountKey(source: survey.source, code: survey.customerCode)
        }
        let accounts = Set(surveys.map(account))
        try SurveyConsentStore.lock(accounts, transaction)
        let granted = try SurveyConsentStore.granted(accounts, transaction)
        let asked = surveys.map { survey in
            (
                survey: survey,
                invitation: granted.contains(account(survey))
                    ? SurveyPolicy.invitation(to: survey, for: policy.answerDays, by: .fresh()) : nil
            )
        }
        for (_, invitation) in asked {
            if let invitation { effects.publish(invitation, key: invitation.customerId) }
        }
        effects.count("surveys_held", asked.count { $0.invitation == nil })
        try DeliveryStore.putSurveys(asked, transaction)
        try RecoveryStore.askedAgain(
            asked.compactMap { $0.invitation?.customerId }, transaction)
        try RaisedSurveys.tell(surveys, transaction, &effects)
        effects.count("surveys", surveys.count)
    }
}
