import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Who signs a quote")
struct SigningRuleTests {
    private let now = QuoteSaid.time("2026-03-02")

    private func matrix(_ steps: AuthorityStep..., version: Int = 1) -> AuthorityMatrix {
        AuthorityMatrix(
            version: version, from: CalendarDay("2026-01-01") ?? now.day(), currency: .cny,
            cells: [AuthorityCell(cell: "rest", steps: steps)])
    }

    private func people(_ leaders: [String], roles: [String: [String]] = [:]) -> SigningPeople {
        SigningPeople(leaders: leaders, roles: roles, isThere: { $0 != "nobody" })
    }

    private let deal = AuthorityDeal(amount: 300, currency: .cny)

    private func submit(
        _ matrix: AuthorityMatrix, _ people: SigningPeople, but barred: Set<String> = []
    ) throws -> QuoteSigning {
        try SigningRules.submit(deal, by: matrix, people, at: now) { barred.contains($0) }
    }

    private func refusal<Result>(_ body: () throws -> Result) -> Reason? {
        do { _ = try body() } catch let refusal as Refusal { return refusal.reason } catch { return nil }
        return nil
    }

    private func sign(
        _ signing: QuoteSigning, _ login: String, for principal: String? = nil, _ people: SigningPeople? = nil
    ) throws -> QuoteSigning {
        try SigningRules.sign(
            signing, by: login, deputies: principal.map { [(principal: $0, delegation: "leave")] } ?? [],
            people ?? self.people([]), at: now
        ) { _ in false }
    }

    private func escalate(
        _ signing: QuoteSigning, _ leaders: [String], but isBarred: (String) -> Bool = { _ in false }
    ) -> QuoteSigning? {
        SigningRules.escalate(signing, people(leaders), at: now, but: isBarred)
    }

    @Test("the requester is never asked: it goes up, and where nobody is above it is not submitted")
    func up() throws {
        let manager = matrix(AuthorityStep(signer: .manager, order: .any))
        #expect(try submit(manager, people(["head", "division", "chief"])).asked == ["head"])
        #expect(try submit(manager, people(["head", "division", "chief"]), but: ["head"]).asked == ["division"])
        #expect(refusal { try submit(manager, people(["head"]), but: ["head"]) } == .nobodyApproves)
        #expect(refusal { try submit(manager, people([])) } == .nobodyApproves)
        let role = matrix(AuthorityStep(signer: .role, order: .all, role: "executive"))
        #expect(try submit(role, people(["head"], roles: ["executive": ["a", "b"]]), but: ["a"]).asked == ["b"])
        #expect(try submit(role, people(["head"], roles: ["executive": ["a"]]), but: ["a"]).asked == ["head"])
        #expect(try submit(role, people(["head"])).asked == ["head"], "an empty role goes up, and never through")
        let person = matrix(AuthorityStep(signer: .person, order: .any, logins: ["nobody"]))
        #expect(try submit(person, people(["head"])).asked == ["head"], "who is not there is not asked")
    }

    @Test("one after the other, one of them, all of them; step by step")
    func orders() throws {
        let levels = matrix(
            AuthorityStep(signer: .managers, order: .sequential, levels: 2),
            AuthorityStep(signer: .role, order: .any, role: "executive"),
            AuthorityStep(signer: .person, order: .all, logins: ["x", "y"]))
        var signing = try submit(levels, people(["head", "division", "chief"], roles: ["executive": ["a", "b"]]))
        #expect(signing.asked == ["head"])
        #expect(refusal { try sign(signing, "division") } == .notAuthorised, "the second waits for the first")
        signing = try sign(signing, "head")
        #expect(signing.asked == ["division"])
        #expect(refusal { try sign(signing, "head") } == .samePerson)
        signing = try sign(signing, "division")
        #expect(signing.asked == ["a", "b"])
        signing = try sign(signing, "b")
        #expect(signing.asked == ["x", "y"])
        signing = try sign(signing, "y")
        #expect(signing.waiting == 2 && signing.asked == ["x"])
        signing = try sign(signing, "x")
        #expect(signing.waiting == nil && signing.asked.isEmpty)
    }

    @Test("a deputy signs for whom it stands, and one person does not sign a step for two")
    func deputies() throws {
        let both = matrix(AuthorityStep(signer: .person, order: .all, logins: ["x", "y"]))
        let signing = try submit(both, people(["head"]))
        #expect(refusal { try sign(signing, "z") } == .notAuthorised)
        let signed = try sign(signing, "z", for: "x")
        #expect(signed.steps[0].signatures.map(\.candidate) == ["x"])
        #expect(signed.steps[0].signatures.map(\.delegation) == ["leave"])
        #expect(refusal { try sign(signed, "z", for: "y") } == .samePerson)
        #expect(try sign(signed, "y").waiting == nil)
    }

