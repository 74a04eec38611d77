import Contracts
import Domain

extension ClockPolicies {
    private static let mostTarget = 3_153_600_000

    /// Reads `{"policies": [{"from", "zone", "hours", "holidays", "workdays", "places", "priorities", "targets",
    /// "longestWaitDays"}], "agents": [{"login", "categories", "branches", "capacity"}]}`.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    init(json: [UInt8]) throws {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(["policies", "agents"], in: root, "$")
        var policies: [ClockPolicy] = []
        for (index, node) in (root["policies"]?.elements ?? []).enumerated() {
            let policy = try Self.policy(node, "$.policies[\(index)]")
            guard !policies.contains(where: { $0.from == policy.from }) else {
                throw Refusal(
                    .duplicateElement, path: "$.policies[\(index)].from",
                    "two policies begin on \(policy.from): which one holds?")
            }
            policies.append(policy)
        }
        guard !policies.isEmpty else {
            throw Refusal(.missingField, path: "$.policies", "there is at least one policy")
        }
        var agents: [DeskAgent] = []
        for (index, node) in (root["agents"]?.elements ?? []).enumerated() {
            let agent = try Self.agent(node, "$.agents[\(index)]")
            guard !agents.contains(where: { $0.login == agent.login }) else {
                throw Refusal(
                    .duplicateElement, path: "$.agents[\(index)].login", "'\(agent.login)' is there before")
            }
            agents.append(agent)
        }
        self.init(
            policies: policies.sorted { $0.from < $1.from }, agents: agents,
            document: String(decoding: json, as: UTF8.self))
    }

    private static func policy(_ node: JSONNode, _ path: String) throws(Refusal) -> ClockPolicy {
        try SettingsFile.allow(
            ClockPolicyFile.hourFields.union(["from", "places", "priorities", "targets", "longestWaitDays"]), in: node,
            path)
        var places: [String: BusinessHours] = [:]
        for (branch, own) in node["places"]?.members ?? [] {
            let place = "\(path).places.\(branch)"
            try SettingsFile.allow(ClockPolicyFile.hourFields, in: own, place)
            places[branch] = try ClockPolicyFile.hours(in: own, place)
        }
        return ClockPolicy(
            from: try SettingsFile.day(node, "from", path), hours: try ClockPolicyFile.hours(in: node, path),
            places: places, priorities: try priorities(node, path), targets: try targets(node, path),
            longestWaitDays: try SettingsFile.integer(node, "longestWaitDays", in: 1...366, path))
    }

    private static func priorities(_ node: JSONNode, _ path: String) throws(Refusal) -> [String: [String: Int]] {
        guard let table = node["priorities"], table.kind == .object else {
            throw Refusal(
                .missingField, path: "\(path).priorities", "'priorities' is required: by severity, then by class")
        }
        try SettingsFile.allow(Set(ComplaintSeverity.allCases.map(\.rawValue)), in: table, "\(path).priorities")
        var priorities: [String: [String: Int]] = [:]
        for severity in ComplaintSeverity.allCases.map(\.rawValue) {
            let place = "\(path).priorities.\(severity)"
            guard let classes = table[severity], classes.kind == .object, classes[ClockPolicy.anyClass] != nil else {
                throw Refusal(
                    .missingField, path: place,
                    "'\(severity)' is required, with '*' for every class of which nothing else is said")
            }
            for (word, _) in classes.members {
                priorities[severity, default: [:]][word] = try SettingsFile.integer(
                    classes, word, in: 1...ClockPolicy.lastPriority, place)
            }
        }
        return priorities
    }

    private static func targets(_ node: JSONNode, _ path: String) throws(Refusal) -> [Int: ClockPolicy.Targets] {
        var targets: [Int: ClockPolicy.Targets] = [:]
        for (word, own) in node["targets"]?.members ?? [] {
            let place = "\(path).targets.\(word)"
            guard let priority = Int(word), (1...ClockPolicy.lastPriority).contains(priority) else {
                throw Refusal(
                    .valueNotAllowed, path: place, "targets are said by priority, from 1 to \(ClockPolicy.lastPriority)"
                )
            }
            try SettingsFile.allow(Set(ComplaintClock.allCases.map(\.rawValue)), in: own, place)
            for clock in ComplaintClock.allCases {
                targets[priority, default: [:]][clock] = try SettingsFile.integer(
                    own, clock.rawValue, in: 1...mostTarget, place
                ).map(Int64.init)
            }
        }
        return targets
    }

    private static func agent(_ node: JSONNode, _ path: String) throws(Refusal) -> DeskAgent {
        try SettingsFile.allow(["login", "categories", "branches", "capacity"], in: node, path)
        guard let login = node["login"]?.string, !login.isEmpty, login.unicodeScalars.count <= 64 else {
            throw Refusal(.missingField, path: "\(path).login", "'login' is required, of at most 64 characters")
        }
        guard let capacity = try SettingsFile.integer(node, "capacity", in: 0...10_000, path) else {
            throw Refusal(.missingField, path: "\(path).capacity", "'capacity' is required, as a number")
        }
        var categories: Set<ComplaintCategory> = []
        for (index, element) in (node["categories"]?.elements ?? []).enumerated() {
            guard let category = element.string.flatMap(ComplaintCategory.init(rawValue:)) else {
                throw Refusal(
                    .valueNotAllowed, path: "\(path).categories[\(index)]",
                    "a category is one of \(ComplaintCategory.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            categories.insert(category)
        }
        return DeskAgent(
            login: login, categories: categories,
            branches: Set((node["branches"]?.elements ?? []).compactMap(\.string)), capacity: capacity)
    }

    // MARK: What is made up

    /// Hours of an office in China with its holidays and made-up days, the usual targets, and nobody who takes complaints:
    /// as the file that ``init(json:)`` reads.
    static var standardJSON: String {
        let week = (0..<7).map { day in
            "\"\(["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day])\": "
                + (day < 5 ? "[\"09:00-12:00\", \"13:00-18:00\"]" : "[]")
        }
        var holidays: [String] = []
        var workdays: [String] = []
        if var day = CalendarDay("2024-01-01"), let last = CalendarDay("2026-12-31") {
            while day <= last {
                let isWorked = WorkingCalendar.isWorkingDay(day)
                if day.weekday <= 5, !isWorked { holidays.append("\"\(day)\"") }
                if day.weekday > 5, isWorked { workdays.append("\"\(day)\"") }
                day = day.adding(days: 1)
            }
        }
        return """
            {
              "policies": [
                {
                  "from": "2020-01-01",
                  "zone": "Asia/Shanghai",
                  "hours": {\(week.joined(separator: ", "))},
                  "holidays": [\(holidays.joined(separator: ", "))],
                  "workdays": [\(workdays.joined(separator: ", "))],
                  "priorities": {
                    "critical": {"*": 1},
                    "major": {"strategic": 1, "A": 1, "*": 2},
                    "minor": {"strategic": 2, "A": 2, "*": 3}
                  },
                  "targets": {
                    "1": {"first-answer": 1800, "containment": 14400, "resolution": 28800},
                    "2": {"first-answer": 7200, "containment": 28800, "resolution": 57600},
                    "3": {"first-answer": 28800, "containment": 57600, "resolution": 144000}
                  },
                  "longestWaitDays": 30
                }
              ],
              "agents": [
              ]
            }

            """
    }
}
