import ArgumentParser
import Client

/// The exit codes of every command. They are told in the help of `waybill` and in docs/operate/output.md.
enum ExitCodes {
    /// It was tried and did not succeed, or a check has found something.
    static let failed = ExitCode(1)
    /// What was asked for is refused, or what was named is not there.
    static let refused = ExitCode(2)
    /// A service was not heard of in time. What it was told is kept, and takes effect when it is back.
    static let notHeard = ExitCode(75)

    /// All of them, with what they mean.
    static let table: [(code: ExitCode, meaning: String)] = [
        (.success, "done; a list without rows is a right answer too"),
        (failed, "failed, or a check has found something"),
        (refused, "refused, or what was named is not there"),
        (.validationFailure, "wrong arguments"),
        (notHeard, "a service was not heard of in time: what others said is shown, what it was told is kept"),
    ]

    /// What a command ends with when a service had this to say.
    static func code(of error: ClientError) -> ExitCode {
        switch error.code {
        case .refused: refused
        case .notHeard: notHeard
        }
    }
}
