/// Pauses that grow from a tenth of a second to five, each with a random part, so that many copies do not come back
/// at the same moment.
public struct BackOff: Sendable {
    private var milliseconds = 100.0
    private let share: @Sendable () -> Double

    /// Begins with the shortest pause.
    public init() {
        self.init { Double.random(in: 0.5...1) }
    }

    /// Begins with the shortest pause.
    ///
    /// - Parameter share: which part of each pause is kept, at random, from 0.5 to 1.
    public init(share: @escaping @Sendable () -> Double) {
        self.share = share
    }

    /// The next pause.
    public mutating func next() -> Duration {
        defer { milliseconds = min(5_000, milliseconds * 2) }
        return .milliseconds(Int(milliseconds * share()))
    }
}
