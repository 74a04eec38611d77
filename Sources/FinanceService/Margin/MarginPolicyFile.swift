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
        let root = try JSONDocument(parsing: json).root
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
}

/// Values of a settings file, each refused with its path.
enum SettingsFile {
    /// A misspelt key must not be passed over in silence.
    static func allow(_ names: Set<String>, in node: JSONNode, _ path: String) throws {
        for (name, _) in node.members where !names.contains(name) {
            throw Refusal(
                .valueNotAllowed, path: "\(path).\(name)",
                "there is no '\(name)' here, only \(names.sorted().joined(separator: ", "))")
        }
    }

    static func day(_ node: JSONNode, _ name: String, _ path: String) throws -> CalendarDay {
        guard let day = node[name]?.string.flatMap({ CalendarDay($0) }) else {
            throw Refusal(.badTime, path: "\(path).\(name)", "'\(name)' is required, a day as 2026-01-05")
        }
        return day
    }

    static func decimal(_ node: JSONNode, _ name: String, _ path: String) throws -> FixedDecimal? {
        guard let value = node[name] else { return nil }
        guard let number = value.string.flatMap({ FixedDecimal($0) }) else {
            throw Refusal(.notADecimal, path: "\(path).\(name)", "'\(name)' is a decimal in quotes, as \"5\"")
        }
        return number
    }

    static func integer(
        _ node: JSONNode, _ name: String, in range: ClosedRange<Int>, _ path: String
    ) throws -> Int? {
        guard let value = node[name] else { return nil }
        guard let number = value.integer, range.contains(Int(number)) else {
            throw Refusal(
                .valueNotAllowed, path: "\(path).\(name)",
                "'\(name)' is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }
}
