import ArgumentParser
import Client
import Contracts

/// A command that asks one question of the catalogue and shows the answer.
///
/// Its options, their defaults and bounds, and its help come from the catalogue: what a question takes is typed as
/// `--name value`, with the words of its name apart (`asOf` is `--as-of`).
///
/// ```swift
/// struct LimitsCommand: QuestionCommand {
///     static let asked = AskedQuestion("limits", CreditQuestions.limits)
///     @OptionGroup var asking: AskingOptions
/// }
/// ```
protocol QuestionCommand: AsyncParsableCommand {
    /// What is asked, and how it is typed.
    static var asked: AskedQuestion { get }
    /// What was typed.
    var asking: AskingOptions { get }
    /// The question's words of it.
    var words: [String] { get }
}

extension QuestionCommand {
    static var configuration: CommandConfiguration { asked.configuration }

    var words: [String] { asking.words }

    func validate() throws { _ = try Self.asked.read(words) }

    mutating func run() async throws { try await ask() }

    /// Asks what was typed, and shows the answer.
    func ask() async throws {
        let reading = try Self.asked.read(words)
        var values = reading.values
        let hasLimit = values.contains { $0.0 == "limit" }
        var isToEnd = asking.output.all
        if isToEnd, reading.asked.tellsAll, !values.contains(where: { $0.0 == "state" }) {
            // Of such a list --all means those that are over, too; with --limit still no more than that.
            values.append(("state", "all"))
            isToEnd = !hasLimit
        }
        try await asking.output.show(
            reading.service, reading.asked.question.name, values, toEnd: isToEnd || reading.isWhole)
    }
}

/// What was typed behind a ``QuestionCommand``: options of the question, and how the answer is wanted.
struct AskingOptions: ParsableArguments {
    @Argument(parsing: .allUnrecognized, help: .hidden)
    var words: [String] = []
    @OptionGroup var output: OutputOptions
}

/// A question of the catalogue as it is typed.
struct AskedQuestion: Sendable {
    /// Another question, which an option of the command asks instead.
    struct Instead: Sendable {
        /// The option, without the dashes.
        let option: String
        /// What it asks.
        let question: QueryDescription
        /// The parameter of that question which is the option's value; `nil` for one without a value.
        let parameter: String?
        /// Whether its list is told to the end unasked.
        let isWhole: Bool

        /// - Parameters: as the properties.
        init(_ option: String, _ question: QueryDescription, parameter: String? = nil, isWhole: Bool = false) {
            self.option = option
            self.question = question
            self.parameter = parameter
            self.isWhole = isWhole
        }
    }

    /// What was typed, read.
    struct Reading {
        /// Who is asked.
        let service: ServiceName
        /// What is asked: the question itself, or the one that an option asks instead.
        let asked: AskedQuestion
        /// The question's values.
        let values: [(String, String?)]
        /// Whether its list is told to the end unasked.
        let isWhole: Bool
    }

    /// The command's name.
    let name: String
    /// What is asked.
    let question: QueryDescription
    private let discussion: String
    /// The parameters that are typed without an option, in their order.
    private let arguments: [String]
    /// Parameters whose option has another name.
    private let options: [String: String]
    /// Parameters of which only one may be given.
    private let exclusive: [String]
    /// Parameters that have the value of an argument, too.
    private let alike: [String: String]
    /// Questions that options ask instead.
    let instead: [Instead]

    /// - Parameters:
    ///   - name: the command's name.
    ///   - question: what is asked.
    ///   - discussion: what there is to know beside the catalogue's sentence.
    ///   - arguments: the parameters that are typed without an option. What every service answers has the service first.
    ///   - options: parameters whose option has another name than they.
    ///   - exclusive: parameters of which only one may be given.
    ///   - alike: parameters that have the value of an argument, too, by which they are not typed themselves.
    ///   - instead: questions that options ask instead.
    init(
        _ name: String, _ question: QueryDescription, _ discussion: String = "", arguments: [String] = [],
        options: [String: String] = [:], exclusive: [String] = [], alike: [String: String] = [:],
        instead: [Instead] = []
    ) {
        self.name = name
        self.question = question
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.exclusive = exclusive
        self.alike = alike
        self.instead = instead
    }

