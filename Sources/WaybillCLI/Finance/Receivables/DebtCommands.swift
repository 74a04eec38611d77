import ArgumentParser
import Contracts

struct WriteOffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-off", abstract: "Give a debt up: one proposes it, another person approves.",
        subcommands: [Propose.self, Approve.self])

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Propose to give up what is open of an invoice, or a part of it.",
            discussion: "Reasons: \(WriteOffReason.allCases.map(\.rawValue).joined(separator: ", ")).")

        @Argument(help: "The write-off's own number.")
        var writeOff: String
        @Option(help: "The invoice.")
        var invoice: String
        @Option(help: "The system whose number the invoice has; that of --source when not given.")
        var invoiceSource: String?
        @Option(help: "How much.")
        var amount: String
        @Option(help: "In what currency.")
        var currency = "CNY"
        @Option(help: "Why; one of the list above.")
        var reason: String
        @Option(help: "More about it, in words.")
        var note: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                WriteOffProposed(
                    writeOffId: writeOff, invoiceId: invoice, invoiceSource: invoiceSource,
                    amount: try ArgumentValue.amount(amount, "--amount"),
                    currency: try ArgumentValue.currency(currency),
                    reason: try ArgumentValue.choice(reason, "--reason", WriteOffReason.self), proposedBy: book.by,
                    proposedAt: try book.time(), note: note))
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Approve a write-off that somebody else proposed.")

        @Argument(help: "The write-off's number.")
        var writeOff: String
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                WriteOffApproved(writeOffId: writeOff, approvedBy: book.by, approvedAt: try book.time()))
        }
    }
}

struct DisputeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispute", abstract: "A customer disputes an invoice; a dispute ends.",
        subcommands: [Open.self, Resolve.self])

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note that a customer disputes an invoice, or a part of it.",
            discussion: "Reasons: \(DisputeReason.allCases.map(\.rawValue).joined(separator: ", ")).")

        @Argument(help: "The dispute's own number.")
        var dispute: String
        @Option(help: "The invoice.")
        var invoice: String
        @Option(help: "The system whose number the invoice has; that of --source when not given.")
        var invoiceSource: String?
        @Option(help: "How much of it.")
        var amount: String
        @Option(help: "In what currency.")
        var currency = "CNY"
        @Option(help: "Why; one of the list above.")
        var reason: String
        @Option(help: "More about it, in words.")
        var note: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                InvoiceDisputed(
                    disputeId: dispute, invoiceId: invoice, invoiceSource: invoiceSource, openedAt: try book.time(),
                    amount: try ArgumentValue.amount(amount, "--amount"),
                    currency: try ArgumentValue.currency(currency),
                    reason: try ArgumentValue.choice(reason, "--reason", DisputeReason.self), by: book.by, note: note))
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note how a dispute ended.",
            discussion: "Outcomes: \(DisputeOutcome.allCases.map(\.rawValue).joined(separator: ", ")).")

        @Argument(help: "The dispute's number.")
        var dispute: String
        @Option(help: "How; one of the list above.")
        var outcome: String
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                DisputeResolved(
                    disputeId: dispute, resolvedAt: try book.time(),
                    outcome: try ArgumentValue.choice(outcome, "--outcome", DisputeOutcome.self), by: book.by))
        }
    }
}

struct PaymentReturnedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment-returned", abstract: "Note that a payment has gone back: what it paid is owed again.",
        discussion: """
            It takes back what of the payment is allocated to nothing first, then what was allocated last. Reasons: \
            \(ReturnReason.allCases.map(\.rawValue).joined(separator: ", ")).
            """)

    @Argument(help: "The return's own number.")
    var number: String
    @Option(help: "The payment.")
    var payment: String
    @Option(help: "The system whose number the payment has; that of --source when not given.")
    var paymentSource: String?
    @Option(help: "How much of it.")
    var amount: String
    @Option(help: "In what currency.")
    var currency = "CNY"
    @Option(help: "Why; one of the list above.")
    var reason: String
    @Option(help: "More about it, in words.")
    var note: String?
    @OptionGroup var book: BookOptions

    func run() async throws {
        try await book.send(
            PaymentReturned(
                returnId: number, paymentId: payment, paymentSource: paymentSource, returnedAt: try book.time(),
                amount: try ArgumentValue.amount(amount, "--amount"), currency: try ArgumentValue.currency(currency),
                reason: try ArgumentValue.choice(reason, "--reason", ReturnReason.self), note: note, by: book.by))
    }
}

