import Contracts
import Domain

/// A line of a file that can be a message.
package struct ImportedMessage: Sendable, Equatable {
    /// What it is about: the number that the system gave it, with its revision where there is one.
    package let key: [String]
    /// The message's data, as its contract writes it.
    package let data: [UInt8]
}

/// A line of a file, read.
package struct ImportedLine: Sendable, Equatable {
    /// What became of it.
    package enum Content: Sendable, Equatable {
        /// It can be a message.
        case message(ImportedMessage)
        /// A line before it says the same.
        case repeated(of: Int)
        /// It cannot: everything that is wrong with it.
        case refused([LineFault])
    }

    /// The line as it stands in the file.
    package let row: TableFile.Row
    /// What became of it.
    package let content: Content
}

/// The lines of a file of one kind, as messages.
package struct ImportFile: Sequence, IteratorProtocol {
    /// What is imported.
    package let kind: ImportKind
    /// Which column holds what.
    package let found: MappedColumns
    /// The file's own columns.
    package let columns: [String]
    /// What the file is when that is worth saying, such as `GB 18030`.
    package let said: String?
    /// What is wrong with the file itself; the lines end there.
    package var problem: String? { table.problem }

    private struct Before {
        let line: Int
        let data: [UInt8]
    }

    private var table: TableFile
    private let mapping: ImportMapping
    private let fields: [String: ImportField]
    /// What came before, by the bytes of its key: two numbers are the same exactly when their bytes are.
    private var before: [[[UInt8]]: Before] = [:]

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - table: the file.
    ///   - kind: what it is of.
    ///   - mapping: what a person says of its columns.
    package init(_ table: TableFile, _ kind: ImportKind, _ mapping: ImportMapping) throws(FileFault) {
        self.table = table
        self.kind = kind
        self.mapping = mapping
        columns = table.columns
        said = table.said
        found = try MappedColumns(table.columns, kind, mapping)
        fields = Dictionary(uniqueKeysWithValues: kind.fields.map { ($0.name, $0) })
    }

    /// The next line that is not empty; `nil` at the end, and where something is wrong, which ``problem`` then says.
    package mutating func next() -> ImportedLine? {
        while let row = table.next() {
            guard row.fields.contains(where: { !CellText.trimmed($0).isEmpty }) else { continue }
            return ImportedLine(row: row, content: content(of: row))
        }
        return nil
    }

    private mutating func content(of row: TableFile.Row) -> ImportedLine.Content {
        var reader = RowReader(row.fields, found, mapping, fields)
        if row.fields.dropFirst(columns.count).contains(where: { !CellText.trimmed($0).isEmpty }) {
            reader.fault(
                kind.key, .tooManyElements,
                "\(row.fields.count) fields where the header has \(columns.count): one holds a separator without quotes"
            )
        }
        let read = message(&reader)
        guard reader.faults.isEmpty, let read else { return .refused(reader.faults) }
        let name = read.key.map { Array($0.utf8) }
        if let former = before[name] {
            if former.data == read.data { return .repeated(of: former.line) }
            reader.fault(
                kind.key, .duplicateElement,
                "line \(former.line) has '\(read.key[0].prefix(64))' already, with other content: each number stands once"
            )
            return .refused(reader.faults)
        }
        before[name] = Before(line: row.line, data: read.data)
        return .message(read)
    }

    /// The message of a line; `nil` when something is wrong, which the reader then holds.
    private func message(_ reader: inout RowReader) -> ImportedMessage? {
        switch kind {
        case .customers:
            let party = Party(&reader)
            let emails = reader.list("emails")
            return checked(
                CustomerReported(
                    code: party.code, name: party.name, aliases: party.aliases, creditCode: party.creditCode,
                    taxId: party.taxId, phones: party.phones, address: party.address,
                    bankAccounts: party.bankAccounts, branch: party.branch, kind: party.kind, emails: emails),
                [party.code], &reader)
        case .suppliers:
            let party = Party(&reader)
            return checked(
                SupplierReported(
                    code: party.code, name: party.name, aliases: party.aliases, creditCode: party.creditCode,
                    taxId: party.taxId, phones: party.phones, address: party.address,
                    bankAccounts: party.bankAccounts, branch: party.branch, kind: party.kind),
                [party.code], &reader)
        case .invoices: return invoice(&reader)
        case .payments: return payment(&reader)
        case .budgets: return budget(&reader)
        case .agreements: return agreement(&reader)
        }
    }

    private struct Party {
        let code, name, branch: String
        let aliases, phones, bankAccounts: [String]
        let creditCode, taxId, address, kind: String?

        init(_ reader: inout RowReader) {
            code = reader.required("code")
            name = reader.text("name") ?? ""
            aliases = reader.list("aliases")
            creditCode = reader.identifier("creditCode")
            taxId = reader.identifier("taxId")
            phones = reader.list("phones")
            address = reader.text("address")
            bankAccounts = reader.list("bankAccounts")
            branch = reader.required("branch")
            kind = reader.text("kind")
        }
    }

    private func customer(_ reader: inout RowReader) -> CustomerCode {
        CustomerCode(code: reader.required("customerCode"), source: reader.identifier("customerSource"))
    }

    private func invoice(_ reader: inout RowReader) -> ImportedMessage? {
        let id = reader.required("invoiceId")
        let customer = customer(&reader)
        let orders = reader.list("orderIds").map(CellText.narrow)
        let orderSource = reader.identifier("orderSource")
        let (issued, due) = (reader.time("issuedAt"), reader.time("dueAt"))
        let (amount, currency) = (reader.amount("amount"), reader.currency("currency"))
        guard let issued, let amount, let currency else { return nil }
        return checked(
            InvoiceIssued(
                invoiceId: id, customer: customer, orderIds: orders, orderSource: orderSource, issuedAt: issued,
                dueAt: due, amount: amount, currency: currency), [id], &reader)
    }

    private func payment(_ reader: inout RowReader) -> ImportedMessage? {
        let id = reader.required("paymentId")
        let customer = customer(&reader)
        let received = reader.time("receivedAt")
        let (amount, currency) = (reader.amount("amount"), reader.currency("currency"))
        let allocations = reader.allocations("allocations", of: amount)
        guard let received, let amount, let currency else { return nil }
        return checked(
            PaymentReceived(
                paymentId: id, customer: customer, receivedAt: received, amount: amount, currency: currency,
                allocations: allocations), [id], &reader)
    }

    private func budget(_ reader: inout RowReader) -> ImportedMessage? {
        let id = reader.required("budgetId")
        let revision = reader.integer("revision") ?? 1
        let (branch, owner, account) = (
            reader.required("branch"), reader.identifier("owner"), reader.required("account")
        )
        let (from, to) = (reader.day("from"), reader.day("to"))
        let (amount, currency) = (reader.amount("amount"), reader.currency("currency"))
        let (target, setBy) = (reader.amount("salesTarget"), reader.required("setBy"))
        guard let from, let to, let amount, let currency else { return nil }
        return checked(
            ExpenseBudgetSet(
                budgetId: id, revision: revision, branch: branch, owner: owner, account: account, from: from, to: to,
                amount: amount, currency: currency, salesTarget: target, setBy: setBy), [id, String(revision)], &reader)
    }

    private func agreement(_ reader: inout RowReader) -> ImportedMessage? {
        let id = reader.required("agreementId")
        let revision = reader.integer("revision") ?? 1
        let customer = customer(&reader)
        let kind = reader.choice("kind", AgreementKind.self)
        let title = reader.text("title") ?? ""
        let (from, until) = (reader.day("validFrom"), reader.day("validUntil"))
        let (renews, notice) = (reader.flag("renews"), reader.integer("noticeDays"))
        let line = reader.identifier("businessLine")
        let amount = reader.amount("yearlyAmount")
        // Many a file has the column for all lines: without an amount it says nothing.
        let currency = amount == nil ? nil : reader.currency("currency")
        let (ended, by) = (reader.day("endedOn"), reader.required("by"))
        guard let kind, let from else { return nil }
        let terms = AgreementTerms(
            agreementId: id, revision: revision, kind: kind, title: title, validFrom: from, validUntil: until,
            renews: renews, noticeDays: notice, businessLine: line, yearlyAmount: amount, currency: currency,
            endedOn: ended)
        return checked(AgreementRecorded(terms, customer: customer, by: by), [id, String(revision)], &reader)
    }

    /// The message as its contract reads it: what every service would refuse is refused here.
    private func checked<Body: Message>(_ body: Body, _ key: [String], _ reader: inout RowReader) -> ImportedMessage? {
        guard reader.faults.isEmpty else { return nil }
        let data = body.encode()
        do throws(Refusal) {
            _ = try Body(node: JSONDocument(parsing: data).root)
        } catch {
            reader.fault(Self.field(of: error.path), error.reason, error.detail)
            return nil
        }
        return ImportedMessage(key: key, data: data)
    }

    /// The field that a path such as `$.customer.code` or `$.allocations[0].amount` speaks of.
    package static func field(of path: String) -> String {
        let parts = path.split(separator: ".").dropFirst().map { $0.prefix { $0 != "[" } }
        guard let first = parts.first else { return "" }
        return first == "customer"
            ? (parts.dropFirst().first == "source" ? "customerSource" : "customerCode") : String(first)
    }
}
