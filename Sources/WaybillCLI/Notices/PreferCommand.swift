import ArgumentParser
import Client
import Contracts

extension NoticesCommand {
    struct Prefer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how you want to be told. What you said before is replaced as a whole.",
            discussion: """
                Without a choice you are told at once by the first address, and not by the others. What your role demands cannot be
                switched off: from the installation's floor on (WAYBILL_NOTICE_FLOOR) you are told at once by one address at least,
                whatever is switched off or gathered. Where that is so the command says it.

                  waybill notices prefer --language en --address mail=li.wei@example.com --address dingtalk=sales-east \\
                      --tell '*' mail hourly --tell margin-alert dingtalk at-once --quiet 21:30-07:30
                """)

        @Option(
            help: "In which language: zh or en.",
            transform: { try EnteredValue.choice($0, "--language", NoticeLanguage.self) })
        var language = NoticeLanguage.zh
        @Option(
            help:
                "In which zone times are told and hours are meant, such as Europe/Berlin; the organisation's when not given."
        )
        var zone: String?
        @Option(help: ArgumentHelp("When you are not disturbed, such as 21:30-07:30.", valueName: "from-until"))
        var quiet: String?
        @Flag(help: "Only on working days.")
        var workingDays = false
        @Option(
            help:
                "From which severity on quiet hours and days off do not hold: information, attention, urgent, critical.",
            transform: { try EnteredValue.choice($0, "--from-severity", NoticeSeverity.self) })
        var fromSeverity: NoticeSeverity?
        @Option(help: ArgumentHelp("Where a channel reaches you; may be given again.", valueName: "channel=address"))
        var address: [String] = []
        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp(
                "How you are told of a kind of thing, '*' for every other, by a channel: at-once, hourly, daily or off. Three "
                    + "words each time.", valueName: "kind channel mode"))
        var tell: [String] = []
        @Option(help: "Whose preferences they are, when not yours: that takes the right to administer people.")
        var login: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            let quiet = try self.quiet.map(Self.quiet)
            let said = SetNoticePreferences(
                login: login, language: language, zone: zone, quietFrom: quiet?.from, quietUntil: quiet?.until,
                workingDays: workingDays, severity: fromSeverity, addresses: try address.map(Self.address),
                choices: try Self.choices(tell), by: act.by)
            try await act.send(said, to: .notifier)
            let still = StillTold(said)
            guard still.isAnything else { return }
            // The preferences are set: that their floor is not heard of is no failure of this.
            still.lines(floor: try? await Self.floor()).forEach(say)
        }

        /// From which severity on nobody can switch anything off; `nil` for who has said nothing for themselves.
        private static func floor() async throws -> NoticeSeverity? {
            let reader = try await Asking.once(.notifier, NotifierQuestions.preferences.name).first {
                $0.name == "reader"
            }
            guard let reader, let place = reader.columns.firstIndex(where: { $0.name == "floor" }) else { return nil }
            return reader.rows.first?.values[place].flatMap { NoticeSeverity(rawValue: $0) }
        }

        static func quiet(_ text: String) throws -> (from: Int, until: Int) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(minute)
            guard parts.count == 2, let from = parts[0], let until = parts[1] else {
                throw ValidationError("--quiet '\(text)' is no part of a day: write it as 21:30-07:30")
            }
            return (from, until)
        }

        private static func minute(_ text: Substring) -> Int? {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
                let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
            else { return nil }
            return hour * 60 + minute
        }

        static func address(_ text: String) throws -> NoticeAddress {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else {
                throw ValidationError(
                    "--address '\(text)' is no channel with an address: write it as mail=li.wei@example.com")
            }
            let channel = try EnteredValue.choice(String(parts[0]), "--address", NoticeChannel.self)
            return NoticeAddress(channel: channel, address: String(parts[1]))
        }

        static func choices(_ words: [String]) throws -> [NoticeChoice] {
            guard words.count.isMultiple(of: 3) else {
                throw ValidationError("--tell takes a kind, a channel and a mode, such as: --tell '*' mail hourly")
            }
            return try stride(from: 0, to: words.count, by: 3).map { place in
                NoticeChoice(
                    kind: words[place],
                    channel: try EnteredValue.choice(words[place + 1], "--tell", NoticeChannel.self),
                    mode: try EnteredValue.choice(words[place + 2], "--tell", NoticeMode.self))
            }
        }
    }
}
