import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

/// Which bulletin is meant, and what is said of it.
struct BulletinOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The customer, by its identifier.", valueName: "identifier"))
    var customer: String
    @Option(help: ArgumentHelp("The month, by any of its days.", valueName: "day"))
    var month: String
    @Option(help: "Why, in words.")
    var note: String
    @Option(help: ArgumentHelp("When; now when not given.", valueName: "time"))
    var at: String?
    @OptionGroup var act: ActOptions

    /// Gives it to the service desk, and waits for its answer.
    func send(
        _ step: BulletinStep, measure: BulletinMeasure? = nil, objection: String? = nil
    ) async throws {
        var act = act
        let stepId = act.id ?? UUID().uuidString.lowercased()
        act.id = stepId
        try await act.send(
            TakeBulletinStep(
                stepId: stepId, customerId: customer, month: try BulletinMonth.first(month), step: step,
                measure: measure, objectionId: objection, note: note,
                at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(), by: act.by),
            to: .servicedesk, expecting: step == .upheld ? [BulletinPublished.type] : [])
    }
}

/// A month as it is typed.
enum BulletinMonth {
    /// Its first day.
    static func first(_ text: String) throws -> CalendarDay {
        let day = try ArgumentValue.day(text, "--month")
        return day.adding(days: 1 - day.components.day)
    }
}

struct BulletinObject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Take down that a customer objects to a figure of a bulletin.",
        discussion: "The measures: \(BulletinMeasure.allCases.map(\.rawValue).joined(separator: ", ")).")

    @Argument(help: "To which figure; one of the list above.")
    var measure: String
    @OptionGroup var options: BulletinOptions

    func run() async throws {
        try await options.send(
            .objected, measure: try ArgumentValue.choice(measure, "<measure>", BulletinMeasure.self))
    }
}

struct BulletinAnswer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Answer an objection: upheld makes the bulletin anew, refused lets it stand.",
        discussion: "What was wrong is put right first: the new version is worked out from what is known by then.")

    @Argument(help: "The objection's number.")
    var objection: String
    @Argument(help: "upheld or refused.")
    var verdict: String
    @OptionGroup var options: BulletinOptions

    func run() async throws {
        let step = try ArgumentValue.choice(verdict, "<verdict>", BulletinStep.self)
        guard step != .objected else { throw ValidationError("<verdict> is upheld or refused") }
        try await options.send(step, objection: objection)
    }
}

struct BulletinExclude: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Leave a delivery out of the figures; the figure with it is told, too.",
        discussion: "The codes: \(ExclusionCode.allCases.map(\.rawValue).joined(separator: ", ")).")

    @Argument(help: "The number of the order.")
    var order: String
    @Argument(help: "Why; one of the list above.")
    var code: String
    @Option(help: "The order's source.")
    var source: String
    @Option(help: "What happened, in words.")
    var note: String
    @Option(help: ArgumentHelp("When it was found; now when not given.", valueName: "time"))
    var at: String?
    @OptionGroup var act: ActOptions

    func run() async throws {
        try await act.send(
            ExcludeDelivery(
                source: source, orderId: order, code: try ArgumentValue.choice(code, "<code>", ExclusionCode.self),
                note: note, at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(), by: act.by),
            to: .servicedesk)
    }
}

struct BulletinPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Have the bulletins of a month made now, of customers that have none yet.")

    @Option(help: ArgumentHelp("The month, by any of its days.", valueName: "day"))
    var month: String
    @Option(help: "Why now.")
    var reason: String
    @OptionGroup var act: ActOptions

    func run() async throws {
        try await act.send(
            PublishBulletins(month: try BulletinMonth.first(month), reason: reason, by: act.by), to: .servicedesk)
    }
}
