import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

/// A complaint that somebody does something about.
struct ReportedComplaint {
    private let complaint: String
    private let source: String?

    /// - Parameters:
    ///   - complaint: its number.
    ///   - source: the system that reported it, where it is said.
    init(_ complaint: String, _ source: String?) {
        self.complaint = complaint
        self.source = source
    }

    /// The system that reported it. What is said of a complaint that nobody knows yet would wait for it, and whoever says it by
    /// hand would rather know of the slip of the pen.
    func onlySource(_ act: ActOptions) async throws -> String {
        let found = try await Asking.once(
            .servicedesk, "complaints.show", [("complaintId", complaint), ("source", source)])
        let sources = Set(found.first?.rows.compactMap { $0.values[0] } ?? [])
        guard sources.count <= 1 else {
            throw ValidationError(
                "'\(complaint)' is of \(sources.sorted().joined(separator: " and ")): say --source")
        }
        guard let only = sources.first else {
            throw act.refused(
                Refusal(
                    .notFound, path: "$.complaintId",
                    "there is no complaint '\(complaint)': 'waybill complaints list --all' shows those there are"))
        }
        return only
    }
}

/// What both ways of saying whose the time is take.
struct WaitOptions: ParsableArguments {
    @Option(help: "The system that reported the complaint; needed only when several have one of that number.")
    var source: String?
    @Option(help: ArgumentHelp("From when on; now when not given.", valueName: "time"))
    var at: String?
    @Option(help: "More in words.")
    var note: String?
    @OptionGroup var act: ActOptions

    /// Gives it to the service desk, and waits for its answer.
    func send(
        _ complaint: String, _ waiting: ComplaintWait, _ reason: ComplaintWaitReason?, until: Timestamp?
    ) async throws {
        var act = act
        let waitId = act.id ?? UUID().uuidString.lowercased()
        act.id = waitId
        try await act.send(
            ComplaintWaiting(
                waitId: waitId, complaintId: complaint, waiting: waiting, reason: reason,
                at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(), until: until, by: act.by, note: note),
            to: .servicedesk, source: try await ReportedComplaint(complaint, source).onlySource(act),
            expecting: [ComplaintStatusChanged.type])
    }
}

struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Say that a customer or a supplier is waited for about a complaint.",
        discussion: """
            Until it is resumed the time is theirs. The reasons to wait for the customer: \
            \(ComplaintWait.customer.reasons.map(\.rawValue).joined(separator: ", ")); for a supplier: \
            \(ComplaintWait.supplier.reasons.map(\.rawValue).joined(separator: ", ")).
            """)

    @Argument(help: "The complaint's number.")
    var complaint: String
    @Argument(help: "Who is waited for: customer or supplier.")
    var whom: String
    @Option(help: "Why; one of the lists above.")
    var reason: String
    @Option(help: ArgumentHelp("Until when at most: then the time is ours again.", valueName: "time"))
    var until: String?
    @OptionGroup var options: WaitOptions

    func run() async throws {
        let whom = try ArgumentValue.choice(whom, "<whom>", ComplaintWait.self)
        guard whom != .resumed else {
            throw ValidationError("<whom> is customer or supplier; 'waybill complaints resume' ends a wait")
        }
        try await options.send(
            complaint, whom, try ArgumentValue.choice(reason, "--reason", ComplaintWaitReason.self),
            until: try until.map { try ArgumentValue.time($0, "--until") })
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Say that nobody is waited for any longer: the time is ours again.")

    @Argument(help: "The complaint's number.")
    var complaint: String
    @OptionGroup var options: WaitOptions

    func run() async throws { try await options.send(complaint, .resumed, nil, until: nil) }
}
