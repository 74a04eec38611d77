/// What an installation is for, which decides what may stand in for a file that nobody has given.
public enum Profile: String, CaseIterable, Sendable {
    /// For business: whatever describes it must be given.
    case production
    /// For trying: what is not given is made up, and the service says so.
    case demo

    /// The setting that chooses it.
    static let setting = Setting(
        "profile", default: Profile.production.rawValue,
        help:
            "production, or demo: made-up data stands in for rates, branches and policies that are not given, and who acts is "
            + "believed by its word")
}

/// Data made up for a demo, in the form of the file that it stands in for.
public struct MadeUpData: Sendable {
    /// What it is, in a few words.
    let summary: String
    /// What the file would hold.
    let file: @Sendable () -> String

    /// - Parameters:
    ///   - summary: what it is, in a few words.
    ///   - file: makes what the file would hold; it must be readable by whoever reads the setting.
    public init(_ summary: String, file: @escaping @Sendable () -> String) {
        self.summary = summary
        self.file = file
    }
}
