import Domain
import Foundation
import Testing

@testable import Contracts

@Suite("What people do by messages")
struct ActCatalogueTests {
    private static let typed = Catalogue.contracts.filter { $0.personField != nil }

    @Test("every message that our own people send says what it does, and no other does")
    func complete() {
        let declared = ActCatalogue.acts.map(\.type)
        #expect(Set(declared).count == declared.count)
        let missing = Self.typed.map(\.type).filter { !declared.contains($0) }
        #expect(missing.map(\.description) == [], "say in Sources/Contracts/Acts what people do by them")
        let idle = declared.filter { Catalogue.description(of: $0).map { $0.personField == nil } ?? false }
        #expect(idle.map(\.description) == [])
    }

    @Test("the last way of each has no condition, and the right is one to do something")
    func ways() {
        for act in ActCatalogue.acts {
            #expect(act.rules.last?.condition == nil, "\(act.type)")
            #expect(act.rules.dropLast().allSatisfy { $0.condition != nil }, "\(act.type)")
            for rule in act.rules {
                #expect(!rule.right.tellsFields, "\(act.type)")
                #expect((rule.subject == .group) == (rule.field == nil), "\(act.type)")
            }
        }
    }

    @Test("each names a field that its contract has, and a condition one of its fields")
    func fields() {
        for act in ActCatalogue.acts {
            guard let contract = Catalogue.description(of: act.type) else { continue }
            // A customer is named within an object, such as customer.code.
            let names = Set(contract.fields.map(\.name))
            for rule in act.rules {
                let named = [rule.field, rule.condition].compactMap(\.self).compactMap { text in
                    text.split(whereSeparator: { ". ".contains($0) }).first.map(String.init)
                }
                #expect(Set(named).isSubset(of: names), "\(act.type): \(named) is not among \(names.sorted())")
            }
        }
    }

    /// The example of a contract that is kept for ever.
    private static func example(_ type: MessageType) throws -> any Message {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let file = root.appendingPathComponent("Golden/\(type)/full.json")
        let node = try JSONDocument(parsing: Array(try Data(contentsOf: file))).root
        switch type {
        case DecideOrder.type: return try DecideOrder(node: node)
        case ReleasePayable.type: return try ReleasePayable(node: node)
        case WriteOffApproved.type: return try WriteOffApproved(node: node)
        case CreditLimitSet.type: return try CreditLimitSet(node: node)
        case AcknowledgeNotices.type: return try AcknowledgeNotices(node: node)
        case LoadRates.type: return try LoadRates(node: node)
        default: throw Refusal(.unknownType, path: "$", "no example of \(type) is read here")
        }
    }

    private func claim(_ body: any Message, from source: String = "erp") throws -> ActClaim {
        let act = try #require(ActCatalogue.act(by: body))
        return try #require(act.claim(body, from: source))
    }

    @Test("the examples of contracts claim what is written")
    func examples() throws {
        let order = try #require(try Self.example(DecideOrder.type) as? DecideOrder)
        #expect(
            try claim(order)
                == ActClaim(
                    right: .approve, kind: .order, subjects: [.init(.order, source: order.source, order.orderId)],
                    path: "$.orderId", line: nil))
        let approved = try #require(try Self.example(WriteOffApproved.type) as? WriteOffApproved)
        #expect(try claim(approved).subjects == [.init(.writeOff, source: "erp", approved.writeOffId)])
        let notices = try #require(try Self.example(AcknowledgeNotices.type) as? AcknowledgeNotices)
        #expect(try claim(notices).subjects == notices.noticeIds.map { .init(.notice, $0) })
        #expect(try claim(try Self.example(LoadRates.type)).subjects == [.group])
        #expect(try claim(try Self.example(LoadRates.type)).path == "$")
    }

    @Test("one message may be two acts, by what it says")
    func byWord() throws {
        func release(_ step: ReleaseStep) throws -> ActClaim {
            try claim(ReleasePayable(source: "ap", invoiceId: "I-1", step: step, reason: "fits", by: "li.wei"))
        }
        #expect(try release(.propose).right == .act && release(.approve).right == .approve)
        #expect(try release(.approve).subjects == [.init(.supplierInvoice, source: "ap", "I-1")])
        func close(_ outcome: AlertVerdict) throws -> PermissionRight {
            try claim(CloseAlert(alertId: "A", outcome: outcome, by: "li.wei")).right
        }
        #expect(try [.stopped, .error, .accepted].map(close) == [.act, .act, .approve])
    }

    @Test("what is measured is what amounts may be written for")
    func measured() {
        #expect(ActCatalogue.isMeasured(.approve, .order) && ActCatalogue.isMeasured(.act, .credit))
        #expect(!ActCatalogue.isMeasured(.act, .order) && !ActCatalogue.isMeasured(.approve, .period))
    }
}