struct AllocateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocate",
        abstract: "Say for which invoices cash on account is: of a payment or of a credit note.",
        discussion: "It counts from then on, and never before the payment was received.")

    @Argument(help: "The allocation's own number.")
    var number: String
    @Option(help: "The payment, or the credit note.")
    var payment: String
    @Option(help: "The system whose number the payment has; that of --source when not given.")
    var paymentSource: String?
    @Option(
        help: ArgumentHelp(
            "An invoice and how much is for it; may be given several times.", valueName: "invoice=amount"))
    var to: [String]
    @Option(help: "The system whose numbers the invoices have; that of --source when not given.")
    var invoiceSource: String?
    @OptionGroup var book: BookOptions

    func run() async throws {
        let allocations = try to.map { text in
            // A number may hold the sign itself; an amount does not.
            guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
                throw ValidationError("--to is an invoice and an amount, such as INV-1=90.00")
            }
            return PaymentAllocation(
                invoiceId: String(text[..<sign]), invoiceSource: invoiceSource,
                amount: try ArgumentValue.amount(String(text[text.index(after: sign)...]), "--to"))
        }
        guard !allocations.isEmpty else { throw ValidationError("--to says for which invoice it is") }
        try await book.send(
            PaymentAllocated(
                allocationId: number, paymentId: payment, paymentSource: paymentSource, allocatedAt: try book.time(),
                allocations: allocations, by: book.by))
    }
}

struct PromiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promise", abstract: "Note that a customer has promised to pay by a day.")

    @Argument(help: "The promise's own number.")
    var promise: String
    @Option(help: "The invoice.")
    var invoice: String
    @Option(help: "The system whose number the invoice has; that of --source when not given.")
    var invoiceSource: String?
    @Option(help: "How much.")
    var amount: String
    @Option(help: "In what currency.")
    var currency = "CNY"
    @Option(help: ArgumentHelp("By when.", valueName: "day"))
    var on: String
    @OptionGroup var book: BookOptions

    func run() async throws {
        try await book.send(
            PaymentPromised(
                promiseId: promise, invoiceId: invoice, invoiceSource: invoiceSource,
                amount: try ArgumentValue.amount(amount, "--amount"),
                currency: try ArgumentValue.currency(currency), promisedOn: try ArgumentValue.day(on, "--on"),
                madeAt: try book.time(), by: book.by))
    }
}

struct TermsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms", abstract: "Agree when a customer pays us, or when we pay a supplier.",
        discussion: """
            Kinds: \(TermsKind.allCases.map(\.rawValue).joined(separator: ", ")); month-end counts from the end of the
            invoice's month. The latest agreed holds. Of an invoice that says when it is due, that holds.
            """)

    @Argument(help: "The code of the party.")
    var code: String
    @Option(help: "Which side of it: customer or supplier.")
    var role = "customer"
    @Option(help: "From where days are counted: net or month-end.")
    var kind = "net"
    @Option(help: "How many days.")
    var days: Int
    @Option(help: ArgumentHelp("Month end: the last day that counts for its month.", valueName: "day of month"))
    var cutOff: Int?
    @Flag(help: "It is a small or medium supplier, to be paid within 60 days.")
    var smallSupplier = false
    @OptionGroup var book: BookOptions

    func validate() throws {
        if !(0...720).contains(days) { throw ValidationError("--days is 0 to 720") }
        if let cutOff, !(1...31).contains(cutOff) { throw ValidationError("--cut-off is 1 to 31") }
    }

    func run() async throws {
        try await book.send(
            TermsAgreed(
                role: try ArgumentValue.choice(role, "--role", TermsRole.self), code: code,
                kind: try ArgumentValue.choice(kind, "--kind", TermsKind.self), days: days, cutOffDay: cutOff,
                smallSupplier: smallSupplier ? true : nil, agreedAt: try book.time(), by: book.by))
    }
}
