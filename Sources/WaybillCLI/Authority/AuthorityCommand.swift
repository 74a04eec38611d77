import ArgumentParser
import Client
import Contracts
import Domain
import Importing

struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "Who has to sign which quotes: look at a matrix before it holds, and set it.",
        discussion: """
            docs/business/sales/authority.md says the form of the file. 'check' and 'decide' need no service, and 'simulate' none with
            --deals.
            """,
        subcommands: [Show.self, Deals.self, Check.self, Decide.self, Simulate.self, SetMatrix.self])

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", AuthorityQuestions.show)

        @OptionGroup var asking: AskingOptions
    }

    struct Deals: QuestionCommand {
        static let asked = AskedQuestion("deals", AuthorityQuestions.deals)

        @OptionGroup var asking: AskingOptions
    }
}

extension AuthorityCommand {
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is wrong with a matrix: reason, and place in the file.",
            discussion: "Ends with 2 when something is.")

        @Argument(help: "The matrix, JSON; - for standard input.")
        var file: String

        func run() throws {
            let matrix = try AuthorityFiles.matrix(file)
            print("matrix \(matrix.version) from \(matrix.from): \(matrix.cells.count) cells, nothing wrong")
        }
    }

    struct Decide: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say of the deals of a file which cell of a matrix decides, and why.",
            discussion: """
                DEALS is comma-separated values with the columns of 'waybill authority deals --all --csv'; of a column that is not there
                nothing is known. Written is a line a deal: quoteId, number, cell, signers, why; or the reason why it cannot be read.
                """)

        @Argument(help: "The deals, as comma-separated values; - for standard input.")
        var deals: String
        @Option(help: "The matrix, JSON.")
        var matrix: String
        @Option(help: "Where to write what is decided; - for standard output.")
        var out = "-"

        func run() throws {
            let matrix = try AuthorityFiles.matrix(self.matrix)
            var text = "quoteId,number,cell,signers,why\n"
            for read in try AuthorityFiles.deals(deals) {
                let cells: [String]
                switch read.deal {
                case .success(let deal):
                    let verdict = matrix.verdict(on: deal)
                    cells = [
                        verdict?.cell.cell ?? "", verdict.map { AuthorityFiles.signers($0.cell) } ?? "",
                        verdict?.reasons.joined(separator: "; ") ?? "",
                    ]
                case .failure(let refusal): cells = ["", "", "\(refusal.reason.rawValue) \(refusal.path)"]
                }
                text += ([read.quoteId, read.number] + cells).map(CommaSeparated.cell).joined(separator: ",") + "\n"
            }
            try OutputFile.write(text, to: out)
        }
    }

    struct Simulate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who would have had to sign past quotes, had another matrix held.",
            discussion: """
                Replayed are the quotes that were submitted, as they were then, by the sales service or from a file of --deals. Compared is \
                with the cell that has decided, or with the matrix of --against. Whoever may not see what quotes cost replays them \
                as if that were not known.
                """)

        @Argument(help: "The matrix that is thought of, JSON; - for standard input.")
        var file: String
        @Option(help: "The matrix to compare with, JSON; what has decided when not given.")
        var against: String?
        @Option(help: "The deals, as 'waybill authority deals --all --csv' writes them.")
        var deals: String?
        @Flag(help: "Also those of which nothing would be other.")
        var same = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let thought = try AuthorityFiles.matrix(file)
            let former = try against.map(AuthorityFiles.matrix)
            let replayed: [ReplayedDeal]
            if let deals {
                replayed = try AuthorityFiles.deals(deals)
            } else {
                replayed = try await AuthorityFiles.told()
            }
            var rows: [[String?]] = []
            var moves: [AuthorityMove: Int] = [:]
            var unreadable = 0
            for one in replayed {
                guard case .success(let deal) = one.deal, let after = thought.verdict(on: deal) else {
                    unreadable += 1
                    continue
                }
                let before = former?.verdict(on: deal)
                let cell = before?.cell.cell ?? (former == nil ? one.cell : "")
                let signers = before.map { AuthorityFiles.signers($0.cell) } ?? (former == nil ? one.signers : "")
                let would = AuthorityFiles.signers(after.cell)
                let isSame = cell == after.cell.cell && (former == nil || signers == would)
                moves[AuthorityMove(before: cell, after: after.cell.cell, isSame: isSame), default: 0] += 1
                guard same || !isSame else { continue }
                rows.append([
                    one.quoteId, one.number, deal.amount.moneyText, deal.currency.code, cell, signers, after.cell.cell,
                    would, after.reasons.first,
                ])
            }
            let moved = moves.sorted { $0.key < $1.key }.map { move, count in
                [move.before, move.after, "\(count)", move.isSame ? "the same" : "other"] as [String?]
            }
            try output.show([
                QueryTable(
                    "moves",
                    [
                        QueryColumn("before"), QueryColumn("after"), QueryColumn("quotes", .integer),
                        QueryColumn("change"),
                    ], rows: moved),
                QueryTable(
                    "quotes",
                    [
                        QueryColumn("quoteId"), QueryColumn("number", .integer), QueryColumn("amount", .decimal),
                        QueryColumn("currency"), QueryColumn("before"), QueryColumn("signersBefore"),
                        QueryColumn("after"), QueryColumn("signersAfter"), QueryColumn("why"),
                    ], rows: rows),
            ])
            if unreadable > 0 {
                say("\(unreadable) of \(replayed.count) deals cannot be read: 'authority decide' says why")
            }
        }
    }

    struct SetMatrix: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set the matrix that holds from the day on that it says.",
            discussion: "Its version is above that of every one that is known.")

        @Argument(help: "The matrix, JSON; - for standard input.")
        var file: String
        @Option(help: "Why, in words; it is kept with the matrix.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            let matrix = try AuthorityFiles.matrix(file)
            try await act.send(SetQuoteAuthority(matrix, reason: reason, at: .now(), by: act.by), to: .sales)
        }
    }
}

/// From which cell to which one quotes would go.
private struct AuthorityMove: Hashable, Comparable {
    let before: String
    let after: String
    let isSame: Bool

    static func < (first: AuthorityMove, second: AuthorityMove) -> Bool {
        (first.before, first.after) < (second.before, second.after)
    }
}
