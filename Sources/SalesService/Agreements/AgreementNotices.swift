import Contracts
import Domain
import Postgres
import ServiceKit

/// Agreements that end, are renewed or have expired, told once to whoever looks after the customer.
enum AgreementNotices {
    private static let told = AgreementState.allCases.filter { kind($0) != nil }

    /// What is said of an agreement that stands so; `nil` where nobody is told.
    static func kind(_ state: AgreementState) -> NoticeKind? {
        switch state {
        case .ending: .agreementEnding
        case .renewing: .agreementRenewing
        case .expired: .agreementExpired
        default: nil
        }
    }

    /// A notice has its name by the end it is about: another end is another notice, the same day again is none.
    private static func identifier(_ row: AgreementRow, _ state: AgreementState, _ end: CalendarDay) -> String {
        StableIdentifier.of("agreement", row.source, row.terms.agreementId, state.rawValue, end.description)
    }

    /// Tells what has come up by a day.
    static func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let day = due.day()
        let notices = try AgreementStore.endings(upTo: day, transaction).compactMap { row in
            let state = row.terms.state(on: day)
            return kind(state).flatMap { kind in
                row.terms.end(asOf: day).map { (row: row, kind: kind, state: state, end: $0) }
            }
        }
        guard !notices.isEmpty else { return }
        let written = try ToldStore.first(
            notices.map { row, kind, state, end in .init(id: identifier(row, state, end), kind: kind, at: due) },
            transaction)
        effects.count("agreement_notices", written.count)
        try RaisedAgreements.raise(
            notices.filter { written.contains(identifier($0.row, $0.state, $0.end)) }
                .map { ($0.row, $0.state, $0.end) }, transaction, &effects)
    }

    /// Takes back what was told of agreements that stand otherwise now.
    static func clear(
        _ changes: [(before: AgreementRow, after: AgreementRow)], causedBy causes: (AgreementKey) -> Envelope?,
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let day = effects.now.day()
        var over: [String: AgreementRow] = [:]
        for (before, after) in changes {
            guard let end = before.terms.end(asOf: day),
                after.terms.endedOn != nil || after.terms.end(asOf: day) != end
                    || after.terms.renews != before.terms.renews
            else { continue }
            for state in told { over[identifier(before, state, end)] = after }
        }
        let cleared = try ToldStore.clear(Array(over.keys), at: effects.now, transaction)
        let agreements = Dictionary(cleared.compactMap { over[$0] }.map { ($0.name, $0) }) { first, _ in first }
        for (name, row) in agreements.sorted(by: { $0.key < $1.key }) {
            RaisedAgreements.clear(row, causedBy: causes(name), &effects)
        }
    }
}
