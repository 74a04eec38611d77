import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// Customers as the customer service says them → the leads that are theirs.
enum LeadPartyHandlers {
    static func heard(
        _ records: [CustomerRecord], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let latest = records.onePerKey(\.customerId, replaces: { $0.revision > $1.revision }).map(\.value)
        let told = Dictionary(latest.map { ($0.customerId, keys(of: $0)) }) { first, _ in first }
        let before = try LeadPartyStore.parties(Set(latest.map(\.customerId)), transaction)
        let news = latest.filter { record in before[record.customerId].map { $0.revision < record.revision } ?? true }
        try LeadPartyStore.put(
            news.map { record in
                LeadPartyStore.Party(
                    customerId: record.customerId, revision: record.revision, mergedInto: record.mergedInto,
                    company: record.name.flatMap(ContactKey.company),
                    creditCode: record.creditCode.flatMap(ContactKey.creditCode))
            }, transaction)
        var wanted: [String: (customer: String, by: LeadEvidence)] = [:]
        // What turned out to be another customer's, or is its own again.
        let merged = news.filter { $0.mergedInto != nil }.map(\.customerId)
        let moved = try LeadPartyStore.leads(ofCustomers: merged, transaction)
        let whole = news.filter { $0.mergedInto == nil }
        let owner = Dictionary(
            whole.flatMap { record in (told[record.customerId] ?? []).map { ($0, record.customerId) } }
        ) { first, _ in first }
        let found = try LeadPartyStore.leads(of: Array(owner.keys), transaction)
        let only = try LeadPartyStore.customers(of: Set(found.map(\.key)), transaction)
        // The strongest evidence first: it stays.
        for (key, lead) in found {
            guard let customer = key.kind == .customer ? owner[key] : only[key] else { continue }
            wanted[lead] = wanted[lead] ?? (customer, key.kind)
        }
        let concerned = moved.union(wanted.keys)
        guard !concerned.isEmpty else { return }
        try attach(concerned, wanted, former: before.compactMapValues(\.mergedInto), transaction, &effects)
    }

    /// By what a customer is found.
    static func keys(of record: CustomerRecord) -> [LeadKey] {
        var keys = record.accounts.map { account in
            LeadKey(
                kind: .customer, value: AccountIdentifier.customer(source: account.source, code: account.code))
        }
        if let code = record.creditCode.flatMap(ContactKey.creditCode) {
            keys.append(LeadKey(kind: .creditCode, value: code))
        }
        if let name = record.name.flatMap(ContactKey.company) { keys.append(LeadKey(kind: .company, value: name)) }
        return keys
    }

    private static func attach(
        _ ids: Set<String>, _ wanted: [String: (customer: String, by: LeadEvidence)], former: [String: String],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var wanted = wanted
        var ids = ids
        var leads = try LeadStore.leads(ids, transaction)
        // What a copy tied to another lead while it was waited for.
        let tied = try LeadStore.current(Set(leads.values.filter { $0.mergedInto != nil }.map(\.leadId)), transaction)
        if !tied.isEmpty {
            for (former, latter) in tied { wanted[latter] = wanted[latter] ?? wanted[former] }
            ids.formUnion(tied.values)
            leads = try LeadStore.leads(ids, transaction)
        }
        let current = try LeadPartyStore.current(Set(leads.values.compactMap(\.customerId)), transaction)
        var changed: [Lead] = []
        for id in ids.sorted() {
            guard var lead = leads[id], lead.mergedInto == nil else { continue }
            let before = lead.customerId
            if let customer = lead.customerId { lead.customerId = current[customer] ?? customer }
            if let (customer, by) = wanted[id],
                lead.customerId == nil || former[customer] != nil && former[customer] == lead.customerId
            {
                lead.customerId = customer
                lead.customerBy = by
            }
            guard lead.customerId != before else { continue }
            changed.append(lead)
        }
        guard !changed.isEmpty else { return }
        // Nobody had room for it: who looks after the customer has it now.
        let owners = try LeadPartyStore.owners(
            of: changed.map { ($0.customerId ?? "", $0.businessLine) }, on: effects.now.day(), transaction)
        for place in changed.indices {
            changed[place].revision += 1
            guard changed[place].state == .pool, changed[place].reason == .nobodyFree, let owner = owners[place] else {
                continue
            }
            changed[place].give(to: owner.login, by: .account, at: effects.now)
            changed[place].branch = changed[place].branch ?? owner.branch
        }
        try LeadStore.put(changed, transaction)
        try LeadStore.put(
            changed.map { LeadEvent(lead: $0, at: effects.now, what: "attached") }, transaction)
        try RaisedLeads.tell(changed.map { ($0, nil) }, before: leads, transaction, &effects)
        for lead in changed { effects.publish(lead.message(by: nil, at: effects.now), key: lead.leadId) }
        try SuggestedLeads.look(at: Set(changed.map(\.leadId)), transaction, &effects)
        effects.count("leads_attached", changed.count)
    }
}
