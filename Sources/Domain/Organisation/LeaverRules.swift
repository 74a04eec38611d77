/// Who acts for people who have left, until what they looked after is assigned. Pure.
package struct LeaverRules: Sendable {
    /// Who acts for somebody from a day on, until the next such day.
    package struct StandIn: Sendable, Equatable {
        /// The first day.
        package let from: CalendarDay
        /// `nil` when nobody is above them.
        package let login: String?
    }

    private let book: OrganisationBook

    /// - Parameter book: who belongs where and under whom.
    package init(_ book: OrganisationBook) { self.book = book }

    /// Whether the organisation knows a login.
    package func knows(_ login: String) -> Bool { !book.life(ofPerson: login).isEmpty }

    /// The last day of somebody; `nil` for who stays, and for a login that the organisation does not know.
    package func lastDay(of login: String) -> CalendarDay? {
        let life = book.life(ofPerson: login)
        return life.contains { $0.until == nil } ? nil : life.compactMap(\.until).max()
    }

    /// Whether somebody has left by a day.
    package func hasLeft(_ login: String, by day: CalendarDay) -> Bool { lastDay(of: login).map { $0 < day } ?? false }

    /// The managers above somebody, the nearest first: each as it was on the last day of the one below. For whoever has
    /// left these are the people to whom everything goes, in this order.
    package func managers(above login: String) -> [String] {
        var chain: [String] = []
        var passed: Set<String> = [login]
        var next = book.life(ofPerson: login).last?.manager
        while let manager = next, passed.insert(manager).inserted {
            chain.append(manager)
            next = book.life(ofPerson: manager).last?.manager
        }
        return chain
    }

    /// Whoever leads a node on a day: the one of its members whose manager is no member; `nil` when there is no such one, or
    /// more than one.
    package func head(ofNode node: String, on day: CalendarDay) -> String? {
        let members = book.members(of: node, on: day)
        let logins = Set(members.map(\.login))
        let heads = members.filter { member in !(member.manager.map(logins.contains) ?? false) }
        return heads.count == 1 ? heads.first?.login : nil
    }

    /// Who acts for somebody who leaves, from the day after the last one on; `nil` for who stays.
    ///
    /// It is the manager of that day; once that one has left, too, the next one up; when all have, whoever leads the node
    /// in which the leaver was last; otherwise nobody.
    package func standIns(for login: String) -> [StandIn]? {
        guard let lastDay = lastDay(of: login) else { return nil }
        var found: [StandIn] = []
        var day = lastDay.adding(days: 1)
        for manager in managers(above: login) {
            guard let end = self.lastDay(of: manager) else {
                found.append(StandIn(from: day, login: manager))
                return found
            }
            guard end >= day else { continue }
            found.append(StandIn(from: day, login: manager))
            day = end.adding(days: 1)
        }
        guard let node = book.life(ofPerson: login).last?.node else { return found + [StandIn(from: day, login: nil)] }
        for turn in [day] + book.turns(ofNode: node).filter({ $0 > day }).sorted() {
            let head = head(ofNode: node, on: turn)
            if found.last?.login != head || found.isEmpty { found.append(StandIn(from: turn, login: head)) }
        }
        return found
    }

    /// Who acts for somebody on a day; `nil` when that one has not left by then.
    package func standIn(for login: String, on day: CalendarDay) -> StandIn? {
        guard let standIns = standIns(for: login) else { return nil }
        return standIns.last { $0.from <= day }
    }

    /// Who gets what people work on who have left by a day: who acts for each of them then. Whom nobody is above of keeps it.
    ///
    /// - Parameter logins: who works on something.
    package func heirs(of logins: some Sequence<String>, on day: CalendarDay) -> [String: String] {
        var heirs: [String: String] = [:]
        for login in Set(logins) where hasLeft(login, by: day) {
            heirs[login] = standIn(for: login, on: day)?.login
        }
        return heirs
    }

    /// Whether what one acts for somebody depends on any of some people.
    package func depends(_ login: String, on people: Set<String>) -> Bool {
        let chain = managers(above: login)
        // Once no manager is left it goes by the node, whose members may be anybody.
        return people.contains(login) || chain.contains(where: people.contains)
            || !chain.contains { lastDay(of: $0) == nil }
    }
}
