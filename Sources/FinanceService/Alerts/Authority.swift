import Contracts
import Domain

/// By when an alert is to be diagnosed.
enum AlertDeadline {
    /// The last of so many working days after a day; with none, the day itself or the first worked one after it.
    static func day(_ workingDays: Int, after day: CalendarDay) -> CalendarDay {
        var found = workingDays == 0 ? WorkingCalendar.onOrAfter(day) : day
        for _ in 0..<max(0, workingDays) { found = WorkingCalendar.onOrAfter(found.adding(days: 1)) }
        return found
    }
}

/// Who answers to whom, and who may approve what.
///
/// A branch's manager is known from the organisation; everything else is as the file says. What comes up to a manager
/// who is the owner himself goes to the director.
struct Authority: Sendable, Equatable {
    /// What those of a tier may approve.
    struct Tier: Sendable, Equatable {
        let name: String
        /// The most that one override may be worth.
        let cap: FixedDecimal
        let currency: Currency
        /// The longest that one override, or an acceptance set by hand, may hold.
        let days: Int
        /// How far a budget may be exceeded by what they approve; the cap when not given.
        let expenseCap: FixedDecimal

        init(name: String, cap: FixedDecimal, currency: Currency, days: Int, expenseCap: FixedDecimal? = nil) {
            self.name = name
            self.cap = cap
            self.currency = currency
            self.days = days
            self.expenseCap = expenseCap ?? cap
        }
    }

    /// The tier of branch managers, of customers of their own branch.
    static let branchTier = "branch-manager"
    /// To whom it goes when nobody has said otherwise.
    static let standardDirector = "finance.director"
    /// The tiers that hold when nobody has said otherwise.
    static let standardTiers = [
        Tier(name: branchTier, cap: FixedDecimal(50_000), currency: .cny, days: 30, expenseCap: FixedDecimal(5_000)),
        Tier(
            name: "director", cap: FixedDecimal(1_000_000), currency: .cny, days: 90,
            expenseCap: FixedDecimal(200_000)),
    ]

    let organisation: Organisation
    /// To whom it goes when nobody else is known.
    let director: String
    private let managers: [String: String]
    private let approvers: [String: String]
    /// What those of each tier may approve.
    let tiers: [Tier]

    /// - Parameters:
    ///   - organisation: the branches with their managers.
    ///   - director: to whom it goes when nobody else is known.
    ///   - managers: the managers of people, by login.
    ///   - approvers: the tiers of people, by login.
    ///   - tiers: what those of each tier may approve.
    init(
        organisation: Organisation = .standard, director: String = standardDirector,
        managers: [String: String] = [:], approvers: [String: String] = [:], tiers: [Tier] = standardTiers
    ) {
        self.organisation = organisation
        self.director = director
        self.managers = managers
        self.approvers = approvers
        self.tiers = tiers
    }

    /// To whom it goes what somebody has not done.
    func manager(of owner: String?, branch: String, on day: CalendarDay) -> String {
        if let owner, let manager = managers[owner] { return manager }
        let manager = organisation.branch(branch, on: day)?.manager ?? director
        return manager == owner ? director : manager
    }

    /// What somebody may approve for customers of a branch; `nil` for nothing.
    func tier(of login: String, branch: String?, on day: CalendarDay) -> Tier? {
        let name: String
        if let named = approvers[login] {
            name = named
        } else if login == director {
            name = "director"
        } else if let branch, organisation.branch(branch, on: day)?.manager == login {
            name = Self.branchTier
        } else {
            return nil
        }
        return tiers.first { $0.name == name }
    }

    /// Who may approve something for customers of a branch.
    ///
    /// - Parameter may: whether those of a tier may.
    func approvers(of branch: String, on day: CalendarDay, _ may: (Tier) -> Bool) -> [String] {
        var logins = Set(approvers.keys).union([director])
        if let manager = organisation.branch(branch, on: day)?.manager { logins.insert(manager) }
        return logins.filter { tier(of: $0, branch: branch, on: day).map(may) ?? false }.sorted()
    }
}

extension Authority {
    /// Reads `{"director"?, "managers"?: [{"login", "manager"}], "approvers"?: [{"login", "tier"}], "tiers"?: [{"name",
    /// "cap", "currency", "days", "expenseCap"?}]}`.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    init(json: [UInt8], organisation: Organisation) throws {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(["director", "managers", "approvers", "tiers"], in: root, "$")
        func pairs(_ list: String, _ second: String) throws -> [String: String] {
            var found: [String: String] = [:]
            for (index, node) in (root[list]?.elements ?? []).enumerated() {
                let path = "$.\(list)[\(index)]"
                try SettingsFile.allow(["login", second], in: node, path)
                guard let login = node["login"]?.string, let value = node[second]?.string else {
                    throw Refusal(.missingField, path: path, "'login' and '\(second)' are required, as texts")
                }
                guard found.updateValue(value, forKey: login) == nil else {
                    throw Refusal(.duplicateElement, path: "\(path).login", "'\(login)' is there before")
                }
            }
            return found
        }
        var tiers: [Tier] = []
        for (index, node) in (root["tiers"]?.elements ?? []).enumerated() {
            let path = "$.tiers[\(index)]"
            try SettingsFile.allow(["name", "cap", "currency", "days", "expenseCap"], in: node, path)
            guard let name = node["name"]?.string, let cap = try SettingsFile.decimal(node, "cap", path),
                let currency = node["currency"]?.string.flatMap({ Currency($0) }),
                let days = try SettingsFile.integer(node, "days", in: 1...366, path)
            else {
                throw Refusal(.missingField, path: path, "a tier has 'name', 'cap', 'currency' and 'days'")
            }
            tiers.append(
                Tier(
                    name: name, cap: cap, currency: currency, days: days,
                    expenseCap: try SettingsFile.decimal(node, "expenseCap", path)))
        }
        let approvers = try pairs("approvers", "tier")
        let known = tiers.isEmpty ? Self.standardTiers : tiers
        for (login, tier) in approvers.sorted(by: { $0.key < $1.key }) where !known.contains(where: { $0.name == tier })
        {
            throw Refusal(.valueNotAllowed, path: "$.approvers", "'\(login)' is of tier '\(tier)', which there is not")
        }
        self.init(
            organisation: organisation, director: root["director"]?.string ?? Self.standardDirector,
            managers: try pairs("managers", "manager"), approvers: approvers, tiers: known)
    }

    /// What holds when nobody has said otherwise, as the file that ``init(json:organisation:)`` reads.
    static var standardJSON: String {
        let tiers = standardTiers.map { tier in
            var object = ObjectWriter()
            object.text("name", tier.name)
            object.decimal("cap", tier.cap)
            object.text("currency", tier.currency.code)
            object.integer("days", tier.days)
            object.decimal("expenseCap", tier.expenseCap)
            return object.finished()
        }
        var object = ObjectWriter()
        object.text("director", standardDirector)
        object.json("managers", SettingsFile.lines([], indent: 1))
        object.json("approvers", SettingsFile.lines([], indent: 1))
        object.json("tiers", SettingsFile.lines(tiers, indent: 1))
        return String(decoding: object.finished(), as: UTF8.self) + "\n"
    }
}
