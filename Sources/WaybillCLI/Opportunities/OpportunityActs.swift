import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

/// What an opportunity is, as it is typed.
struct OpportunityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The code of the customer, when it is one.", valueName: "code"))
    var customer: String?
    @Option(help: ArgumentHelp("The system whose code that is.", valueName: "system"))
    var customerSource: String?
    @Option(help: "The company, when it is no customer yet.")
    var company: String?
    @Option(help: "What it is called.")
    var title: String?
    @Option(help: "The team whose stages it goes through; those of all without it.")
    var team: String?
    @Option(help: "The node of the organisation that it is of.")
    var branch: String?
    @Option(help: "The line of business.")
    var line: String?
    @Option(help: "What is offered.")
    var product: String?
    @Option(help: "Where it comes from: a campaign, a fair, a partner.")
    var origin: String?
    @Option(help: "What it comes to, without tax.")
    var amount: String?
    @Option(help: ArgumentHelp("What is left of it.", valueName: "amount"))
    var margin: String?
    @Option(help: "The currency of the amounts.")
    var currency: String?
    @Option(help: ArgumentHelp("The day by which it should be decided.", valueName: "day"))
    var close: String?
    @Option(
        name: .customLong("competitor"), parsing: .singleValue,
        help: ArgumentHelp("Against whom; may be given again.", valueName: "name"))
    var competitors: [String] = []
    @Option(help: ArgumentHelp("What is done next.", valueName: "words"))
    var next: String?
    @Option(help: ArgumentHelp("By which day.", valueName: "day"))
    var nextOn: String?
    @Option(help: ArgumentHelp("Why it was lost; one of the list above.", valueName: "reason"))
    var reason: String?
    @Option(help: ArgumentHelp("Who got it.", valueName: "name"))
    var lostTo: String?
    @Option(help: "More in words.")
    var note: String?

    var customerCode: CustomerCode? { customer.map { CustomerCode(code: $0, source: customerSource) } }

    func lossReason() throws -> OpportunityLossReason? {
        try reason.map { try ArgumentValue.choice($0, "--reason", OpportunityLossReason.self) }
    }

    func money() throws -> (amount: FixedDecimal?, margin: FixedDecimal?, currency: Currency?) {
        (
            try amount.map { try ArgumentValue.amount($0, "--amount") },
            try margin.map { try ArgumentValue.amount($0, "--margin") }, try currency.map(ArgumentValue.currency)
        )
    }

    func days() throws -> (close: CalendarDay?, next: CalendarDay?) {
        (
            try close.map { try ArgumentValue.day($0, "--close") },
            try nextOn.map { try ArgumentValue.day($0, "--next-on") }
        )
    }

    static let reasons = OpportunityLossReason.allCases.map(\.rawValue).joined(separator: ", ")
}

extension OpportunitiesCommand {
    struct Step: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do something about an opportunity that is kept here.",
            discussion: """
                The steps: \(OpportunityStep.allCases.map(\.rawValue).joined(separator: ", ")).
                The reasons for lost: \(OpportunityOptions.reasons).
                What is not given stays as it is.
                """)

        @Argument(help: "The opportunity.")
        var opportunity: String
        @Argument(help: "What is done; one of the list above.")
        var step: String
        @Option(help: "The stage that it comes to.")
        var stage: String?
        @Option(help: ArgumentHelp("To whom it is given.", valueName: "login"))
        var to: String?
        @OptionGroup var terms: OpportunityOptions
        @Option(help: ArgumentHelp("When it was; now when not given.", valueName: "time"))
        var at: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            let (money, days) = (try terms.money(), try terms.days())
            try await act.send(
                TakeOpportunityStep(
                    opportunityId: opportunity,
                    step: try ArgumentValue.choice(step, "<step>", OpportunityStep.self), stage: stage,
                    team: terms.team, customer: terms.customerCode, company: terms.company, title: terms.title, to: to,
                    branch: terms.branch, businessLine: terms.line, product: terms.product, origin: terms.origin,
                    amount: money.amount, margin: money.margin, currency: money.currency, closeDay: days.close,
                    competitors: terms.competitors, nextStep: terms.next, nextStepDay: days.next,
                    lossReason: try terms.lossReason(), lostTo: terms.lostTo, note: terms.note,
                    at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(), by: act.by),
                to: .sales, expecting: [OpportunityChanged.type])
        }
    }

    struct Record: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how an opportunity stands that is kept in another system; the whole of it.",
            discussion: """
                The states: \(OpportunityState.allCases.map(\.rawValue).joined(separator: ", ")).
                The reasons of what is lost: \(OpportunityOptions.reasons).
                The same revision with the same content has no second effect; each later one says everything anew.
                """)

        @Argument(help: "The opportunity's number in that system.")
        var opportunity: String
        @Option(help: "Counts what was said of it, from 1.")
        var revision = 1
        @Option(help: "Whether it is still worked on; one of the list above.")
        var state = OpportunityState.open.rawValue
        @Option(help: "The stage in which it is, or was when it was decided.")
        var stage: String
        @Option(help: ArgumentHelp("Who works on it.", valueName: "login"))
        var owner: String?
        @Option(help: ArgumentHelp("When it came into being; when it changed without it.", valueName: "time"))
        var created: String?
        @OptionGroup var terms: OpportunityOptions
        @OptionGroup var book: BookOptions

        func run() async throws {
            let (money, days, at) = (try terms.money(), try terms.days(), try book.time())
            try await book.act.send(
                OpportunityRecorded(
                    OpportunityTerms(
                        opportunityId: opportunity, revision: revision,
                        state: try ArgumentValue.choice(state, "--state", OpportunityState.self), stage: stage,
                        team: terms.team, customer: terms.customerCode, company: terms.company, title: terms.title,
                        owner: owner, branch: terms.branch, businessLine: terms.line, product: terms.product,
                        origin: terms.origin, amount: money.amount, margin: money.margin, currency: money.currency,
                        closeDay: days.close, competitors: terms.competitors, nextStep: terms.next,
                        nextStepDay: days.next, lossReason: try terms.lossReason(), lostTo: terms.lostTo,
                        createdAt: try created.map { try ArgumentValue.time($0, "--created") } ?? at, changedAt: at,
                        note: terms.note), by: book.by),
                to: .sales, source: book.source, expecting: [OpportunityChanged.type])
        }
    }

    struct SetStages: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-stages", abstract: "Say by which stages a team's opportunities go.",
            discussion: """
                Each stage is word=name, or word=name:need,need for what has to be known before it is left.
                The needs: \(StageNeed.allCases.map(\.rawValue).joined(separator: ", ")).
                What is said later takes the place of what was said before.
                """)

        @Argument(help: "The stages, the first one first.")
        var stages: [String]
        @Option(help: "The team; those of all teams without stages of their own when not given.")
        var team: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            let stages = try stages.map { word in
                let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, !halves[0].isEmpty else {
                    throw ValidationError("'\(word)' is not word=name or word=name:need,need")
                }
                let parts = halves[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let needs = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
                for need in needs where StageNeed(rawValue: need) == nil {
                    throw ValidationError(
                        "'\(need)' is none of \(StageNeed.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return SalesStage(stage: String(halves[0]), name: parts.first.map(String.init) ?? "", needs: needs)
            }
            try await act.send(SetSalesStages(team: team, stages: stages, at: .now(), by: act.by), to: .sales)
        }
    }
}
