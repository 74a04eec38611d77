import Contracts
import Domain

/// What others estimate the market at: stated, never computed here.
struct MarketEstimates: Sendable {
    struct Estimate: Sendable, Equatable {
        let from: CalendarDay
        let to: CalendarDay
        let branch: String?
        let businessLine: String?
        /// In CNY.
        let amount: FixedDecimal
        /// Whose estimate it is, in words.
        let statedBy: String
    }

    let estimates: [Estimate]

    init(_ estimates: [Estimate]) {
        self.estimates = estimates
    }

    /// Reads `{"estimates": [{"from", "to", "amount", "by", "branch"?, "businessLine"?}]}`, amounts in CNY.
    init(json: [UInt8]) throws(Refusal) {
        let root = try SettingsFile.root(json)
        var estimates: [Estimate] = []
        for (index, node) in (root["estimates"]?.elements ?? []).enumerated() {
            let path = "$.estimates[\(index)]"
            guard let from = node["from"]?.string.flatMap({ CalendarDay($0) }),
                let to = node["to"]?.string.flatMap({ CalendarDay($0) }), from <= to
            else {
                throw Refusal(.badTime, path: path, "'from' and 'to' are required, days as 2026-01-05 in their order")
            }
            guard let amount = node["amount"]?.string.flatMap({ FixedDecimal($0) }), amount > .zero else {
                throw Refusal(.notADecimal, path: "\(path).amount", "the market is more than nought, as \"1000000.00\"")
            }
            guard let statedBy = node["by"]?.string, !statedBy.isEmpty else {
                throw Refusal(.missingField, path: "\(path).by", "say whose estimate it is")
            }
            estimates.append(
                Estimate(
                    from: from, to: to, branch: node["branch"]?.string, businessLine: node["businessLine"]?.string,
                    amount: amount, statedBy: statedBy))
        }
        self.init(estimates)
    }
}
