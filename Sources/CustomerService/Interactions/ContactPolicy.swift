import Contracts
import ServiceKit

/// How long what was said is kept, by channel, and when a key customer counts as not spoken with.
struct ContactPolicy: Sendable {
    /// The settings that make it.
    static let settings = [
        Setting(
            "contact.days", default: "30",
            help: "after how many days without contact a key customer is told of, 1 to 3650"),
        Setting(
            "contact.key.share", default: "20",
            help: "how many of a hundred customers, those with most revenue, are key customers, 1 to 100"),
        Setting(
            "retention.interactions", default: "meeting=1825,phone=730,email=730,social=365",
            help: "for how many days what was said is kept, by channel; after that only that it was said"),
    ]

    /// What is wrong with a setting, and how it is written.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    let days: Int
    let keyShare: Int
    /// Days by channel.
    let retention: [InteractionChannel: Int]

    init(_ settings: Settings) throws {
        days = try settings.integer("contact.days", in: 1...3_650)
        keyShare = try settings.integer("contact.key.share", in: 1...100)
        retention = try Self.retention(settings["retention.interactions"] ?? "")
    }

    /// Reads such as `meeting=1825,phone=730`; every channel must be named once.
    static func retention(_ text: String) throws -> [InteractionChannel: Int] {
        var days: [InteractionChannel: Int] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, let channel = InteractionChannel(rawValue: pair[0]), let count = Int(pair[1]),
                (1...36_500).contains(count), days[channel] == nil
            else {
                throw Problem(
                    description: "WAYBILL_RETENTION_INTERACTIONS: '\(part)' is not a channel with its days, such as "
                        + "phone=730, each channel once, 1 to 36500 days")
            }
            days[channel] = count
        }
        let missing = InteractionChannel.allCases.filter { days[$0] == nil }
        guard missing.isEmpty else {
            throw Problem(
                description: "WAYBILL_RETENTION_INTERACTIONS says nothing of "
                    + missing.map(\.rawValue).joined(separator: ", "))
        }
        return days
    }
}
