import Contracts
import Postgres
import ServiceKit

/// What is agreed with customers → kept, and told to who shows it.
enum AgreementHandlers {
    static func recorded(
        _ messages: [Received<AgreementRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let known = try AgreementStore.lock(
            messages.map { ($0.envelope.source, $0.body.terms.agreementId) }, transaction)
        var current = known
        var causes: [AgreementKey: Received<AgreementRecorded>] = [:]
        for message in messages {
            let content = Content<String>(message.body)
            let row = AgreementRow(
                source: message.envelope.source, terms: message.body.terms, customerCode: message.body.customer.code,
                customerSource: message.body.customer.source, by: message.body.by, fingerprint: content.mark)
            if let before = current[row.name], before.terms.revision >= row.terms.revision {
                if before.terms.revision == row.terms.revision, !content.isSame(as: before.fingerprint) {
                    effects.refuse(
                        message,
                        Refusal(
                            .conflictingRevision, path: "$.revision",
                            "revision \(row.terms.revision) of this agreement came before with other content: raise the revision"
                        ))
                } else {
                    effects.count("stale_agreements")
                }
                continue
            }
            current[row.name] = row
            causes[row.name] = message
        }
        let changed = causes.keys.sorted().compactMap { current[$0] }
        try AgreementStore.put(changed, transaction)
        for row in changed {
            effects.publish(
                AgreementChanged(
                    row.terms, source: row.source, customerCode: row.customerCode, customerSource: row.customerSource,
                    changedAt: effects.now),
                causedBy: causes[row.name]?.envelope,
                key: row.customer)
        }
        try AgreementNotices.clear(
            changed.compactMap { row in known[row.name].map { ($0, row) } },
            causedBy: { causes[$0]?.envelope }, transaction, &effects)
        effects.count("agreements", changed.count)
    }
}
