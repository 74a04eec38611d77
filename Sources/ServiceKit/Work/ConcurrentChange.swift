/// Another copy of the service changed the same rows meanwhile; the batch is to be handled again.
///
/// Thrown by a store that writes "only if still as read" and finds fewer rows written than it meant to.
public struct ConcurrentChange: Error, CustomStringConvertible {
    /// What was changed.
    public let description: String

    /// - Parameter what: what was changed.
    public init(_ what: String) {
        description = "\(what) changed while the batch was handled"
    }
}
