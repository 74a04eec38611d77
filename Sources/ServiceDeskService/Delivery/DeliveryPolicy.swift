import Contracts
import Domain

/// How a delivery went, and whom to ask about it. Pure.
struct DeliveryPolicy: Sendable {
    /// How a delivery went.
    struct Verdict: Sendable, Equatable {
        /// `nil` when there is neither a word of it nor a promise to measure by.
        var isLate: Bool?
        var isDamaged: Bool
        var isShort: Bool

        var isGood: Bool { !(isLate ?? false) && !isDamaged && !isShort }
    }

    /// How much a customer matters, by its classes.
    enum Standing: Sendable {
        case important
        case usual
        case minor
    }

    /// The share of good deliveries that are asked about, in percent; of the others all are.
    var goodShare = 10
    /// A customer is asked at most once in so many days.
    var fatigueDays = 30
    /// For so many days an answer counts.
    var answerDays = 30

    /// The same for a customer of some standing: one that matters is asked twice as often, one that does not half as
    /// often.
    func adapted(to standing: Standing) -> DeliveryPolicy {
        switch standing {
        case .usual: self
        case .important:
            DeliveryPolicy(goodShare: min(100, 2 * goodShare), fatigueDays: fatigueDays / 2, answerDays: answerDays)
        case .minor:
            DeliveryPolicy(goodShare: goodShare / 2, fatigueDays: 2 * fatigueDays, answerDays: answerDays)
        }
    }

    static func verdict(
        onTime: Bool?, completedAt: Timestamp, promisedAt: Timestamp?, damaged: Bool?, ordered: FixedDecimal?,
        delivered: FixedDecimal?
    ) -> Verdict {
        var isShort = false
        if let ordered, let delivered { isShort = delivered < ordered }
        return Verdict(
            isLate: onTime.map { !$0 } ?? promisedAt.map { completedAt > $0 }, isDamaged: damaged ?? false,
            isShort: isShort)
    }

    /// What an order adds to the counts; `nil` when it is cancelled.
    static func count(of row: DeliveryRow) -> DeliveryCount? {
        guard !row.standing.isCancelled else { return nil }
        return DeliveryCount(
            place: PerformancePlace(
                source: row.source, customerCode: row.customerCode, branch: row.branch,
                businessLine: row.businessLine, day: row.completedAt.day()),
            verdict: verdict(
                onTime: row.onTime, completedAt: row.completedAt, promisedAt: row.promisedAt, damaged: row.damaged,
                ordered: row.quantity, delivered: row.delivered))
    }

    /// How much is ordered in all; `nil` when the lines are in different units, as kilograms and pieces have no sum. Such
    /// an order is never short: its completion names one quantity and no unit.
    static func quantity(of lines: [OrderLine]) -> FixedDecimal? {
        guard Set(lines.map(\.unit)).count == 1 else { return nil }
        return lines.reduce(.zero) { $0 + $1.quantity }
    }

    /// The rule by which a customer is asked who thought little of us: whether that is otherwise now.
    static let again = "re-survey"

    /// The rule by which an order is asked about; `nil` for none. The same order is always answered alike, so that a
    /// message that comes again asks nobody else.
    ///
    /// - Parameter isAskedAgain: whether its customer is to be asked again after a low score, whatever the sample says.
    func surveyRule(
        _ verdict: Verdict, source: String, orderId: String, isAskedAgain: Bool = false
    ) -> String? {
        if verdict.isDamaged { return "damaged" }
        if verdict.isShort { return "short" }
        if verdict.isLate ?? false { return "late" }
        // FNV-1a over the order's name spreads orders evenly, whatever their numbers look like.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(source)\u{1}\(orderId)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int((hash >> 32) % 100) < goodShare ? "sample-of-good" : isAskedAgain ? Self.again : nil
    }
}