    @Test(
        "what takes too long may be signed by the next above, then by the one above that, and by nobody who has worked on it"
    )
    func late() throws {
        let step = matrix(AuthorityStep(signer: .manager, order: .any, hours: 9))
        let leaders = ["head", "division", "chief"]
        var signing = try submit(step, people(leaders))
        // Nine working hours from ten o'clock on Monday: ten o'clock on Tuesday.
        #expect(signing.dueAt == QuoteSaid.time("2026-03-03"))
        signing = try #require(escalate(signing, leaders) { $0 == "division" })
        #expect(signing.asked == ["head", "chief"])
        #expect(escalate(signing, leaders) == nil, "nobody is above the chief")
        #expect(try sign(signing, "head").waiting == nil, "who was asked first still may")
        #expect(try sign(signing, "chief").steps[0].signatures.map(\.by) == ["chief"])
        let roles = matrix(AuthorityStep(signer: .role, order: .all, role: "executive", hours: 8))
        let asked = try submit(roles, people(leaders, roles: ["executive": ["a", "b"]]))
        let above = try #require(escalate(asked, leaders))
        let once = try sign(above, "head")
        #expect(once.waiting == 0 && once.asked == ["b", "head"], "one above signs in the place of one")
        #expect(refusal { try sign(once, "head") } == .samePerson)
    }

    @Test("one who is asked adds a signer, who comes next")
    func added() throws {
        let two = matrix(
            AuthorityStep(signer: .person, order: .any, logins: ["x"]),
            AuthorityStep(signer: .person, order: .any, logins: ["y"]))
        let signing = try submit(two, people(["head"]))
        func add(
            _ login: String, by adder: String, isBarred: Bool = false
        ) throws -> QuoteSigning {
            try SigningRules.add(login, by: adder, deputies: [], to: signing, people([]), isBarred: isBarred)
        }
        #expect(refusal { try add("z", by: "y") } == .notAuthorised, "whose turn has not come asks for nobody")
        #expect(refusal { try add("nobody", by: "x") } == .notFound)
        #expect(refusal { try add("z", by: "x", isBarred: true) } == .samePerson)
        #expect(refusal { try add("y", by: "x") } == .duplicateElement)
        let longer = try add("z", by: "x")
        #expect(longer.asked == ["x"])
        #expect(try sign(longer, "x").asked == ["z"])
        #expect(try sign(sign(longer, "x"), "z").asked == ["y"])
    }

    @Test(
        "nobody counts for two steps: who has to sign one is not asked for a later one, and where nobody is left it goes up"
    )
    func distinct() throws {
        let leaders = ["head", "division", "chief"]
        let twice = matrix(
            AuthorityStep(signer: .manager, order: .any), AuthorityStep(signer: .managers, order: .all, levels: 2))
        let signing = try submit(twice, people(leaders))
        #expect(signing.steps.map(\.candidates) == [["head"], ["division", "chief"]])
        #expect(
            refusal { try submit(twice, people(["head"])) } == .nobodyApproves, "one person alone signs no two steps")
        let named = matrix(
            AuthorityStep(signer: .person, order: .any, logins: ["x", "y"]),
            AuthorityStep(signer: .person, order: .any, logins: ["x", "z"]))
        let asked = try submit(named, people([]))
        #expect(try sign(asked, "y").asked == ["x", "z"])
        let once = try sign(asked, "x")
        #expect(once.asked == ["z"], "who has signed is asked no more")
        #expect(refusal { try sign(once, "x") } == .notAuthorised)
        #expect(refusal { try sign(once, "x", for: "z") } == .samePerson, "nor as the deputy of another")
        let alone = matrix(
            AuthorityStep(signer: .person, order: .any, logins: ["x", "y"]),
            AuthorityStep(signer: .person, order: .any, logins: ["x"]))
        let few = try submit(alone, people([]))
        #expect(refusal { try sign(few, "x") } == .samePerson, "then nobody could sign the second")
        #expect(try sign(few, "y").asked == ["x"])
        #expect(try sign(few, "x", people(["head"])).asked == ["head"], "it goes up where somebody is above")
    }

    @Test("a deputy and whom it stands for count for one step together, also once the delegation is over")
    func oneByDelegation() throws {
        let two = matrix(
            AuthorityStep(signer: .person, order: .any, logins: ["x", "w"]),
            AuthorityStep(signer: .person, order: .any, logins: ["x", "d", "z"]))
        var joined = people([])
        joined.isOne = { first, second in first == second || Set([first, second]) == ["x", "d"] }
        let signing = try submit(two, joined)
        #expect(try sign(signing, "x", joined).asked == ["z"])
        let deputy = try sign(signing, "d", for: "x")
        #expect(deputy.asked == ["z"], "whom the deputy stood for has signed by it")
        #expect(refusal { try sign(deputy, "d", for: "z") } == .samePerson)
        let step = matrix(
            AuthorityStep(signer: .manager, order: .any, hours: 9),
            AuthorityStep(signer: .person, order: .any, logins: ["p"], hours: 9))
        let above = try sign(try submit(step, people(["head", "division"])), "head")
        #expect(escalate(above, ["head", "division"])?.asked == ["p", "division"])
        #expect(escalate(above, ["head"]) == nil, "who has signed a step before is not above the next one")
        #expect(
            refusal { try SigningRules.add("head", by: "p", deputies: [], to: above, people([]), isBarred: false) }
                == .samePerson)
    }
}

