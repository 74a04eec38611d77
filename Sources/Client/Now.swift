package import Domain
import Foundation

extension Timestamp {
    /// The time now, in UTC. For what a person does now; rules get their time handed in.
    package static func now() -> Timestamp {
        Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000), offsetMinutes: 0)
    }
}
