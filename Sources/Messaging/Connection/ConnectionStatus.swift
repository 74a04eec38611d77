/// How a connection to the broker stands.
public struct ConnectionStatus: Sendable {
    /// The states.
    public enum State: Sendable, Equatable {
        /// Not connected yet.
        case connecting
        /// Connected.
        case connected
        /// Connected, but the broker takes no messages: memory or disk run short there.
        case blocked(String)
        /// The connection failed; it is tried again.
        case failed(String)
    }

    /// The state.
    public internal(set) var state = State.connecting
    /// Whether a consumer is subscribed.
    public internal(set) var isSubscribed = false
    /// Whether the broker has missed a heartbeat: not given up yet, but nothing to rely on.
    public internal(set) var isSilent = false
    /// How often the connection was made anew.
    public internal(set) var reconnects = 0
    /// Messages published and not confirmed yet.
    public internal(set) var unconfirmed = 0
    /// Messages delivered and not acknowledged yet.
    public internal(set) var unacknowledged = 0

    /// Whether the broker takes no messages.
    public var isBlocked: Bool {
        if case .blocked = state { true } else { false }
    }

    /// Whether work gets done.
    public var isReady: Bool { state == .connected && !isSilent }

    /// The state in words.
    public var summary: String {
        switch state {
        case .connecting: "connecting"
        case .connected where isSilent: "connected, but the broker has missed a heartbeat"
        case .connected: isSubscribed ? "subscribed" : "connected"
        case .blocked(let reason): "blocked by the broker: \(reason)"
        case .failed(let reason): reason
        }
    }
}
