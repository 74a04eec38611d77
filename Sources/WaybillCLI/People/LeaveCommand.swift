import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Messaging
import Operations

extension PeopleCommand {
    struct Leave: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "leave",
            abstract:
                "Somebody leaves: after the last day the login is nobody's, and its user of the broker and its account of the console are closed.",
            discussion: """
                Whom the person manages beyond that day goes to the person's own manager until another is recorded. The
                broker's user is closed once the last day is over, and so is what the login has at the console: the user,
                sessions, links and the tokens of programs. Given before, the same again closes them then. Said is what else was
                changed or closed, and what still names the login.

                Closing the user needs what 'waybill users remove' needs; --keep-user leaves it to whoever has that. The
                console's account is closed where WAYBILL_POSTGRES_URL_CONSOLE is known (or the file that
                $WAYBILL_HOME/secrets/postgres-console.url holds); elsewhere 'waybill console user close' is to be given there.
                """)

        @Argument(help: "The person's login.")
        var login: String
        @Option(
            name: [.customLong("until"), .customLong("last-day")],
            help: ArgumentHelp("The last day, such as 2026-06-30.", valueName: "day"))
        var lastDay: String
        @Option(help: "Why, in words.")
        var reason: String
        @Flag(help: "Leave the user of the broker as it is.")
        var keepUser = false
        @OptionGroup var act: ActOptions

        func run() async throws {
            let day = try ArgumentValue.day(lastDay, "--until")
            let isOver = day < Timestamp.now().day()
            // What is not there to close the user with is said before anything is done.
            let users = isOver && !keepUser ? try Self.users() : nil
            // It is put on record as the operator's doing.
            let console =
                isOver && ConsoleProgram.isKnown() && BrokerUsers.isLogin(login)
                ? try? CommandEnvironment().operator("console") : nil
            let managed = try await Self.managed(by: login, beyond: day)
            try await act.send(
                PersonLeft(login: login, lastDay: day, recordedAt: Timestamp.now(), reason: reason, by: act.by),
                to: .customer, expecting: [PersonChanged.type])
            if !managed.isEmpty {
                say(
                    "whom '\(login)' manages beyond \(day) goes to the next manager: \(managed.joined(separator: ", "))"
                )
            }
            let why = "the last day was \(lastDay): \(reason)"
            if let users {
                let trail = AuditTrail(user: try CommandEnvironment().operator("users").userName, why: why)
                say(
                    try await users.remove(login, trail)
                        ? "the broker's user '\(login)' is removed, its connections are closed"
                        : "there is no user '\(login)' of the broker to close")
            } else if !keepUser {
                say("the broker's user stays until \(day) is over: the same again closes it then")
            }
            if let console {
                try await AuditTrail(user: console.userName, why: why).note(.closeConsoleUser, of: login, as: console)
                try await ConsoleProgram.close(login)
            } else if isOver {
                say(
                    "the console's database is not known here: where it is, 'waybill console user close \(login)' ends what "
                        + "the login has there")
            } else {
                say("what the login has at the console stays until then, too")
            }
            // It only informs: what may fail stands behind what must be done.
            try await sayWhatNames()
        }

        private static func users() throws -> BrokerPeople {
            do {
                return try BrokerPeople(
                    CommandEnvironment().operator("users"), management: CommandEnvironment().management())
            } catch let failure as Failure {
                throw Failure(
                    "\(failure), or say --keep-user and have the operator run 'waybill users remove'; nothing was done")
            }
        }

        /// Whom a login manages on the day after one, by their logins.
        private static func managed(by login: String, beyond day: CalendarDay) async throws -> [String] {
            let next = day.adding(days: 1)
            guard CalendarDay.years.contains(next.components.year) else { return [] }
            let tables = try await Asking.once(
                .customer, PeopleQuestions.people.name,
                [("manager", login), ("on", next.description), ("limit", String(QueryTable.maximumRows))])
            return tables.first { $0.name == "people" }?.rows.compactMap { $0.values.first ?? nil } ?? []
        }

        /// Says where the policy still names the login.
        private func sayWhatNames() async throws {
            let tables = try await Asking.once(.customer, PeopleQuestions.person.name, [("login", login)])
            func names(_ table: String) -> [String] {
                tables.first { $0.name == table }?.rows.compactMap { $0.values.first ?? nil } ?? []
            }
            let (roles, delegations) = (names("roles"), names("delegations"))
            if !roles.isEmpty {
                say("the policy names '\(login)' as \(roles.joined(separator: ", ")): leave it out of the next version")
            }
            if !delegations.isEmpty {
                say("the policy has delegations of or to '\(login)': \(delegations.joined(separator: ", "))")
            }
        }
    }
}
