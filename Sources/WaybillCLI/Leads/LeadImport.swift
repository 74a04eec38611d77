import ArgumentParser
import Client
import Contracts
import Domain

extension LeadsCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take down the leads of a file, a capture a line.",
            discussion: """
                FILE has the columns id and captured_at, and of channel (file when not given), campaign, company, credit_code,
                contact, email, phone, customer, line, branch, text and consent those that it has; all others are attributes.
                What cannot be taken down is said line by line, and the command ends with 2; the others are. The same file again
                has no second effect.
                """)

        @Argument(help: "The leads, as comma-separated values; - for standard input.")
        var file: String
        @Option(help: "The system whose leads they are; the identifiers are its own.")
        var source: String
        @Option(help: "The login of who takes them down: you, as you are logged in at the broker.")
        var by: String = CommandEnvironment.login

        private static let known = [
            "id", "captured_at", "channel", "campaign", "company", "credit_code", "contact", "email", "phone",
            "customer",
            "line", "branch", "text", "consent",
        ]

        func run() async throws {
            var rows = try ColumnFile(file, required: ["id", "captured_at"])
            var findings = Findings()
            var taken = 0
            while let row = rows.next() {
                do throws(Refusal) {
                    let body = try capture(row, rows)
                    let reply = try await send(body)
                    if let refusal = reply.refusal { throw refusal }
                    taken += 1
                } catch {
                    if error.reason == .internalError { throw Failure("\(file), line \(row.line): \(error.detail)") }
                    findings.say(file, line: row.line, error.reason.rawValue, "\(error.path): \(error.detail)")
                }
            }
            findings.end()
            say("\(taken) taken down, \(findings.count) not")
            if let problem = rows.problem { throw Failure(problem) }
            if findings.count > 0 { throw ExitCodes.refused }
        }

        /// Gives a capture to sales under an identifier of its own, by which the same is known again.
        private func send(_ body: LeadCaptured) async throws(Refusal) -> ActReply {
            do {
                return try await Commanding.send(
                    LeadCaptured.type, body.encode(), to: .sales, source: source,
                    id: "lead/\(source)/\(body.captureId)")
            } catch {
                throw Refusal(.internalError, path: "$", "\(error)")
            }
        }

        private func capture(_ row: ColumnFile.Row, _ file: ColumnFile) throws(Refusal) -> LeadCaptured {
            func text(_ column: String) -> String? {
                let text = row[file.place(column)]
                return text.isEmpty ? nil : text
            }
            guard let capturedAt = Timestamp(row[file.place("captured_at")]) else {
                throw Refusal(.badTime, path: "captured_at", "a time with its offset is expected")
            }
            let word = text("channel") ?? LeadChannel.file.rawValue
            guard let channel = LeadChannel(rawValue: word) else {
                throw Refusal(
                    .valueNotAllowed, path: "channel",
                    "'\(word)' is none of \(LeadChannel.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let consent = text("consent").map { ConsentState(rawValue: $0) }
            if let consent, consent == nil {
                throw Refusal(.valueNotAllowed, path: "consent", "it is granted or withdrawn")
            }
            let others = file.columns.filter { !Self.known.contains($0) && !$0.isEmpty }
            return LeadCaptured(
                captureId: row[file.place("id")], channel: channel, campaign: text("campaign"),
                company: text("company"), creditCode: text("credit_code"), contactName: text("contact"),
                email: text("email"), phone: text("phone"), customer: text("customer").map { CustomerCode(code: $0) },
                businessLine: text("line"), branch: text("branch"),
                attributes: others.compactMap { name in
                    text(name).map { CaptureAttribute(name: name, value: $0) }
                }, text: text("text"), consent: consent ?? nil, by: by, capturedAt: capturedAt)
        }
    }
}
