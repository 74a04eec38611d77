import Domain
import Postgres
import ServiceKit

/// Who stands above whoever has not done something: along the organisation of the day, and by the authority file while no
/// organisation is recorded. Pure, but for reading the organisation.
struct Superiors: Sendable {
    let authority: Authority
    /// The organisation; `nil` while no branch of it is recorded.
    private let book: OrganisationBook?

    init(_ authority: Authority, _ book: OrganisationBook? = nil) {
        self.authority = authority
        self.book = book
    }

    /// As the organisation is known now.
    init(_ authority: Authority, _ transaction: borrowing Transaction) throws {
        let known = try PeopleReplica.known(transaction)
        self.init(authority, known.organisation.divisions.isEmpty ? nil : known.book)
    }

    /// To whom it goes what somebody has not done on a day: the manager, or who is above a manager that has left; for who has
    /// none, the head of the unit they are in or of what is above it, and for who is not recorded the head of the branch. When
    /// nobody is above, the file's director.
    func manager(of owner: String?, branch: String, on day: CalendarDay) -> String {
        guard let book else { return authority.manager(of: owner, branch: branch, on: day) }
        let last = owner.flatMap { book.lastKnown($0, by: day) }
        var passed: Set<String> = []
        var next = last?.manager
        while let login = next, passed.insert(login).inserted {
            if login != owner, book.person(login, on: day) != nil { return login }
            next = book.lastKnown(login, by: day)?.manager
        }
        // Of who is not recorded it goes by the branch; never down from who is above it.
        let heads = book.path(from: last?.node ?? branch, on: day).compactMap { book.head(of: $0.id, on: day)?.login }
        return heads.first { $0 != owner } ?? authority.director
    }

    /// Whether somebody may speak for an alert: its owner, those above, and whoever may approve.
    func mayHandle(_ login: String, owner: String?, escalatedTo: String?, branch: String, on day: CalendarDay) -> Bool {
        login == owner || login == escalatedTo || login == manager(of: owner, branch: branch, on: day)
            || authority.tier(of: login, branch: branch, on: day) != nil
    }
}
