import ArgumentParser
import Client
import Contracts
import Domain

struct OwnersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "owners",
        abstract: "Who looks after customers: on any day, in any line of business, with which share, and why.",
        subcommands: [Show.self, List.self, Assign.self, HandOver.self, Handovers.self])

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", OwnershipQuestions.show, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", OwnershipQuestions.list,
            """
            Somebody's customers: --owner LOGIN, those that this person acts for because their owner has left among them;
            --state waiting shows these alone, --state nobody those for whom nobody acts.
            """)

        @OptionGroup var asking: AskingOptions
    }

    struct Handovers: QuestionCommand {
        static let asked = AskedQuestion("handovers", OwnershipQuestions.handovers)

        @OptionGroup var asking: AskingOptions
    }
}

/// The days for which something holds, and that it was a slip.
struct OwnershipDays: ParsableArguments {
    @Option(help: ArgumentHelp("The first day on which it holds.", valueName: "day"))
    var from: String
    @Option(help: ArgumentHelp("The last day on which it holds; without it it has no end.", valueName: "day"))
    var until: String?
    @Option(help: "Counts what was said of it from 1; a higher one replaces a lower one.")
    var revision = 1
    @Flag(help: "It was a slip: it holds on no day. Takes a higher revision.")
    var withdraw = false
    @Option(help: "Why, in words.")
    var reason: String

    func first() throws -> CalendarDay { try ArgumentValue.day(from, "--from") }

    func last() throws -> CalendarDay? { try until.map { try ArgumentValue.day($0, "--until") } }
}

extension OwnersCommand {
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who looks after a customer from a day on, in a line of business or in all.",
            discussion: """
                Of several assignments that hold on a day the latest by its first day counts, one of the line before one of all
                lines. With several owners each has a share in per cent: --owner li.wei=60 --owner zhao.min=40; the shares
                come to exactly 100. Each change has a higher revision and says everything anew.
                """)

        @Argument(help: "The assignment's own number.")
        var assignment: String
        @Option(help: ArgumentHelp("The code of the customer.", valueName: "code"))
        var customer: String
        @Option(help: "The line of business; without it all that have no assignment of their own.")
        var line: String?
        @Option(
            help: ArgumentHelp("Who looks after it: a login, or several with their shares.", valueName: "login[=share]")
        )
        var owner: [String]
        @Option(help: "The branch; without it that of the customer's orders.")
        var branch: String?
        @OptionGroup var days: OwnershipDays
        @OptionGroup var book: BookOptions

        func validate() throws { _ = try Self.shares(owner) }

        func run() async throws {
            let owners = try Self.shares(owner)
            try await book.send(
                OwnershipAssigned(
                    assignmentId: assignment, revision: days.revision, customer: CustomerCode(code: customer),
                    businessLine: line, from: days.first(), until: days.last(), owners: owners, branch: branch,
                    withdrawn: days.withdraw ? true : nil, reason: days.reason, by: book.by, assignedAt: book.time()),
                to: .sales)
        }

        /// What was typed as `login=share`; one login alone has all of it.
        static func shares(_ texts: [String]) throws -> [OwnershipShare] {
            guard !texts.isEmpty else { throw ValidationError("--owner is missing: who looks after it") }
            return try texts.map { text in
                guard let sign = text.lastIndex(of: "=") else {
                    guard texts.count == 1 else {
                        throw ValidationError("--owner '\(text)' lacks its share: write \(text)=SHARE, in per cent")
                    }
                    return OwnershipShare(login: text, share: FixedDecimal(100))
                }
                let share = String(text[text.index(after: sign)...])
                return OwnershipShare(
                    login: String(text[..<sign]), share: try ArgumentValue.amount(share, "--owner \(text)"))
            }
        }
    }

    struct HandOver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hand-over",
            abstract: "Give one person's customers to another from a day on, with everything that is open of them.",
            discussion: """
                All of them, or those that --customer names. What is assigned to that person later stays as it is assigned;
                orders that go on naming the person do not give a customer back. With --dry-run nothing is done: it shows the
                customers and the open notices, anomalies and agreements that would go along.
                """)

        @Argument(help: "The handover's own number.")
        var handover: String
        @Option(help: ArgumentHelp("Whose customers they are.", valueName: "login"))
        var of: String
        @Option(help: ArgumentHelp("Whose they are then.", valueName: "login"))
        var to: String
        @Option(help: ArgumentHelp("Only this customer, by its code; may be given several times.", valueName: "code"))
        var customer: [String] = []
        @Flag(help: "Do nothing: show what would go along.")
        var dryRun = false
        @OptionGroup var days: OwnershipDays
        @OptionGroup var book: BookOptions

        func run() async throws {
            let first = try days.first()
            if dryRun { return try await show(on: first) }
            try await book.send(
                OwnershipHandedOver(
                    handoverId: handover, revision: days.revision, fromLogin: of, toLogin: to,
                    customers: customer.map { CustomerCode(code: $0) }, from: first, until: days.last(),
                    withdrawn: days.withdraw ? true : nil, reason: days.reason, by: book.by,
                    handedOverAt: book.time()),
                to: .sales)
        }

        private func show(on day: CalendarDay) async throws {
            let question = OwnershipQuestions.items
            let some = customer.isEmpty ? nil : customer.map { "\(book.source)/\($0)" }.joined(separator: ",")
            let tables = try await Asking.once(
                .sales, question.name,
                [
                    ("login", of), ("on", day.description), ("customers", some),
                    ("limit", String(QueryTable.maximumRows)),
                ])
            print(
                TableRenderer.render(tables, as: book.act.json ? .json : .text, layout: .standard) {
                    question.answer($0.name)
                }, terminator: "")
            if !book.act.json { say("nothing is done: without --dry-run it goes to \(to)") }
        }
    }
}
