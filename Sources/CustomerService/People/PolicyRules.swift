import Contracts
import Domain

/// Which policy of permissions may follow which. Pure.
enum PolicyRules {
    /// How far above the one before a version may be. Versions have an end, and one at the end could never be followed by another.
    private static let furthest = 100_000_000

    /// The policy of a text, when it is the next one.
    ///
    /// - Parameters:
    ///   - text: the policy as JSON.
    ///   - holding: the policy that holds; `nil` while there is none.
    ///   - day: the day on which it is set.
    ///   - book: the organisation; `nil` while no branch of it is recorded.
    /// - Returns: `nil` when it is the one that holds, said again.
    /// - Throws: the first thing that is wrong, and how many more there are.
    static func next(
        _ text: String, after holding: PermissionPolicy?, on day: CalendarDay, in book: OrganisationBook? = nil
    ) throws(Refusal) -> PermissionPolicy? {
        let file: PermissionPolicyFile
        do throws(Refusal) { file = try PermissionPolicyFile(json: Array(text.utf8)) } catch {
            throw refusal(error.reason, error.path, error.detail, 1)
        }
        if let fault = file.faults.first {
            throw refusal(fault.reason, fault.path, fault.detail, file.faults.count)
        }
        let policy = file.policy
        if let holding, policy.version <= holding.version {
            if policy == holding { return nil }
            throw policy.version == holding.version
                ? refusal(
                    .conflictingContent, "$.version",
                    "version \(policy.version) holds with other content: give the new one a higher version", 1)
                : refusal(
                    .staleRevision, "$.version",
                    "version \(holding.version) holds: a later policy has a higher version", 1)
        }
        let most = (holding?.version ?? 0) + furthest
        guard policy.version <= most else {
            throw refusal(
                .valueNotAllowed, "$.version",
                "version \(policy.version) is too far above version \(holding?.version ?? 0): at most \(most), so that there is "
                    + "always a next one", 1)
        }
        // Of people the command that sets it warns: somebody may be given roles before the record of them has come.
        let findings =
            policy.findings(on: day) + [policy.lockOut].compactMap(\.self)
            + (book.map { policy.strangeNodes(in: $0, on: day) } ?? [])
        if let finding = findings.first {
            throw refusal(
                Reason(rawValue: finding.reason.rawValue) ?? .valueNotAllowed, finding.path, finding.detail,
                findings.count)
        }
        return policy
    }

    /// A refusal of what stands in the text, at its place there.
    private static func refusal(_ reason: Reason, _ path: String, _ detail: String, _ count: Int) -> Refusal {
        let more = count > 1 ? " (and \(count - 1) more: 'waybill policy check' tells all)" : ""
        return Refusal(reason, path: "$.document" + path.drop { $0 == "$" }, detail + more)
    }
}
