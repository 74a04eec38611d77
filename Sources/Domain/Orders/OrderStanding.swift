/// How an order stands by what was said of it: which revision its content is of, and the highest that was cancelled.
///
/// Orders, changes and cancellations may come in any order. The two numbers only grow, so that whatever comes first, the
/// order stands the same in the end: it is cancelled until a revision above the cancelled one takes it up again. A change
/// between two cancellations does not.
public struct OrderStanding: Sendable, Hashable {
    /// The revision that the known content is of; 0 while no content has come.
    public private(set) var contentRevision: Int
    /// The highest revision that was cancelled; 0 for none.
    public private(set) var cancelledRevision: Int

    /// An order of which nothing was said, or as a table keeps both numbers.
    public init(contentRevision: Int = 0, cancelledRevision: Int = 0) {
        self.contentRevision = contentRevision
        self.cancelledRevision = cancelledRevision
    }

    /// An order as a table keeps it that has one number for what was said last, and a flag.
    ///
    /// - Parameters:
    ///   - revision: the highest revision that was said of it.
    ///   - isCancelled: whether that is cancelled.
    ///   - contentRevision: the revision of the content; one that is not cancelled has that of `revision`.
    public init(revision: Int, isCancelled: Bool, contentRevision: Int) {
        self.init(
            contentRevision: isCancelled ? contentRevision : revision, cancelledRevision: isCancelled ? revision : 0)
    }

    /// The highest revision that was said of the order.
    @inlinable public var revision: Int { max(contentRevision, cancelledRevision) }

    /// Whether the order is cancelled, be it that its content has not come yet.
    @inlinable public var isCancelled: Bool { cancelledRevision > 0 && cancelledRevision >= contentRevision }

    /// Takes content of a revision.
    ///
    /// - Returns: whether it is newer than what is known; older content, and the same again, says nothing.
    public mutating func take(_ revision: Int) -> Bool {
        guard revision > contentRevision else { return false }
        contentRevision = revision
        return true
    }

    /// Takes the cancellation of a revision.
    ///
    /// - Returns: whether the order stands otherwise now: not when it was taken up again by a later revision, and not when
    ///   this one, or a later one, was cancelled before.
    @discardableResult
    public mutating func cancel(_ revision: Int) -> Bool {
        guard revision > cancelledRevision else { return false }
        cancelledRevision = revision
        return revision >= contentRevision
    }
}

/// Where a decision stands among the decisions on its order: the highest holds, in whatever order they come.
public struct DecisionPlace: Sendable, Hashable, Comparable {
    /// The revision of the order that it decides.
    public let revision: Int
    /// Counts the decisions on this revision from 1.
    public let number: Int

    /// A place.
    public init(revision: Int, number: Int) {
        self.revision = revision
        self.number = number
    }

    /// By revision, then by number.
    public static func < (first: Self, second: Self) -> Bool {
        (first.revision, first.number) < (second.revision, second.number)
    }
}
