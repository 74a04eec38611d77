import Contracts
import Domain
import NotifierService
import ServiceKit
import Simulation
import Testing

/// Nobody is told of what they may not see, whoever is named, whatever the policy. What may be seen is worked out a second time
/// here, from the organisation of ``NotifiedPeople`` as it stands on paper.
@Suite("Nobody is told without the right")
struct AddressingRightTests {
    private static let now = Timestamp("2026-03-02T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    private static let roles: [String: PermissionRole] = [
        "boss": .executive, "chen.fang": .branchManager, "li.wei": .salesRep, "wang.min": .salesRep,
        "clerk": .financeClerk,
    ]
    private static let branch: Set = ["chen.fang", "li.wei", "wang.min"]
    /// By the words of a notice, the kinds by one of which it is seen.
    private static let seenBy: [String: PermissionKind] = [
        "alert": .marginAlert, "invoice": .receivable, "payment": .receivable, "dispute": .receivable,
        "promise": .receivable, "write-off": .receivable, "supplier-invoice": .payable, "budget": .expense,
        "account": .customer, "party": .customer, "lead": .customer, "opportunity": .customer,
        "product": .customer, "quote": .order, "rate-card": .rate, "review": .identity,
    ]

    private static func kinds(_ word: String) -> [PermissionKind] {
        [seenBy[word] ?? PermissionKind(rawValue: word), .notice].compactMap(\.self)
    }

    /// How near an object is, on paper: to oneself, to those of one's team, by where it is.
    private static func relation(to login: String, _ notice: AddressedNotice) -> PermissionRelation {
        if notice.owner == login { return .own }
        let team = branch.contains(login) ? branch : ["boss", "clerk"]
        // Whoever is above somebody has them in the team as well.
        let below: Set = login == "boss" ? ["chen.fang", "clerk"] : login == "chen.fang" ? ["li.wei", "wang.min"] : []
        if let owner = notice.owner, team.union(below).contains(owner) { return .sameTeam }
        guard let node = notice.node else { return .group }
        if !branch.contains(login) { return .sameBranch }
        return node == "KS01" ? .sameBranch : .otherBranch
    }

    private static func lines(
        _ policy: PermissionPolicy, seeing notice: AddressedNotice, to login: String
    ) -> [PermissionLine] {
        guard let role = roles[login] else { return [] }
        return policy.lines.filter { line in
            line.role == role
                && kinds(notice.objectKind).contains { kind in
                    let near = kind.isOwned ? relation(to: login, notice) : .group
                    return line.kinds.contains(kind) && near <= line.scope.reach
                }
        }
    }

    private static func policy(_ random: inout RandomSource) -> PermissionPolicy {
        var lines: [PermissionLine] = []
        for role in Set(roles.values).sorted(by: { $0.rawValue < $1.rawValue }) {
            for number in 0..<random.below(4) {
                let kinds = PermissionKind.allCases.filter { _ in random.happens(0.3) }
                lines.append(
                    PermissionLine(
                        name: "\(role.rawValue)-\(number)", role: role, right: .see, kinds: kinds + [.audit],
                        scope: PermissionScope.allCases[random.below(PermissionScope.allCases.count)],
                        fields: PermissionField.allCases.filter { _ in random.happens(0.3) }))
            }
        }
        return PermissionPolicy(
            version: 1, lines: lines,
            people: roles.sorted { $0.key < $1.key }.map { PermissionHolder(login: $0.key, roles: [$0.value]) })
    }

    @Test("whoever is named, of whatever kind, wherever: told is who may see it, and nobody else", arguments: 0..<30)
    func matrix(_ seed: Int) throws {
        var random = RandomSource(seed: UInt64(seed + 1))
        let policy = Self.policy(&random)
        let names = ["boss", "chen.fang", "li.wei", "wang.min", "clerk", "gone", "nobody", "a@b.c\r\nBcc: x"]
        let words = Set(NoticeKind.allCases.map(\.about.word)).union(Self.seenBy.keys).union(["warehouse"]).sorted()
        var addressing = try Addressing(NotifiedPeople.known(policy), at: Self.now)
        var problems: [String] = []
        for word in words {
            for owner in names.map(Optional.some) + [nil] {
                for node in ["KS01", "SH01", nil] {
                    let notice = AddressedNotice(
                        objectKind: word, owner: owner, alsoTo: names.filter { _ in random.happens(0.3) }, node: node,
                        dueAt: random.happens(0.5) ? Self.now.adding(seconds: random.happens(0.5) ? -60 : 60) : nil)
                    let told = addressing.addressees(of: notice)
                    let isSeen = addressing.sees(notice, Addressing.operator)
                    for problem in Self.problems(told, of: notice, by: policy, operatorSees: isSeen) {
                        problems.append("\(problem): \(notice)")
                    }
                }
            }
        }
        #expect(problems.isEmpty, "seed \(seed)")
    }

    /// What is wrong with whom a notice is told.
    private static func problems(
        _ told: Addressees, of notice: AddressedNotice, by policy: PermissionPolicy, operatorSees isSeen: Bool
    ) -> [String] {
        func may(_ login: String) -> Bool { !lines(policy, seeing: notice, to: login).isEmpty }
        var problems: [String] = []
        if told.roles.isEmpty { problems.append("nobody is told") }
        for login in told.roles.keys where login != Addressing.operator && !may(login) {
            problems.append("\(login) is told without the right")
        }
        // And nobody who is named and may is left out.
        for login in notice.alsoTo + [notice.owner].compactMap(\.self) where may(login) && told.roles[login] == nil {
            problems.append("\(login) is left out")
        }
        if (told.roles[Addressing.operator] == .operator) != (told.instead == .operator) {
            problems.append("that the operator is told is not said")
        }
        if told.instead == .operator, notice.owner.map(may) ?? false || may("boss") || isSeen {
            problems.append("the operator is told in the place of somebody")
        }
        return problems
    }

    @Test("no field is told but by a line that gives it for such an object", arguments: 0..<30)
    func fields(_ seed: Int) throws {
        var random = RandomSource(seed: UInt64(seed + 1_000))
        let policy = Self.policy(&random)
        var addressing = try Addressing(NotifiedPeople.known(policy), at: Self.now)
        var problems: [String] = []
        for word in ["order", "margin-alert", "lead", "complaint", "receivable", "supplier"] {
            for login in Self.roles.keys {
                let notice = AddressedNotice(objectKind: word, owner: "li.wei", node: "KS01")
                let lines = Self.lines(policy, seeing: notice, to: login)
                for field in PermissionField.allCases where addressing.tells(field.rawValue, of: notice, to: login) {
                    if !lines.contains(where: { $0.fields.contains(field) }) {
                        problems.append("\(field) of \(word) is told \(login)")
                    }
                }
            }
        }
        #expect(problems.isEmpty, "seed \(seed)")
    }
}
