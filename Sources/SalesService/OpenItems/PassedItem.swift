import Domain
import Postgres
import ServiceKit

/// What somebody works on and somebody else gets, without anybody's step.
struct PassedItem {
    /// Who gets it.
    let to: String
    /// For whom that one has it from now on.
    let actingFor: String?
    /// What its history says of that.
    let note: String

    /// Of what people work on what goes, on a day, to who acts for whoever has left.
    ///
    /// - Parameter worked: who works on what is open, and for whom.
    /// - Returns: each that goes, by its identifier.
    static func ofLeavers(
        _ worked: (borrowing Transaction) throws -> [(identifier: String, owner: String, actingFor: String?)],
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
                to: heir, actingFor: one.actingFor ?? one.owner, note: "\(one.owner) has left")
        }
        return passed
    }

    /// What goes along with customers that were handed over, by its identifier.
    ///
    /// - Parameter found: what does, and to whom.
    static func along(with found: [(identifier: String, owner: String)]) -> [String: PassedItem] {
        Dictionary(
            uniqueKeysWithValues: found.map {
                ($0.identifier, PassedItem(to: $0.owner, actingFor: nil, note: "the customer was handed over"))
            })
    }
}
