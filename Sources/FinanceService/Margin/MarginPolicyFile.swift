import Contracts
import Domain

extension MarginPolicy {
    /// Reads a policy from JSON: `{"windowDays", "diagnosisDays", "rules": [{"businessLine"?, "from", "orderFloor",
    /// "customerFloor", "release", "minimumOrders", "evaluations", "cooldownDays", "confidence", "revenueThreshold",
    /// "poolingOrders", "graceDays", "lossCap"}]}`. Rates are decimals in percent, amounts are in CNY; what a rule leaves
    /// out is as in the contract.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    init(json: [UInt8]) throws {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(["windowDays", "diagnosisDays", "rules"], in: root, "$")
        let windowDays = try SettingsFile.integer(root, "windowDays", in: 1...731, "$") ?? 90
        let diagnosisDays = try SettingsFile.integer(root, "diagnosisDays", in: 0...60, "$") ?? 2
        var entries: [Entry] = []
        for (index, node) in (root["rules"]?.elements ?? []).enumerated() {
            let path = "$.rules[\(index)]"
            try SettingsFile.allow(
                [
                    "businessLine", "from", "orderFloor", "customerFloor", "release", "minimumOrders", "evaluations",
                    "cooldownDays", "confidence", "revenueThreshold", "poolingOrders", "graceDays", "lossCap",
                ],
                in: node, path)
            var rules = MarginRules()
            rules.orderFloor = try SettingsFile.decimal(node, "orderFloor", path) ?? rules.orderFloor
            rules.customerFloor = try SettingsFile.decimal(node, "customerFloor", path) ?? rules.customerFloor
            rules.release = try SettingsFile.decimal(node, "release", path) ?? rules.release
            rules.minimumOrders =
                try SettingsFile.integer(node, "minimumOrders", in: 1...10_000, path) ?? rules.minimumOrders
            rules.evaluations = try SettingsFile.integer(node, "evaluations", in: 1...60, path) ?? rules.evaluations
            rules.cooldownDays =
                try SettingsFile.integer(node, "cooldownDays", in: 0...366, path) ?? rules.cooldownDays
            rules.confidence = try SettingsFile.decimal(node, "confidence", path) ?? rules.confidence
            rules.revenueThreshold =
                try SettingsFile.decimal(node, "revenueThreshold", path) ?? rules.revenueThreshold
            rules.poolingOrders =
                try SettingsFile.integer(node, "poolingOrders", in: 0...10_000, path) ?? rules.poolingOrders
            rules.graceDays = try SettingsFile.integer(node, "graceDays", in: 0...3_660, path) ?? rules.graceDays
            rules.lossCap = try SettingsFile.decimal(node, "lossCap", path) ?? rules.lossCap
            for (name, value) in [
                ("confidence", rules.confidence), ("revenueThreshold", rules.revenueThreshold),
                ("lossCap", rules.lossCap),
            ] where value.isNegative {
                throw Refusal(.valueNotAllowed, path: "\(path).\(name)", "'\(name)' must not be below nought")
            }
            // Otherwise what is held would be let go at the rate at which it is held.
            guard rules.release >= rules.customerFloor else {
                throw Refusal(.valueNotAllowed, path: "\(path).release", "'release' must not be below 'customerFloor'")
            }
            entries.append(
                Entry(
                    businessLine: node["businessLine"]?.string, from: try SettingsFile.day(node, "from", path),
                    rules: rules))
        }
        self.init(windowDays: windowDays, diagnosisDays: diagnosisDays, entries: entries)
    }

    /// The rules of the sample contract as the file that ``init(json:)`` reads.
    static var standardJSON: String {
        let rules = MarginRules.standard
        var object = ObjectWriter()
        // The first day that there is: they hold on every day until somebody adds a line.
        object.text("from", CalendarDay(daysSinceEpoch: 0).description)
        object.decimal("orderFloor", rules.orderFloor)
        object.decimal("customerFloor", rules.customerFloor)
        object.decimal("release", rules.release)
        object.integer("minimumOrders", rules.minimumOrders)
        object.integer("evaluations", rules.evaluations)
        object.integer("cooldownDays", rules.cooldownDays)
        object.decimal("confidence", rules.confidence)
        object.decimal("revenueThreshold", rules.revenueThreshold)
        object.integer("poolingOrders", rules.poolingOrders)
        object.integer("graceDays", rules.graceDays)
        object.decimal("lossCap", rules.lossCap)
        var policy = ObjectWriter()
        policy.integer("windowDays", MarginPolicy.standard.windowDays)
        policy.integer("diagnosisDays", MarginPolicy.standard.diagnosisDays)
        policy.json("rules", SettingsFile.lines([object.finished()], indent: 1))
        return String(decoding: policy.finished(), as: UTF8.self) + "\n"
    }
}
