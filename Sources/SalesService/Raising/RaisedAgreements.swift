import Contracts
import Domain
import Postgres
import ServiceKit

/// Agreements that end, are renewed or have expired, said to whoever looks after the customer.
enum RaisedAgreements {
    /// Says what was written down as told just now.
    static func raise(
        _ agreements: [(row: AgreementRow, state: AgreementState, end: CalendarDay)],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !agreements.isEmpty else { return }
        let businesses = Set(agreements.map { business($0.row) })
        let customers = try OrderStore.owners(of: businesses, transaction)
        let owners = try OpenItemStore.owners(of: businesses, on: effects.now.day(), transaction)
        for (row, state, end) in agreements {
            let (key, terms) = (business(row), row.terms)
            let kind: NoticeKind =
                switch state {
                case .renewing: .agreementRenewing
                case .expired: .agreementExpired
                default: .agreementEnding
                }
            let customer = customers[key]?.customerId ?? row.customer
            let noticeBy = end.adding(days: -(terms.noticeDays ?? 60))
            let due = state == .expired ? nil : OrganisationZone.current.end(of: end)
            effects.raise(
                NoticeContent(
                    NoticeName(kind, source: row.source, terms.agreementId), state == .expired ? .urgent : .attention,
                    revision: effects.noticeRevision(),
                    atStake: terms.yearlyAmount.flatMap { amount in terms.currency.map { Money(amount, $0) } },
                    customerId: customer, businessLine: key.businessLine, node: owners[key]?.branch,
                    owner: owners[key].map(\.login) ?? customers[key]?.owner,
                    facts: [
                        .code("agreement", terms.agreementId), .text("title", terms.title),
                        .code("agreement-kind", terms.kind.rawValue), .code("customer", row.customerCode),
                        .code("state", state.rawValue), .day("ends", end), .day("notice-by", noticeBy),
                    ], next: kind.next(["customer": row.customerCode]), dueAt: due, happenedAt: effects.now))
        }
    }

    static func clear(_ row: AgreementRow, causedBy cause: Envelope?, _ effects: inout Effects) {
        effects.clear(
            NoticeName(.agreementEnding, source: row.source, row.terms.agreementId),
            revision: effects.noticeRevision(),
            because: row.terms.endedOn != nil ? "ended" : "agreed otherwise", causedBy: cause)
    }

    private static func business(_ row: AgreementRow) -> BusinessKey {
        BusinessKey(
            source: row.customerSource ?? row.source, code: row.customerCode,
            businessLine: row.terms.businessLine ?? OwnershipRules.everyLine)
    }
}