    /// Whether a parameter has the value of an argument, too.
    func isAlike(_ parameter: String) -> Bool { alike[parameter] != nil }

    /// The same command with the question that one of its options asks.
    private func asking(_ other: Instead) -> AskedQuestion {
        var options = options
        if let parameter = other.parameter { options[parameter] = other.option }
        return AskedQuestion(
            name, other.question, arguments: arguments.filter { other.question.parameter($0) != nil },
            options: options, exclusive: exclusive, alike: alike)
    }

    /// Whether `--all` means what is over, too.
    var tellsAll: Bool {
        guard case .choice(let choices) = question.parameter("state")?.kind else { return false }
        return choices.contains("all")
    }

    /// The options of the question. Where a page begins is an option of every list.
    private var inputs: [QueryInput] {
        question.parameters.filter {
            $0.name != question.cursor && !arguments.contains($0.name) && alike[$0.name] == nil
        }
    }

    /// A parameter's option, without the dashes.
    private func option(_ input: QueryInput) -> String { options[input.name] ?? Self.apart(input.name) }

    private static func apart(_ name: String) -> String {
        var result = ""
        for character in name {
            if character.isUppercase, !result.isEmpty { result.append("-") }
            result += character.lowercased()
        }
        return result
    }

    // MARK: What is typed

    /// The question's values from what was typed.
    ///
    /// - Throws: `ValidationError` that names what is wrong and what there is.
    func values(_ words: [String]) throws -> [(String, String?)] { try read(words).values }

    /// Which question was typed, to whom, and with which values.
    ///
    /// - Throws: `ValidationError` that names what is wrong and what there is.
    func read(_ words: [String]) throws -> Reading {
        let given = instead.filter { other in
            words.contains { $0 == "--\(other.option)" || $0.hasPrefix("--\(other.option)=") }
        }
        guard let other = given.first else { return try read(words, isWhole: false) }
        guard given.count == 1 else {
            throw ValidationError("give \(given.map { "--" + $0.option }.joined(separator: " or ")), not both")
        }
        // With a value the option is one of that question; without it there is nothing more to it.
        let rest = other.parameter == nil ? words.filter { $0 != "--\(other.option)" } : words
        return try asking(other).read(rest, isWhole: other.isWhole)
    }

    private func read(_ words: [String], isWhole: Bool) throws -> Reading {
        var values: [(String, String?)] = []
        var service = question.service
        var places = arguments[...]
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.count > 2 else {
                if service == nil {
                    service = try Self.service(word)
                    continue
                }
                guard let place = places.popFirst() else { throw ValidationError("unexpected argument '\(word)'") }
                values.append((place, word))
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, let input = inputs.first(where: { option($0) == name }) else {
                let known = (inputs.map(option) + instead.map(\.option)).map { "--" + $0 }.joined(separator: ", ")
                throw ValidationError("unknown option '\(word)'; there are \(known.isEmpty ? "none" : known)")
            }
            guard !values.contains(where: { $0.0 == input.name }) else {
                throw ValidationError("--\(name) is given twice")
            }
            if parts.count == 2 {
                values.append((input.name, String(parts[1])))
            } else if input.kind == .flag {
                values.append((input.name, "true"))
            } else {
                guard let value = rest.popFirst() else { throw ValidationError("--\(name) lacks its value") }
                values.append((input.name, value))
            }
        }
        guard let service else { throw ValidationError("<service> is missing: \(Self.services)") }
        values = try checked(values)
        for (parameter, argument) in alike.sorted(by: { $0.key < $1.key }) {
            guard let value = values.first(where: { $0.0 == argument })?.1 else {
                throw ValidationError(
                    "<\(Self.apart(argument))> is missing: \(question.parameter(argument)?.help ?? "")")
            }
            values.append((parameter, value))
        }
        return Reading(service: service, asked: self, values: values, isWhole: isWhole)
    }

    private static let services = ServiceName.allCases.map(\.rawValue).joined(separator: ", ")

