import Domain
import Postgres
import ServiceKit

/// What somebody works on and somebody else gets, without anybody's step.
struct PassedItem {
    /// Who gets it.
    let to: String
    /// For whom that one has it from now on.
    let actingFor: String?
    /// Who had it before it went along with a customer that was handed over, and gets it back when that is taken back.
    var handedFrom: String?
    /// What its history says of that.
    let note: String

    /// What the history says of what comes back.
    static let takenBack = "the handover was taken back"

    /// Of what people work on what goes, on a day, to who acts for whoever has left.
    ///
    /// - Parameter worked: who works on what is open, and for whom.
    /// - Returns: each that goes, by its identifier.
    static func ofLeavers(
        _ worked: (borrowing Transaction) throws -> [WorkedItem],
        on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String: PassedItem] {
        let known = try PeopleReplica.known(transaction)
        guard known.isRecorded else { return [:] }
        let worked = try worked(transaction)
        let heirs = LeaverRules(known.book).heirs(of: worked.map(\.owner), on: day)
        var passed: [String: PassedItem] = [:]
        for one in worked {
            guard let heir = heirs[one.owner] else { continue }
            passed[one.identifier] = PassedItem(
                to: heir, actingFor: one.actingFor ?? one.owner, handedFrom: one.handedFrom,
                note: "\(one.owner) has left")
        }
        return passed
    }

    /// What goes along with customers that were handed over, by its identifier.
    ///
    /// - Parameter found: what does, to whom, and who had it first.
    static func along(with found: [HandedItem]) -> [String: PassedItem] {
        Dictionary(
            uniqueKeysWithValues: found.map { one in
                let handedFrom = one.origin.hasSameBytes(as: one.owner) ? nil : one.origin
                let passed = PassedItem(
                    to: one.owner, actingFor: nil, handedFrom: handedFrom, note: "the customer was handed over")
                return (one.identifier, passed)
            })
    }

    /// What comes back, by its identifier, since a handover was taken back or changed: to who had it, or has the customer by other
    /// handovers now; of whoever of them has left, to who acts then.
    ///
    /// - Parameter found: what does, to whom, and who had it first.
    static func back(
        _ found: [HandedItem], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String: PassedItem] {
        guard !found.isEmpty else { return [:] }
        let known = try PeopleReplica.known(transaction)
        let heirs = known.isRecorded ? LeaverRules(known.book).heirs(of: found.map(\.owner), on: day) : [:]
        return Dictionary(
            uniqueKeysWithValues: found.map { one in
                let heir = heirs[one.owner]
                let passed = PassedItem(
                    to: heir ?? one.owner, actingFor: heir == nil ? nil : one.owner,
                    handedFrom: one.origin.hasSameBytes(as: one.owner) ? nil : one.origin, note: takenBack)
                return (one.identifier, passed)
            })
    }
}

/// What somebody works on.
struct WorkedItem {
    let identifier: String
    let owner: String
    /// For whom that one has it.
    let actingFor: String?
    /// Who had it before it went along with a customer.
    let handedFrom: String?
}

/// What goes along with a customer, or comes back.
struct HandedItem {
    let identifier: String
    /// Who gets it.
    let owner: String
    /// Who had it before anything was handed over.
    let origin: String
}
