import Contracts
import Domain
import Postgres
import ServiceKit

/// What is proposed and decided of what is sold → its versions, and what is told of them.
enum ProductHandlers {
    static func proposed(
        _ messages: [Received<ProposeProduct>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ProductStore.lock(transaction)
        var catalogue = try ProductStore.catalogue(transaction)
        var fresh: [ProductVersion] = []
        for message in messages {
            let terms = message.body.terms
            if let known = catalogue.version(terms.key, terms.version),
                known.proposal.terms.encode() == terms.encode(), known.proposal.by.hasSameBytes(as: message.body.by)
            {
                effects.count("repeated_products")
                continue
            }
            do throws(Refusal) {
                try ProductPolicy.check(message.body, in: catalogue)
            } catch {
                effects.refuse(message, error)
                continue
            }
            let version = ProductVersion(proposal: message.body, state: .proposed)
            catalogue.put(version)
            fresh.append(version)
            try tell(version, at: message.body.at, causedBy: message.envelope, transaction, &effects)
        }
        try ProductStore.put(fresh, transaction)
        effects.count("product_versions", fresh.count)
    }

    static func decided(
        _ messages: [Received<DecideProduct>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ProductStore.lock(transaction)
        var catalogue = try ProductStore.catalogue(transaction)
        var changed: [ProductVersion] = []
        for message in messages {
            let days = [effects.now.day(), message.body.at.day()]
            let version: ProductVersion
            do throws(Refusal) {
                version = try ProductPolicy.decide(message.body, in: catalogue, now: effects.now) {
                    message.permit.areOne($0, $1, on: days)
                }
            } catch {
                effects.refuse(message, error)
                continue
            }
            catalogue.put(version)
            changed.append(version)
            try tell(version, at: message.body.at, causedBy: message.envelope, transaction, &effects)
        }
        try ProductStore.put(changed, transaction)
    }

    private static func tell(
        _ version: ProductVersion, at time: Timestamp, causedBy cause: Envelope,
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        effects.publish(
            ProductChanged(
                version.terms, state: version.state, proposedBy: version.proposal.by, decidedBy: version.decidedBy,
                at: time), causedBy: cause, key: "\(version.terms.key)")
        try RaisedProducts.tell(
            version, causedBy: cause, in: { try PeopleReplica.known(transaction).book }, &effects)
    }
}
