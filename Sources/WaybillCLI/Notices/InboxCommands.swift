import ArgumentParser
import Client
import Contracts
import Domain

extension NoticesCommand {
    /// What came to whoever is logged in, and what they do with it.
    static var inboxCommands: [any ParsableCommand.Type] {
        [
            Inbox.self, All.self, Show.self, Read.self, Take.self, Snooze.self, Done.self, Prefer.self,
            Preferences.self,
            Handovers.self,
        ]
    }

    struct Inbox: QuestionCommand {
        static let asked = AskedQuestion(
            "inbox", NotifierQuestions.mine,
            """
            What came to you by your role, whichever channel has told you of it. What is read by one channel is read for all. With
            --notice what one of them says.
            """)

        @OptionGroup var asking: AskingOptions
    }

    struct All: QuestionCommand {
        static let asked = AskedQuestion(
            "all", NotifierQuestions.list,
            "What everybody is told whose notices you see, with how many of them have read it.")

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion(
            "show", NotifierQuestions.show,
            "What it says, as far as you see it, whom it is told and why, and how it reached them.",
            arguments: ["notice"])

        @OptionGroup var asking: AskingOptions
    }

    struct Handovers: QuestionCommand {
        static let asked = AskedQuestion(
            "handovers", NotifierQuestions.handovers,
            """
            What is queued, was handed over, was refused with the server's words, or needed nobody's attention any more: read
            before, or expired. Then who is told notices and has no address that a server reaches ('notices prefer').
            """)

        @OptionGroup var asking: AskingOptions
    }

    struct Preferences: QuestionCommand {
        static let asked = AskedQuestion(
            "preferences", NotifierQuestions.preferences, "Who has said nothing has no rows: 'notices prefer' says it.")

        @OptionGroup var asking: AskingOptions
    }

    struct Read: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that you have read notices: no channel tells you of them any more.")

        @OptionGroup var marking: MarkOptions

        func run() async throws { try await marking.send(.read) }
    }

    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that you take notices on.", aliases: ["acknowledge"])

        @OptionGroup var marking: MarkOptions

        func run() async throws { try await marking.send(.acknowledged) }
    }

    struct Done: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that you have done what notices ask for.",
            discussion: "They are told you again only when they are over and then open once more.")

        @OptionGroup var marking: MarkOptions

        func run() async throws { try await marking.send(.done) }
    }

    struct Snooze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put notices off: you are told again when the time has come, unless they are over by then.")

        @Option(help: "Until when: a time with its offset, or a day, which means its end.")
        var until: String
        @OptionGroup var marking: MarkOptions

        func run() async throws {
            guard let time = QueryInput.time(ofDayOrTime: until) else {
                throw ValidationError("--until '\(until)' is neither a day nor a time with its offset")
            }
            try await marking.send(.snoozed, until: time)
        }
    }
}

/// Which notices are meant, and who has read them by which channel.
struct MarkOptions: ParsableArguments {
    @Argument(help: "The notices, as 'notices inbox' shows them.")
    var notices: [String]
    @Option(help: "The channel by which they were read, when it was one: mail, wecom, dingtalk, feishu or webhook.")
    var channel: String?
    @OptionGroup var act: ActOptions

    func send(_ mark: NoticeMark, until: Timestamp? = nil) async throws {
        var ids: [String] = []
        for id in notices where !ids.contains(id) { ids.append(id) }
        try await act.send(
            MarkNotices(noticeIds: ids, mark: mark, until: until, channel: channel, by: act.by), to: .notifier)
    }
}
