#if WAYBILL_TRIAL
    import Foundation

    /// What a trial build does wrong on purpose, to show that the chaos run would notice.
    ///
    /// None of this is compiled into an ordinary build: it takes the environment variable `WAYBILL_TRIAL` when the
    /// package is built. Which fault is active is said at start by the variable `NEGATIVE_CONTROL`.
    package enum NegativeControl: String {
        /// Deliveries are acknowledged when they are handed over, not when they are committed.
        case acknowledgeBeforeCommit = "acknowledge-before-commit"
        /// Nobody looks whether a message was handled before.
        case noInbox = "no-inbox"
        /// Whatever was written to the socket counts as published.
        case ignoreConfirms = "ignore-confirms"
        /// The relay reads "everything after the last", and not "everything not sent".
        case relayByCursor = "relay-by-cursor"

        /// The active one.
        package static let active = ProcessInfo.processInfo.environment["NEGATIVE_CONTROL"].flatMap {
            NegativeControl(rawValue: $0)
        }

        /// Whether each handled message is tallied: an effect that is not idempotent by itself, as the services' own are.
        package static let tallies = ProcessInfo.processInfo.environment["TRIAL_TALLY"] != nil
    }
#endif