    private static func service(_ word: String) throws -> ServiceName {
        guard let service = ServiceName(rawValue: word) else {
            throw ValidationError("'\(word)' is none of \(services)")
        }
        return service
    }

    private func checked(_ written: [(String, String?)]) throws -> [(String, String?)] {
        var values = written
        for (index, (name, value)) in written.enumerated() {
            guard let input = question.parameter(name), let value else { continue }
            do {
                values[index].1 = try input.value(value)
            } catch { throw ValidationError("\(typed(input)) '\(value)': \(error.detail)") }
        }
        for input in question.parameters where input.isRequired && !values.contains(where: { $0.0 == input.name }) {
            throw ValidationError("\(typed(input)) is missing: \(input.help)")
        }
        let given = exclusive.filter { name in values.contains { $0.0 == name } }
        if given.count > 1 {
            let names = given.compactMap(question.parameter).map { "--" + option($0) }.joined(separator: " or ")
            throw ValidationError("give \(names), not both")
        }
        return values
    }

    private func typed(_ input: QueryInput) -> String {
        arguments.contains(input.name) ? "<\(Self.apart(input.name))>" : "--\(option(input))"
    }

    // MARK: Help

    var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: question.help, discussion: help)
    }

    /// What is typed, in words: the arguments and options with what they are.
    var help: String {
        var parts = discussion.isEmpty ? [] : [discussion]
        var named = arguments.compactMap(question.parameter).map { ("<\(Self.apart($0.name))>", $0.help) }
        if question.service == nil { named.insert(("<service>", "The service: \(Self.services)."), at: 0) }
        if !named.isEmpty { parts.append(Self.list("WHAT IT IS ABOUT:", named)) }
        if !inputs.isEmpty { parts.append(Self.list("WHAT IS ASKED FOR:", inputs.map(line))) }
        for other in instead {
            let asked = asking(other)
            // What both take is told once.
            let further = asked.inputs.filter { mine in
                !inputs.contains { $0.name == mine.name && $0.help == mine.help } || mine.name == other.parameter
            }
            var lines = further.map(asked.line)
            if other.parameter == nil { lines.insert(("--\(other.option)", other.question.help), at: 0) }
            let title = "INSTEAD, WITH --\(other.option)" + (other.parameter == nil ? ":" : ": \(other.question.help)")
            parts.append(Self.list(title, lines))
        }
        if tellsAll { parts.append("With --all also what is over.") }
        return parts.joined(separator: "\n\n")
    }

    /// An option and what it is, with its bounds and what counts without it.
    private func line(_ input: QueryInput) -> (String, String) {
        let value = input.kind == .flag ? "" : " <\(Self.placeholder(input))>"
        var text = input.help + (input.isRequired ? " Required." : "")
        if case .integer(let range) = input.kind { text += " \(range.lowerBound)…\(range.upperBound)." }
        if let otherwise = input.otherwise { text += " (default: \(otherwise))" }
        return ("--\(option(input))\(value)", text)
    }

    private static func placeholder(_ input: QueryInput) -> String {
        switch input.kind {
        case .text: apart(input.name)
        case .choice(let choices): choices.joined(separator: "|")
        case .list(let words): words.joined(separator: ",")
        case .integer: "number"
        case .decimal: "amount"
        case .day: "day"
        case .time: "time"
        case .dayOrTime: "day or time"
        case .currency: "currency"
        case .flag: ""
        }
    }

    private static func list(_ title: String, _ lines: [(String, String)]) -> String {
        ([title] + lines.map { "  \($0.0)\n      \($0.1)" }).joined(separator: "\n")
    }
}

/// A command under the name that it had before, which works and is not shown.
struct FormerName<Command: AsyncParsableCommand>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        var configuration = Command.configuration
        configuration.commandName = Command._commandName
        configuration.shouldDisplay = false
        return configuration
    }

    @OptionGroup var command: Command

    // Where the parser runs commands; so the command within is handed on and never shared.
    @concurrent
    mutating func run() async throws {
        var command = command
        try await command.run()
    }
}
