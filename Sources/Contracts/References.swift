import Domain

/// What a message may name that another system has numbered.
public enum Referred: String, Sendable, CaseIterable {
    /// Orders.
    case orders
    /// Customers, by their codes.
    case customers
    /// Suppliers, by their codes.
    case suppliers
    /// Invoices: those of customers in what is paid, credited, disputed, promised and given up, those of suppliers in what
    /// these are paid.
    case invoices
    /// Customers' payments, and credit notes as far as they are cash: in what goes back of them and what is allocated later.
    case payments
    /// Costs, through all their states.
    case costs
    /// Complaints: in who is waited for about one.
    case complaints
}

/// Whose numbers a message names: a TMS places the orders that an ERP bills, each under its own source.
///
/// Beside a reference may stand a source, `orderSource` beside `orderId` or `source` within `customer`. Without one it is
/// the first of those that the sender's settings have for that kind, and without settings the message's own. This is
/// found out once, when the message is read: a reader sees `nil` for the message's own source and otherwise the source
/// that is meant, so that a source that is spelt out, one that goes without saying and one of the settings are the same
/// content.
public struct References: Sendable, Equatable {
    /// Every reference means what it says: nothing is known of who sent the message.
    public static let said = References(own: "", mayNameAny: true)

    /// What it says, behind one reference: every object within a message is read with it.
    private final class Terms: Sendable {
        let own: String
        let others: [Referred: [String]]
        let mayNameAny: Bool

        init(own: String, others: [Referred: [String]], mayNameAny: Bool) {
            (self.own, self.others, self.mayNameAny) = (own, others, mayNameAny)
        }
    }

    private let terms: Terms

    /// - Parameters:
    ///   - own: the message's source.
    ///   - others: whose numbers its sender speaks of beside its own, by kind; the first is meant where it says none.
    ///   - mayNameAny: whether it may spell out any other source, too.
    public init(own: String, others: [Referred: [String]] = [:], mayNameAny: Bool) {
        terms = Terms(own: own, others: others, mayNameAny: mayNameAny)
    }

    /// Whether both mean the same.
    public static func == (first: References, second: References) -> Bool {
        first.terms === second.terms
            || (first.terms.own, first.terms.mayNameAny) == (second.terms.own, second.terms.mayNameAny)
                && first.terms.others == second.terms.others
    }

    /// Whose number is meant.
    ///
    /// - Parameters:
    ///   - kind: what is named.
    ///   - said: the source that stands beside the reference.
    ///   - key: the field of that source.
    /// - Returns: the source; `nil` for the message's own.
    /// - Throws: ``Refusal`` when its sender may not name that source.
    func source(of kind: Referred, said: String?, _ key: String) throws(Refusal) -> String? {
        guard let said else {
            guard !terms.others.isEmpty, let meant = terms.others[kind]?.first, meant != terms.own else { return nil }
            return meant
        }
        if said.hasSameBytes(as: terms.own) { return nil }
        guard terms.mayNameAny || terms.others[kind]?.contains(where: said.hasSameBytes) ?? false else {
            throw Refusal(
                .sourceNotAllowed, path: ".\(key)",
                "'\(terms.own)' may not name \(kind.rawValue) of '\(said)': its partner's settings do not have that under speaksOf"
            )
        }
        return said
    }
}
