import ArgumentParser
import Contracts

struct DeskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk", abstract: "What the service desk does next, how it is loaded, and where its clocks stand.",
        subcommands: [
            Next.self, Load.self, Clocks.self, Events.self, Told.self, Policy.self, SuggestCommand.self, Leads.self,
        ])

    struct Next: QuestionCommand {
        static let asked = AskedQuestion("next", DeskQuestions.next)

        @OptionGroup var asking: AskingOptions
    }

    struct Load: QuestionCommand {
        static let asked = AskedQuestion("load", DeskQuestions.load)

        @OptionGroup var asking: AskingOptions
    }

    struct Clocks: QuestionCommand {
        static let asked = AskedQuestion("clocks", DeskQuestions.clocks, options: ["complaintId": "complaint"])

        @OptionGroup var asking: AskingOptions
    }

    struct Events: QuestionCommand {
        static let asked = AskedQuestion(
            "events", DeskQuestions.events,
            "As CSV it is a file that 'waybill complaints clocks' reads: the last event of each case says only as of when.",
            options: ["complaintId": "complaint"])

        @OptionGroup var asking: AskingOptions
    }

    struct Told: QuestionCommand {
        static let asked = AskedQuestion("told", DeskQuestions.told, options: ["complaintId": "complaint"])

        @OptionGroup var asking: AskingOptions
    }

    struct Leads: QuestionCommand {
        static let asked = AskedQuestion("leads", LeadSuggestionQuestions.leads)

        @OptionGroup var asking: AskingOptions
    }

    struct Policy: QuestionCommand {
        static let asked = AskedQuestion("policy", DeskQuestions.policyChanged)

        @OptionGroup var asking: AskingOptions
    }
}
