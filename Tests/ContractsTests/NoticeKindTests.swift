import Contracts
import Foundation
import Testing

@Suite("Kinds of notices")
struct NoticeKindTests {
    /// Every event of a service: the kinds that it raises or clears, or why nobody is told by a notice. A new event stands here
    /// before it is published.
    private static let table: [String: String] = [
        "finance.margin-alert-raised.v1": "raises margin-alert",
        "finance.margin-alert-cleared.v1": "clears margin-alert",
        "finance.margin-alert-diagnosed.v1": "raises margin-alert-diagnosed",
        "finance.margin-alert-escalated.v1": "raises margin-alert-escalated",
        "finance.margin-alert-closed.v1": "clears margin-alert",
        "finance.acceptance-changed.v1": "raises acceptance-held acceptance-stopped clears acceptance",
        "finance.override-granted.v1": "raises acceptance-override",
        "finance.order-decided.v1": "raises order-held order-refused clears order-decision",
        "finance.expense-decided.v1": "raises expense-held expense-recorded clears expense-decision",
        "finance.expense-alert-raised.v1": "raises expense-budget",
        "finance.expense-alert-cleared.v1": "clears expense-budget",
        "finance.period-changed.v1": "raises period-reopening clears period",
        "finance.receivable-due.v1": "raises receivable-due",
        "finance.receivable-overdue.v1": "raises receivable-overdue",
        "finance.payment-applied.v1": "clears payment-promise receivable",
        "finance.credit-state-changed.v1": "raises credit-hold credit-stop credit-watch clears credit-state",
        "sales.order-anomaly-raised.v1": "raises odd-order order-swing",
        "sales.order-anomaly-cleared.v1": "clears order-swing",
        "sales.agreement-changed.v1": "clears agreement",
        "sales.ownership-changed.v1": "raises owner-changed owner-left clears owner",
        "sales.lead-stored.v1": "raises lead-again lead-assigned",
        "sales.lead-changed.v1": "raises lead-assigned lead-taken clears lead-contact",
        "sales.opportunity-changed.v1": "clears opportunity-stalled opportunity-step",
        "sales.quote-changed.v1": "raises quote-held quote-returned clears quote",
        "sales.product-changed.v1": "raises product-held product-refused clears product-version",
        "servicedesk.complaint-opened.v1": "raises complaint",
        "servicedesk.complaint-progressed.v1": "raises complaint clears complaint complaint-clock complaint-promise",
        "servicedesk.complaint-clock-reached.v1": "raises complaint-clock-due complaint-clock-late",
        "servicedesk.survey-requested.v1": "raises survey-requested",
        "servicedesk.recovery-changed.v1": "raises survey-callback clears callback",
        "customer.contact-lapsed.v1": "raises contact-lapsed",
        "customer.lifecycle-changed.v1": "raises customer-declining clears lifecycle",
        "supplier.cost-bias-changed.v1": "raises cost-bias clears cost-bias",
        // What nobody has to act upon.
        "customer.registered.v1": "a record", "customer.changed.v1": "a record", "supplier.registered.v1": "a record",
        "customer.organisation-changed.v1": "a record", "customer.person-changed.v1": "a record",
        "customer.policy-changed.v1": "a record", "customer.classified.v1": "a record",
        "customer.merged.v1": "what somebody or a rule has decided",
        "customer.unmerged.v1": "what somebody has decided",
        "customer.identity-decided.v1": "what somebody has decided",
        "finance.order-reference-settled.v1": "what somebody has decided",
        "sales.rate-card-changed.v1": "a record",
        "servicedesk.lead-suggested.v1": "a capture of sales, which raises its own",
        "sales.suggested-lead-changed.v1": "what the service desk is asked for",
        "servicedesk.bulletin-published.v1": "for whatever gives it to its customer",
        "servicedesk.complaint-status.v1": "for the customer's portal",
        "servicedesk.survey-invited.v1": "for the program that asks customers",
        "finance.order-margin-settled.v1": "what an order came to that had named a quote, for sales",
    ]

    private static func derived(_ type: MessageType) -> String? {
        let raising = NoticeKind.allCases.filter { $0.about.with.contains(type) }.map(\.rawValue).sorted()
        let clearing = Set(NoticeKind.allCases.filter { $0.about.clearedWith.contains(type) }.map(\.matter)).sorted()
        let parts = (raising.isEmpty ? [] : ["raises"] + raising) + (clearing.isEmpty ? [] : ["clears"] + clearing)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    @Test("every event of a service makes its notices, or it is said why not")
    func events() {
        var found: Set<String> = []
        for contract in Catalogue.contracts {
            guard case .service = contract.owner else { continue }
            let type = contract.type.description
            found.insert(type)
            let said = Self.table[type]
            #expect(said != nil, "\(type) is in no row: say which notice it makes, or why none")
            if let derived = Self.derived(contract.type) {
                #expect(said == derived, "\(type)")
            } else {
                #expect(said.map { !$0.hasPrefix("raises") && !$0.hasPrefix("clears") } ?? false, "\(type)")
            }
        }
        #expect(Set(Self.table.keys) == found)
    }

    @Test("kinds of one matter are about one kind of object and of the same services")
    func matters() {
        for (matter, kinds) in Dictionary(grouping: NoticeKind.allCases, by: \.matter) {
            #expect(Set(kinds.map(\.object)).count == 1, "\(matter)")
            #expect(Set(kinds.map { $0.about.services.map(\.rawValue).joined() }).count == 1, "\(matter)")
        }
    }

    @Test("docs/business/notices-kinds.md has a row for each, as the code has it")
    func document() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("docs/business/notices-kinds.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") }
        let expected = NoticeKind.allCases.map { kind in
            let about = kind.about
            let services =
                about.services.count == ServiceName.allCases.count
                ? "any" : about.services.map(\.rawValue).joined(separator: ", ")
            return "| `\(kind.rawValue)` | \(services) | \(about.raised) | \(about.cleared) | \(about.whose) | "
                + "`\(about.next)` |"
        }
        #expect(rows == expected)
    }
}
