import Domain
import NotifierService
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

@Suite("Whom a notice is told")
struct AddressingTests {
    private static let now = Timestamp("2026-03-02T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    private func told(
        _ notice: AddressedNotice, _ known: KnownPeople = NotifiedPeople.known(), at time: Timestamp = now
    ) throws -> Addressees {
        var addressing = try Addressing(known, at: time)
        return addressing.addressees(of: notice)
    }

    private func order(
        _ owner: String?, also others: [String] = [], node: String? = "KS01", due: Timestamp? = nil
    ) -> AddressedNotice {
        AddressedNotice(objectKind: "order", owner: owner, alsoTo: others, node: node, dueAt: due)
    }

    @Test("whose it is, and nobody else, until the deadline; then the manager as well")
    func owner() throws {
        let due = Self.now.adding(seconds: 60)
        #expect(try told(order("li.wei", due: due)).roles == ["li.wei": .owner])
        #expect(
            try told(order("li.wei", due: due), at: due).roles == ["li.wei": .owner, "chen.fang": .manager])
        #expect(try told(order("li.wei", due: due)).instead == nil)
    }

    @Test("who stands for the owner on that day is told beside them")
    func deputy() throws {
        let today = Self.now.day()
        func lent(_ from: CalendarDay) -> PermissionPolicy {
            NotifiedPeople.policy([
                PermissionDelegation(
                    name: "leave", principal: "li.wei", deputy: "wang.min", rights: [.see, .act], kinds: [.order],
                    scope: .own, fields: [.margin], days: DayWindow(from: from, to: from.adding(days: 5)),
                    recorded: from, reason: "leave")
            ])
        }
        #expect(
            try told(order("li.wei"), NotifiedPeople.known(lent(today))).roles == [
                "li.wei": .owner, "wang.min": .deputy,
            ])
        #expect(
            try told(order("li.wei"), NotifiedPeople.known(lent(today.adding(days: 1)))).roles == ["li.wei": .owner])
    }

    @Test("nobody there: the node's manager, those above, at last the operator; each is known")
    func nobody() throws {
        #expect(try told(order(nil)) == Addressees(roles: ["chen.fang": .manager], instead: .manager))
        #expect(try told(order("gone")) == Addressees(roles: ["chen.fang": .manager], instead: .manager))
        #expect(try told(order("nobody", node: "SH01")) == Addressees(roles: ["boss": .manager], instead: .manager))
        #expect(try told(order(nil, node: nil)) == Addressees(roles: ["boss": .manager], instead: .manager))
        let without = NotifiedPeople.known(without: ["boss", "chen.fang"])
        #expect(
            try told(order(nil, node: "SH01"), without)
                == Addressees(roles: [Addressing.operator: .operator], instead: .operator))
        // Who is told beside answers for nothing.
        #expect(
            try told(order(nil, also: ["li.wei"], node: "SH01")).roles["boss"] == .manager)
    }

    @Test("who has no right to see what it is about is not told, named or not")
    func rights() throws {
        // It is the clerk's, who is of the group: who leads the branch does not see it, who leads the group does.
        #expect(try told(order("clerk")).roles == ["boss": .manager])
        #expect(
            try told(order("li.wei", also: ["clerk", "wang.min", "boss"])).roles == ["li.wei": .owner, "boss": .also])
        let noPolicy = NotifiedPeople.known(nil)
        #expect(
            try told(order("li.wei", also: ["clerk"]), noPolicy).roles == ["li.wei": .owner, "clerk": .also])
    }

    @Test("a lead and an opportunity are seen as a customer is")
    func customers() throws {
        var policy = NotifiedPeople.policy()
        policy = PermissionPolicy(
            version: 1,
            lines: [
                PermissionLine(name: "rep", role: .salesRep, right: .see, kinds: [.customer], scope: .own),
                PermissionLine(name: "branch", role: .branchManager, right: .see, kinds: [.customer], scope: .node),
            ], people: policy.people)
        for kind in ["lead", "opportunity", "customer"] {
            let notice = AddressedNotice(
                objectKind: kind, owner: "li.wei", alsoTo: ["clerk", "chen.fang"], node: "KS01")
            #expect(
                try told(notice, NotifiedPeople.known(policy)).roles == ["li.wei": .owner, "chen.fang": .also],
                "\(kind)")
        }
        let order = AddressedNotice(objectKind: "order", owner: "li.wei", node: "KS01")
        #expect(try told(order, NotifiedPeople.known(policy)).instead == .operator)
    }

    @Test("a protected field is told to whom the policy gives it, and a word that nobody knows to nobody")
    func fields() throws {
        let notice = order("li.wei")
        func tells(_ field: String, to login: String) throws -> Bool {
            var addressing = try Addressing(NotifiedPeople.known(), at: Self.now)
            return addressing.tells(field, of: notice, to: login)
        }
        func sees(_ login: String) throws -> Bool {
            var addressing = try Addressing(NotifiedPeople.known(), at: Self.now)
            return addressing.sees(notice, login)
        }
        #expect(try tells("margin", to: "li.wei") && !tells("margin", to: "chen.fang"))
        #expect(try !tells("cost", to: "li.wei") && tells("cost", to: "boss"))
        #expect(try !tells("credit", to: "li.wei") && tells("credit", to: "boss"))
        #expect(try !tells("weather", to: "boss"))
        #expect(try sees("li.wei") && !sees(Addressing.operator) && !sees("clerk"))
    }

    /// What happens to one notice and to people.
    private enum Event: Sendable {
        case said(Int, severity: Int, owner: String?)
        case cleared(Int)
        case read(String)
        case done(String)
        case snoozed(String)
        case left(String)
    }

    @Test(
        "in any order of raising, changing, clearing, reading, putting off and leaving, told is whom the policy says, once a reason",
        arguments: Array(0..<200) as [Int])
    func anyOrder(_ seed: Int) throws {
        var random = RandomSource(seed: UInt64(seed + 1))
        let logins = ["li.wei", "wang.min", "chen.fang", "boss"]
        func anybody() -> String { logins[random.below(logins.count)] }
        var events: [Event] = (1...12).map { revision in
            switch random.below(6) {
            case 0, 1: .said(revision, severity: random.below(4), owner: random.happens(0.8) ? anybody() : nil)
            case 2: .cleared(revision)
            case 3: .read(anybody())
            case 4: random.happens(0.5) ? .done(anybody()) : .snoozed(anybody())
            default: .left(anybody())
            }
        }
        events.append(.said(13, severity: 3, owner: "li.wei"))
        events = events.shuffled(&random)
        var notice = (revision: 0, cleared: 0, severity: 0, owner: String?.none)
        var leavers: Set<String> = []
        var states: [String: RecipientState] = [:]
        var now = Self.now
        var told: [String: Set<Int>] = [:]
        func look() throws {
            let standing = Occasions.Standing(
                revision: notice.revision, clearedRevision: notice.cleared, severity: notice.severity)
            var addressing = try Addressing(NotifiedPeople.known(without: leavers), at: now)
            let roles = addressing.addressees(of: order(notice.owner)).roles
            let before = states
            states = Occasions.next(standing, roles, before: before, at: now)
            for (login, state) in states where state.occasion != before[login]?.occasion {
                #expect(
                    told[login, default: []].insert(state.occasion).inserted, "\(login) is told twice of one reason")
                #expect(standing.isOpen(at: now) && roles[login] != nil)
                #expect(state.isWaiting(at: now) || state.doneAt != nil)
            }
            // Again the same: nothing is told anew.
            #expect(Occasions.next(standing, roles, before: states, at: now) == states)
            guard standing.isOpen(at: now) else { return }
            #expect(Set(states.filter { $0.value.until == nil }.keys) == Set(roles.keys))
            #expect(states.filter { $0.value.until == nil }.mapValues(\.role) == roles)
            #expect(!leavers.contains { states[$0].map { $0.until == nil } ?? false })
        }
        for event in events {
            now = now.adding(seconds: 60)
            switch event {
            case .said(let revision, let severity, let owner) where revision > notice.revision:
                notice = (revision, notice.cleared, severity, owner)
            case .said: break
            case .cleared(let revision): notice.cleared = max(notice.cleared, revision)
            case .read(let login):
                let readAt = states[login]?.readAt ?? now
                states[login]?.readAt = readAt
            case .done(let login):
                let doneAt = states[login]?.doneAt ?? now
                states[login]?.doneAt = doneAt
            case .snoozed(let login):
                let readAt = states[login]?.readAt ?? now
                states[login]?.snoozedUntil = now.adding(seconds: 90)
                states[login]?.readAt = readAt
            case .left(let login): leavers.insert(login)
            }
            try look()
        }
        // However it came: the last word stands.
        #expect(notice.revision == 13 && notice.cleared < 13)
    }
}
