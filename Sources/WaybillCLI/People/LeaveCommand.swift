import ArgumentParser
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
                "Somebody leaves: after the last day the login is nobody's, and its user of the broker is closed.",
            discussion: """
                Whom the person manages beyond that day goes to the person's own manager until another is recorded. The
                broker's user is closed once the last day is over: given before, the same again closes it then. Said is what
                else was changed or closed, and what still names the login.

                Closing the user needs what 'waybill users remove' needs; --keep-user leaves it to whoever has that.
                """)

        @Argument(help: "The person's login.")
        var login: String
        @Option(help: ArgumentHelp("The last day, such as 2026-06-30.", valueName: "day"))
        var lastDay: String
        @Option(help: "Why, in words.")
        var reason: String
        @Flag(help: "Leave the user of the broker as it is.")
        var keepUser = false
        @OptionGroup var act: ActOptions

        func run() async throws {
            let day = try ArgumentValue.day(lastDay, "--last-day")
            let isOver = day < Timestamp.now().day()
            // What is not there to close the user with is said before anything is done.
            let users = isOver && !keepUser ? try Self.users() : nil
            let managed = try await Self.managed(by: login, beyond: day)
            try await act.send(
                PersonLeft(login: login, lastDay: day, recordedAt: Timestamp.now(), reason: reason, by: act.by),
                to: .customer, expecting: [PersonChanged.type])
            if !managed.isEmpty {
                say(
                    "whom '\(login)' manages beyond \(day) goes to the next manager: \(managed.joined(separator: ", "))"
                )
            }
            if let users {
                let trail = AuditTrail(
                    user: try CommandEnvironment().operator("users").userName,
                    why: "the last day was \(lastDay): \(reason)")
                say(
                    try await users.remove(login, trail)
                        ? "the broker's user '\(login)' is removed, its connections are closed"
                        : "there is no user '\(login)' of the broker to close")
            } else if !keepUser {
                say("the broker's user stays until \(day) is over: the same again closes it then")
            }
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
