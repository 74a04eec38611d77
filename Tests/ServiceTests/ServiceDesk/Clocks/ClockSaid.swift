import Contracts
import Domain

@testable import ServiceDeskService

/// Monday, 2 March 2026, 09:00 in Kunshan, and so many minutes.
func clockMinute(_ minutes: Int) -> Timestamp {
    Timestamp(microsecondsSinceEpoch: 1_772_413_200_000_000 + Int64(minutes) * 60_000_000)
}

/// What tests of clocks say of complaints.
enum ClockSaid {
    static func complaint(
        _ id: String = "CP1", customer: String = "C1", category: ComplaintCategory = .damage,
        severity: ComplaintSeverity = .major, at minutes: Int = 0
    ) -> ComplaintReported {
        ComplaintReported(
            complaintId: id, customer: CustomerCode(code: customer), category: category, severity: severity,
            at: clockMinute(minutes), by: "hotline", summary: "two cartons crushed")
    }

    static func step(
        _ id: String, _ step: ComplaintStep, at minutes: Int, of complaint: String = "CP1", by login: String = "li.wei",
        promise: Int? = nil
    ) -> ComplaintStepTaken {
        ComplaintStepTaken(
            stepId: id, source: "erp", complaintId: complaint, step: step, at: clockMinute(minutes), by: login,
            promise: promise.map(clockMinute))
    }

    static func wait(
        _ id: String, _ waiting: ComplaintWait, at minutes: Int, of complaint: String = "CP1", until: Int? = nil
    ) -> ComplaintWaiting {
        ComplaintWaiting(
            waitId: id, complaintId: complaint, waiting: waiting, reason: waiting.reasons.first,
            at: clockMinute(minutes), until: until.map(clockMinute), by: "li.wei")
    }

    /// What happened, without messages.
    static func history(
        _ steps: [(ComplaintStep, Int, Int?)], _ waits: [(ComplaintWait, Int, Int?)] = []
    ) -> ComplaintHistory {
        ComplaintHistory(
            openedAt: clockMinute(0), openedBy: "hotline",
            steps.enumerated().map { place, step in
                ComplaintProgress.Step(
                    stepId: "S\(place)", step: step.0, at: clockMinute(step.1), by: "li.wei",
                    promise: step.2.map(clockMinute))
            },
            waits.enumerated().map { place, wait in
                ComplaintWaits.Wait(
                    waitId: "W\(place)", waiting: wait.0, reason: wait.0.reasons.first, at: clockMinute(wait.1),
                    until: wait.2.map(clockMinute), by: "li.wei")
            })
    }

    static func facts(
        _ history: ComplaintHistory, _ id: String = "CP1", severity: String = "major", customerClass: String? = nil,
        agent: String? = nil
    ) -> ComplaintFacts {
        ComplaintFacts(
            key: ComplaintKey(source: "erp", complaintId: id), customerCode: "C1", customerSource: nil,
            customerId: "K1", category: "damage", severity: severity, customerClass: customerClass, branch: nil,
            agent: agent, history: history)
    }

    static func standard() throws -> ClockPolicies { try ClockPolicies(json: Array(ClockPolicies.standardJSON.utf8)) }

    /// A file with one policy of office hours.
    static func file(
        holidays: [String] = [], targets: String, agents: String = "", longestWait: String = "",
        from: String = "2020-01-01"
    ) -> String {
        let days = ["mon", "tue", "wed", "thu", "fri"].map { "\"\($0)\": [\"09:00-12:00\", \"13:00-18:00\"]" }
        return """
            {"policies": [{"from": "\(from)", "zone": "Asia/Shanghai",
              "hours": {\(days.joined(separator: ", ")), "sat": [], "sun": []},
              "holidays": [\(holidays.map { "\"\($0)\"" }.joined(separator: ", "))], "workdays": ["2026-03-14"],
              "priorities": {"critical": {"*": 1}, "major": {"strategic": 1, "A": 1, "*": 2}, "minor": {"*": 3}},
              "targets": {\(targets)}\(longestWait)}], "agents": [\(agents)]}
            """
    }

    /// Targets in hours, for each priority the same.
    static func targets(answer: Int = 1, containment: Int = 4, resolution: Int = 8) -> String {
        (1...3).map {
            "\"\($0)\": {\"first-answer\": \(answer * 3600), \"containment\": \(containment * 3600), "
                + "\"resolution\": \(resolution * 3600)}"
        }.joined(separator: ", ")
    }
}

extension Timestamp {
    /// The same moment as by Greenwich: moments are compared, not how they are written.
    var moment: Timestamp { inOffset(minutes: 0) }
}
