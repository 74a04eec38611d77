/// How long somebody has to wait who has failed to sign in.
enum BackOff {
    /// By what failures are counted.
    enum Kind: String, Sendable {
        /// For one login, wherever the attempts are from.
        case login
        /// For one address, whatever logins are tried.
        case address
    }

    /// After how many seconds without a failure counting begins anew.
    static let memory = 3_600

    /// Seconds from the last failure to the next attempt that is looked at.
    ///
    /// A login waits half a minute at most: whoever fails on purpose must not keep its owner out. An address waits longer.
    ///
    /// - Parameters:
    ///   - count: how many attempts have failed since counting began.
    ///   - kind: by what they are counted.
    static func wait(after count: Int, _ kind: Kind) -> Int {
        let (free, most) = kind == .login ? (3, 30) : (10, 900)
        guard count >= free else { return 0 }
        return min(most, 1 << min(count - free + 1, 10))
    }
}
