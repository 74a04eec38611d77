import Contracts
import Domain
import Testing

@testable import CustomerService
@testable import Simulation

@Suite("Who is who, as a pure function")
struct PartyMembershipTests {
    private func key(_ code: String) -> AccountKey { AccountKey(source: "erp", code: code) }

    private func member(_ code: String, at: Int64, credit: String? = nil) -> PartyMembership.Member {
        PartyMembership.Member(key: key(code), firstAt: at, creditCode: credit)
    }

    private func link(_ one: String, _ other: String, _ isSame: Bool, at: Int64) -> PartyMembership.Link {
        PartyMembership.Link(
            one: key(one), other: key(other), isSame: isSame, decidedAt: at, decisionId: "\(one)\(other)\(at)")
    }

    private func edge(_ one: String, _ other: String, _ probability: Double = 0.995) -> PartyMembership.Edge {
        PartyMembership.Edge(one: key(one), other: key(other), probability: probability)
    }

    private func homes(
        _ members: [PartyMembership.Member], _ edges: [PartyMembership.Edge] = [],
        _ links: [PartyMembership.Link] = []
    ) -> [String: String] {
        var homes: [String: String] = [:]
        for (key, home) in PartyMembership(members: members, edges: edges, links: links).homes {
            homes[key.code] = home.code
        }
        return homes
    }

    @Test("one credit code is one party, named after the oldest account")
    func byCode() {
        let found = homes([
            member("A", at: 3, credit: "X"), member("B", at: 1, credit: "X"), member("C", at: 2, credit: "Y"),
        ])
        #expect(found == ["A": "B", "B": "B", "C": "C"])
    }

    @Test("evidence joins, but never two credit codes, however long the chain")
    func byEvidence() {
        let found = homes(
            [member("A", at: 1, credit: "X"), member("B", at: 2), member("C", at: 3, credit: "Y")],
            [edge("A", "B", 0.999), edge("B", "C", 0.998)])
        #expect(found == ["A": "A", "B": "A", "C": "C"])
    }

    @Test("the newest word of a person counts, above codes and evidence")
    func decisions() {
        let members = [member("A", at: 1, credit: "X"), member("B", at: 2, credit: "X"), member("C", at: 3)]
        let edges = [edge("A", "C")]
        #expect(homes(members, edges, [link("A", "B", false, at: 5)]) == ["A": "A", "B": "B", "C": "A"])
        #expect(
            homes(members, edges, [link("A", "B", false, at: 5), link("A", "B", true, at: 6)])
                == ["A": "A", "B": "A", "C": "A"])
        #expect(
            homes(members, edges, [link("A", "B", true, at: 5), link("A", "B", false, at: 6)])
                == ["A": "A", "B": "B", "C": "A"])
        // What is said of A and B holds for whoever stands with them.
        #expect(
            homes(
                members, edges,
                [link("A", "B", false, at: 5), link("B", "C", true, at: 4), link("A", "C", true, at: 3)])
                == ["A": "A", "B": "B", "C": "B"])
    }

    @Test("one account between two groups of some size is no bridge")
    func bridges() {
        let left = (0..<8).map { "L\($0)" }
        let right = (0..<8).map { "R\($0)" }
        var edges = [edge("L0", "R0", 0.991)]
        for group in [left, right] {
            for (place, one) in group.enumerated() {
                for other in group.dropFirst(place + 1) { edges.append(edge(one, other, 0.999)) }
            }
        }
        let members = (left + right).enumerated().map { member($0.element, at: Int64($0.offset)) }
        #expect(Set(homes(members, edges).values) == ["L0", "R0"])
        for other in right.prefix(4) { edges.append(edge("L1", other, 0.992)) }
        #expect(Set(homes(members, edges).values) == ["L0"])
    }

    @Test("the order of what comes in does not matter", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func anyOrder(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        let names = (0..<40).map { "A\($0)" }
        let credits = ["X", "Y", "Z", nil, nil, nil, nil]
        var members = names.map { name in
            member(
                name, at: Int64(random.next() % 10), credit: credits[Int(random.next() % UInt64(credits.count))])
        }
        func pick() -> String { names[Int(random.next() % 40)] }
        var edges: [PartyMembership.Edge] = []
        var links: [PartyMembership.Link] = []
        for number in 0..<50 {
            let (one, other) = (pick(), pick())
            guard one != other else { continue }
            if number < 40 {
                edges.append(edge(one, other, 0.99 + Double(random.next() % 5) / 1_000))
            } else {
                links.append(link(one, other, random.next() % 2 == 0, at: Int64(random.next() % 8)))
            }
        }
        let expected = homes(members, edges, links)
        #expect(Set(expected.values).count < 40)
        for _ in 0..<30 {
            members.shuffle(using: &random)
            edges.shuffle(using: &random)
            links.shuffle(using: &random)
            let found = homes(members, edges, links) == expected
            #expect(found)
        }
    }
}
