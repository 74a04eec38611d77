/// What a service is able to do in one matter of its business: what it handles, what it does at a time, what it answers.
///
/// Each folder of a service exports one, in `…Capability.swift`, and the service's definition is the list of them: who adds
/// a capability writes one folder and one line.
public struct Capability: Sendable {
    let handlers: [Handler]
    let tasks: [ScheduledTask]
    let questions: [Query]
    let figures: [StandingFigure]
    let tables: [ScopedTable]
    let subjects: ActSubjects

    /// - Parameters:
    ///   - handlers: what it does with messages, in the order in which the kinds of a batch are handled.
    ///   - tasks: what it does at a time rather than on a message.
    ///   - questions: what it answers; each is described in the catalogue of questions.
    ///   - figures: what of its tables stands among the service's metrics.
    ///   - tables: its tables and views, with who sees which of their rows.
    ///   - subjects: whose the things are that it keeps and people act upon.
    public init(
        handlers: [Handler] = [], tasks: [ScheduledTask] = [], questions: [Query] = [], figures: [StandingFigure] = [],
        tables: [ScopedTable] = [], subjects: ActSubjects = ActSubjects()
    ) {
        self.handlers = handlers
        self.tasks = tasks
        self.questions = questions
        self.figures = figures
        self.tables = tables
        self.subjects = subjects
    }
}
