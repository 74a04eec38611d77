extension AcceptanceLevel {
    /// What it means for an order.
    package var state: AcceptanceState {
        switch self {
        case .open, .watch: .open
        case .needsApproval: .needsApproval
        case .stopped: .stopped
        }
    }
}