@Suite("Which cell of a matrix decides about a quote")
struct AuthorityMatrixTests {
    private func decided(_ cell: AuthorityCell, _ deal: AuthorityDeal, creditCost: FixedDecimal? = nil) -> Bool {
        let rest = AuthorityCell(cell: "rest", steps: [AuthorityStep(signer: .manager, order: .any)])
        let matrix = AuthorityMatrix(
            version: 1, from: CalendarDay(daysSinceEpoch: 20_000), currency: .cny, creditCost: creditCost,
            cells: [cell, rest])
        return matrix.verdict(on: deal)?.cell.cell == "one"
    }

    private func cell(
        discountAbove: FixedDecimal? = nil, marginBelow: FixedDecimal? = nil, marginRateBelow: FixedDecimal? = nil,
        amountAbove: FixedDecimal? = nil, credit: [String] = []
    ) -> AuthorityCell {
        AuthorityCell(
            cell: "one", discountAbove: discountAbove, marginBelow: marginBelow, marginRateBelow: marginRateBelow,
            amountAbove: amountAbove, creditStates: credit, steps: [AuthorityStep(signer: .manager, order: .any)])
    }

    @Test("an edge is on the side that needs less")
    func edges() {
        let tenth = cell(discountAbove: 10)
        #expect(!decided(tenth, AuthorityDeal(amount: 90, listed: 100, currency: .cny)))
        #expect(decided(tenth, AuthorityDeal(amount: FixedDecimal(units: 899_900), listed: 100, currency: .cny)))
        let rate = cell(marginRateBelow: 10)
        #expect(!decided(rate, AuthorityDeal(amount: 100, cost: 90, currency: .cny)))
        #expect(decided(rate, AuthorityDeal(amount: 100, cost: FixedDecimal(units: 900_100), currency: .cny)))
        #expect(!decided(cell(amountAbove: 100), AuthorityDeal(amount: 100, currency: .cny)))
        #expect(!decided(cell(marginBelow: 10), AuthorityDeal(amount: 100, cost: 90, currency: .cny)))
    }

    @Test("what is left is after what the credit costs: 36.5 in a hundred over 10 days is a hundredth of it")
    func credit() {
        let deal = AuthorityDeal(amount: 100, cost: 90, currency: .cny, paymentDays: 10)
        let yearly = FixedDecimal(units: 365_000)
        #expect(decided(cell(marginBelow: FixedDecimal(units: 90_001)), deal, creditCost: yearly))
        #expect(!decided(cell(marginBelow: 9), deal, creditCost: yearly))
    }

    @Test("what is not known needs more: no cost, no listed price, another currency, no state of credit")
    func unknown() {
        #expect(decided(cell(marginBelow: 0), AuthorityDeal(amount: 100, currency: .cny)))
        #expect(decided(cell(discountAbove: 50), AuthorityDeal(amount: 100, currency: .cny)))
        #expect(
            decided(cell(amountAbove: 1_000_000), AuthorityDeal(amount: 1, currency: Currency("USD") ?? .cny)))
        #expect(decided(cell(credit: ["stop"]), AuthorityDeal(amount: 1, currency: .cny)))
        #expect(!decided(cell(credit: ["stop"]), AuthorityDeal(amount: 1, currency: .cny, creditState: .ok)))
    }
}
