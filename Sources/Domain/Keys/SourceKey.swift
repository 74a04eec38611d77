/// What names something of another system: who speaks of it, and its identifier there. Two systems may use the same
/// identifier for different things, so that neither half alone names anything.
///
/// Two keys are the same exactly when their bytes are, as the database has it: Swift's `==` takes texts for equal that
/// only look alike (an é in one character or in two), and one of two orders would be lost.
///
/// `Kind` says what it names: the key of an order is no key of an account.
public struct SourceKey<Kind>: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The system, as its messages name it.
    public let source: String
    /// The identifier that this system gave.
    public let identifier: String

    /// A key.
    @inlinable
    public init(source: String, identifier: String) {
        self.source = source
        self.identifier = identifier
    }

    /// Both halves, for people: `erp/C-17`.
    public var description: String { "\(source)/\(identifier)" }

    // Written out, because what the compiler makes is not inlinable: a generic key is a key of the hottest dictionaries.

    /// Whether both halves are the same.
    @inlinable
    public static func == (first: Self, second: Self) -> Bool {
        first.identifier.hasSameBytes(as: second.identifier) && first.source.hasSameBytes(as: second.source)
    }

    /// Both halves.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(identifier)
    }

    /// By source, then by identifier, byte by byte.
    @inlinable
    public static func < (first: Self, second: Self) -> Bool {
        let order = first.source.compareBytes(with: second.source)
        return order != 0 ? order < 0 : first.identifier.compareBytes(with: second.identifier) < 0
    }
}

/// Marks keys of orders.
public enum OrderKind {}
/// Which order.
public typealias OrderKey = SourceKey<OrderKind>

extension SourceKey<OrderKind> {
    /// The key of an order.
    @inlinable
    public init(source: String, orderId: String) { self.init(source: source, identifier: orderId) }
    /// The order's identifier at its source.
    @inlinable public var orderId: String { identifier }
}

/// Marks keys of accounts.
public enum AccountKind {}
/// Which account: the code that a source gave a customer.
public typealias AccountKey = SourceKey<AccountKind>

extension SourceKey<AccountKind> {
    /// The key of an account.
    @inlinable
    public init(source: String, code: String) { self.init(source: source, identifier: code) }
    /// The account's code at its source.
    @inlinable public var code: String { identifier }
}

/// Marks keys of invoices.
public enum InvoiceKind {}
/// Which invoice.
public typealias InvoiceKey = SourceKey<InvoiceKind>

extension SourceKey<InvoiceKind> {
    /// The key of an invoice.
    @inlinable
    public init(source: String, invoiceId: String) { self.init(source: source, identifier: invoiceId) }
    /// The invoice's identifier at its source.
    @inlinable public var invoiceId: String { identifier }
}

/// Marks keys of costs.
public enum CostKind {}
/// Which cost.
public typealias CostKey = SourceKey<CostKind>

extension SourceKey<CostKind> {
    /// The key of a cost.
    @inlinable
    public init(source: String, costId: String) { self.init(source: source, identifier: costId) }
    /// The cost's identifier at its source.
    @inlinable public var costId: String { identifier }
}

/// Marks keys of complaints.
public enum ComplaintKind {}
/// Which complaint.
public typealias ComplaintKey = SourceKey<ComplaintKind>

extension SourceKey<ComplaintKind> {
    /// The key of a complaint.
    @inlinable
    public init(source: String, complaintId: String) { self.init(source: source, identifier: complaintId) }
    /// The complaint's identifier at its source.
    @inlinable public var complaintId: String { identifier }
}
