import ArgumentParser
import Contracts

struct OpportunitiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opportunities", abstract: "What may become business, and how it goes.",
        subcommands: [
            List.self, Show.self, Step.self, Record.self, Stalled.self, Stages.self, SetStages.self,
            FunnelFileCommand.self, OpportunityTrialCommand.self,
        ])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", OpportunityQuestions.list)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", OpportunityQuestions.show, arguments: ["opportunityId"])

        @OptionGroup var asking: AskingOptions
    }

    struct Stalled: QuestionCommand {
        static let asked = AskedQuestion("stalled", OpportunityQuestions.stalled)

        @OptionGroup var asking: AskingOptions
    }

    struct Stages: QuestionCommand {
        static let asked = AskedQuestion("stages", OpportunityQuestions.stages)

        @OptionGroup var asking: AskingOptions
    }
}

struct FunnelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funnel", abstract: "All opportunities together, on any day.",
        subcommands: [On.self, Changes.self, Conversion.self])

    struct On: QuestionCommand {
        static let asked = AskedQuestion("on", FunnelQuestions.on)

        @OptionGroup var asking: AskingOptions
    }

    struct Changes: QuestionCommand {
        static let asked = AskedQuestion("changes", FunnelQuestions.changes)

        @OptionGroup var asking: AskingOptions
    }

    struct Conversion: QuestionCommand {
        static let asked = AskedQuestion("conversion", FunnelQuestions.conversion)

        @OptionGroup var asking: AskingOptions
    }
}
