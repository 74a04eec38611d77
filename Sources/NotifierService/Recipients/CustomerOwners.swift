package import Contracts

/// An account of a customer, and who looks after it in a line of business. Pure.
package struct LookedAfterAccount: Sendable, Equatable {
    /// The code by which its system names it.
    package var code: String
    /// Who looks after it today, the one with the greatest share first; nobody when that one has left and nobody is above.
    package var today: [String]
    /// Whether sales has said so of this day; otherwise the customer's record does.
    package var isTold: Bool
    /// Whoever has looked after it until now, by a record or by what sales said.
    package var ever: Set<String>

    /// - Parameters: as the properties.
    package init(code: String, today: [String], isTold: Bool, ever: Set<String>) {
        self.code = code
        self.today = today
        self.isTold = isTold
        self.ever = ever
    }
}

/// Whose a notice is, and who is told as well: as it was said, or as it is since somebody else looks after the customer.
package struct NamedPeople: Sendable, Equatable {
    /// Whose it is.
    package var owner: String?
    /// Who is told as well.
    package var alsoTo: [String]

    /// - Parameters: as the properties.
    package init(owner: String?, alsoTo: [String]) {
        self.owner = owner
        self.alsoTo = alsoTo
    }
}

/// Whose notices are when other people look after their customers than when they were raised. Pure.
///
/// A service names who looks after the customer on the day on which it raises a notice. As long as the notice is open it is for
/// whoever does now. Who was named by an order and never looked after the customer stays named, unless sales has said for today
/// who does: that stands above what orders name.
package enum CustomerOwners {
    /// Who is named by a notice from now on.
    ///
    /// - Parameters:
    ///   - said: who was named when it was raised.
    ///   - following: what of it goes along with its customer.
    ///   - code: by which code it names the customer; `nil` when it names none.
    ///   - accounts: the accounts of its customer in its line of business, in one order; none when nothing is known of it.
    ///   - managers: who is above somebody, the nearest first.
    package static func named(
        _ said: NamedPeople, following: NoticeFollowing, code: String?, accounts: [LookedAfterAccount],
        managers: (String) -> [String]
    ) -> NamedPeople {
        let meant = accounts.filter { $0.code == code }
        let accounts = meant.isEmpty ? accounts : meant
        guard following != .also else { return toldAsWell(said, accounts) }
        guard let account = account(of: said.owner, among: accounts) else { return said }
        var named = said
        if said.owner.map(account.today.contains) != true { named.owner = account.today.first }
        if following == .ownerAndManagers, let owner = named.owner, owner != said.owner {
            named.alsoTo = Array(managers(owner).prefix(said.alsoTo.count))
        }
        add(account.isTold ? account.today : [], to: &named)
        return named
    }

    /// Whoever looks after the customer is told as well: no more those who did before, unless it is theirs.
    private static func toldAsWell(_ said: NamedPeople, _ accounts: [LookedAfterAccount]) -> NamedPeople {
        let found = (said.alsoTo + [said.owner].compactMap(\.self)).lazy.compactMap { login in
            accounts.first { $0.today.contains(login) } ?? accounts.first { $0.ever.contains(login) }
        }.first
        guard let account = found ?? only(accounts) else { return said }
        var named = said
        named.alsoTo.removeAll { account.ever.contains($0) && !account.today.contains($0) }
        add(account.today, to: &named)
        return named
    }

    private static func add(_ logins: [String], to named: inout NamedPeople) {
        for login in logins where !named.alsoTo.contains(login) { named.alsoTo.append(login) }
        named.alsoTo.removeAll { $0 == named.owner }
    }

    /// The account for which somebody is named: one that they look after, or else one that they did.
    private static func account(
        of login: String?, among accounts: [LookedAfterAccount]
    ) -> LookedAfterAccount? {
        guard let login else { return accounts.count == 1 && accounts[0].today.first != nil ? accounts[0] : nil }
        return accounts.first { $0.today.contains(login) }
            ?? accounts.first { $0.ever.contains(login) && ($0.isTold || !$0.today.isEmpty) } ?? only(accounts)
    }

    /// The account when there is one only and sales has said who looks after it.
    private static func only(_ accounts: [LookedAfterAccount]) -> LookedAfterAccount? {
        accounts.count == 1 && accounts[0].isTold ? accounts[0] : nil
    }
}
