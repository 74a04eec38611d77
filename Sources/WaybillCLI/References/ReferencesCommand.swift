import ArgumentParser
import Client
import Contracts
import Messaging

struct ReferencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "references",
        abstract: "What documents name and what has not come: orders, invoices, payments, customers and complaints.",
        subcommands: [ListReferences.self, SettleReferenceCommand.self, SettledReferences.self])
}

/// It asks several services and puts what they tell into one table.
private struct ListReferences: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What waits for a number that nobody has sent, the longest waiting first.",
        discussion: """
            Each service tells of the documents that it keeps itself: one number may wait in several. Beside it stand the
            other systems that have the same number; which of them is meant, if any, is for somebody to say.
            """)

    @Option(
        help: "Only of this service: \(ServiceName.business.map(\.rawValue).joined(separator: ", ")).",
        transform: ServiceArgument.parse)
    var service: ServiceName?
    @Option(help: "Only what waits for one of these: order, invoice, payment, customer or complaint.")
    var what: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard asked.isEmpty else { return }
        let what = what.map { " for '\($0)'" } ?? ""
        throw ValidationError("nothing waits\(what)\(service.map { " in \($0.rawValue)" } ?? "")")
    }

    /// Those that keep what is asked for.
    private var asked: [ServiceName] {
        (service.map { [$0] } ?? ServiceName.business).filter { name in
            let kinds = ReferenceQuestions.kinds(of: name)
            return what.map(kinds.contains) ?? !kinds.isEmpty
        }
    }

    func run() async throws {
        let client = Asking.client(try CommandEnvironment().person("ask"))
        var rows: [[String?]] = []
        var (isWhole, isCut, isAnswered) = (true, false, false)
        for service in asked {
            // One that does not answer costs only its own part.
            do {
                let (told, hasMore) = try await told(by: service, client)
                rows += told.map { [service.rawValue] + $0 }
                isAnswered = true
                if hasMore { isCut = true }
            } catch {
                say("\(service.rawValue): \(error)")
                isWhole = false
            }
        }
        await client.close()
        guard isAnswered else { throw ExitCodes.notHeard }
        let table = ReferenceQuestions.ofSeveral
        let since = table.columns.firstIndex { $0.name == "since" } ?? 0
        let sorted = rows.enumerated().sorted { first, second in
            (first.element[since] ?? "", first.offset) < (second.element[since] ?? "", second.offset)
        }
        try output.show(
            [
                QueryTable(
                    table.name, table.columns.map { QueryColumn($0.name, $0.told) }, rows: sorted.map(\.element),
                    isCut: isCut)
            ], isWhole: isWhole, described: { _ in table })
    }

    /// What waits in a service, the longest waiting first, and whether there is more than a table holds.
    private func told(by service: ServiceName, _ client: RequestClient) async throws -> ([[String?]], Bool) {
        var rows: [[String?]] = []
        var after: String?
        repeat {
            let tables = try await Asking.ask(
                service, ReferenceQuestions.waiting(service).name,
                [("what", what), ("limit", String(QueryTable.maximumRows)), ("after", after)],
                isExport: output.isExport, client: client)
            let page = tables.first { $0.name == ReferenceQuestions.ofSeveral.name }
            rows += page?.rows.map(\.values) ?? []
            after = page?.next
        } while after != nil && rows.count < QueryTable.maximumRows
        return (rows, after != nil)
    }
}

private struct SettleReferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Say whose number is meant that documents name and nobody has sent.",
        discussion: """
            Every document that waits for the number at this moment is joined with what is meant, as if it had said so
            itself, and so is a later state of a cost among them. What comes afterwards and names it waits again: that its
            sender means another system is said once for all by speaksOf in the settings. For orders it is for the manager
            of the order's branch or the director, for invoices and payments for the director and the approvers of the
            authority file.
            Complaints that name the same order follow what finance is told. Where nothing but complaints waits, which the
            service desk keeps, it is told by --complaints; that is for whoever works there.
            """)

    /// What may be named.
    enum Kind: String, CaseIterable {
        case order, invoice, payment
    }

    @Argument(
        help: "What is named: \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: { try ArgumentValue.choice($0, "what", Kind.self) })
    var what: Kind
    @Argument(help: "The number.")
    var number: String
    @Option(help: "The system whose number the documents name, as 'references list' shows it.")
    var source: String
    @Option(name: .customLong("of"), help: "The system whose number is meant.")
    var meant: String
    @Option(help: "Why, in words.")
    var reason: String
    @Flag(help: "Of an order: the complaints that name it.")
    var complaints = false
    @OptionGroup var act: ActOptions

    func validate() throws {
        guard !complaints || what == .order else { throw ValidationError("--complaints is of an order") }
    }

    func run() async throws {
        guard !complaints else {
            try await act.send(
                SettleComplaintOrder(source: source, orderId: number, meant: meant, reason: reason, by: act.by),
                to: .servicedesk, expecting: [ComplaintProgressed.type])
            return
        }
        let named: NamedKind
        switch what {
        case .order: named = .order
        case .invoice: named = .invoice
        case .payment:
            try await act.send(
                SettlePaymentReference(source: source, number: number, meant: meant, reason: reason, by: act.by))
            return
        }
        try await act.send(
            SettleReference(what: named, source: source, number: number, meant: meant, reason: reason, by: act.by),
            expecting: [OrderReferenceSettled.type])
    }
}

private struct SettledReferences: QuestionCommand {
    static let asked = AskedQuestion(
        "settled", FinanceQuestions.settledReferences,
        "Of complaints, which the service desk keeps, with --complaints.",
        instead: [.init("complaints", ServiceDeskQuestions.settledOrders)])

    @OptionGroup var asking: AskingOptions
}
