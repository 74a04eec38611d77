import Contracts

/// Which alert of a thing is open, and how often each was raised: enough to know every alert's identifier.
struct AlertStanding: Sendable, Equatable {
    /// The severity that is open.
    var open: MarginSeverity?
    /// How often *low* was raised.
    var lowRaised = 0
    /// How often *negative* was raised.
    var negativeRaised = 0

    /// One thing to tell about an alert.
    enum Step: Sendable, Equatable {
        case raise(MarginSeverity, occurrence: Int)
        case clear(MarginSeverity, occurrence: Int, AlertClearing)
    }

    /// How often a severity was raised; the last time is the occurrence of its identifier.
    func raised(_ severity: MarginSeverity) -> Int {
        switch severity {
        case .low: lowRaised
        case .negative: negativeRaised
        }
    }

    /// Moves to what is found now, and says what is to be told. The new alert is raised before the old one is cleared,
    /// so that a reader never sees a bad order as good.
    ///
    /// - Parameters:
    ///   - severity: what is found; `nil` for nothing.
    ///   - clearing: the reason when nothing is found any more.
    mutating func move(to severity: MarginSeverity?, otherwise clearing: AlertClearing = .recovered) -> [Step] {
        guard severity != open else { return [] }
        var steps: [Step] = []
        let before = open.map { ($0, raised($0)) }
        if let severity {
            switch severity {
            case .low: lowRaised += 1
            case .negative: negativeRaised += 1
            }
            steps.append(.raise(severity, occurrence: raised(severity)))
        }
        if let (old, occurrence) = before {
            steps.append(.clear(old, occurrence: occurrence, severity == nil ? clearing : .severityChanged))
        }
        open = severity
        return steps
    }
}
