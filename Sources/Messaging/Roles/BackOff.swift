/// Pauses that grow from a tenth of a second to five, each with a random part, so that many copies do not come back
/// at the same moment.
public struct BackOff: Sendable {
    private var milliseconds = 100.0

    /// Begins with the shortest pause.
    public init() {}

    /// The next pause.
    public mutating func next() -> Duration {
        defer { milliseconds = min(5_000, milliseconds * 2) }
        return .milliseconds(Int(milliseconds * Double.random(in: 0.5...1)))
    }
}
