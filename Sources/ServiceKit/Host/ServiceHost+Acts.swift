import Contracts
import Foundation
import Messaging
import Postgres

/// What an operator does to a service beside its running copies, as its database user. It is noted in the audit in the same
/// transaction.
extension ServiceHost {
    /// Has a message published once more that a reader has lost; those that have it suppress it by its id.
    static func resend(
        _ definition: ServiceDefinition, _ settings: Settings, _ arguments: [String]
    ) async throws -> Int32 {
        guard arguments.count == 2, let place = LedgerPlace(.string(arguments[1])) else {
            return complain("write 'resend TYPE LANE/NUMBER', as 'waybill reconcile' names it", 64)
        }
        let record = OperatorAct(
            "resend", of: definition.name, arguments[0], arguments[1], by: NSUserName(), at: ServiceClock.wallClock())
        let found = try await act("resend", definition, settings) { transaction in
            guard try Outbox.resend(type: arguments[0], place, transaction) else { return false }
            try AuditStore.put([record], transaction)
            return true
        }
        guard found else {
            return complain("the outbox holds no \(arguments[0]) of that number; retention may have dropped it", 1)
        }
        print(
            "\(definition.name.rawValue): \(arguments[0]) \(arguments[1]) is published again by the running service")
        return 0
    }

    /// Has failed items of the schedule tried again by the running copies, or lets go of what was set aside.
    static func schedule(
        _ definition: ServiceDefinition, _ settings: Settings, _ arguments: [String]
    ) async throws -> Int32 {
        guard (2...4).contains(arguments.count), let act = ScheduleAct(rawValue: arguments[0]) else {
            return complain(
                "write 'schedule retry TASK [KEY [DUE]]' or 'schedule discard TASK [KEY [DUE]]', as 'waybill schedule list' "
                    + "names them", 64)
        }
        let selection = FailedItems(
            task: arguments[1], key: arguments.count > 2 && !arguments[2].isEmpty ? arguments[2] : nil,
            due: arguments.count > 3 ? arguments[3] : nil)
        guard definition.tasks.contains(where: { $0.name == selection.task }) || act == .discard else {
            let known = definition.tasks.map(\.name).sorted().joined(separator: ", ")
            return complain("this build has no task '\(selection.task)'; it has: \(known)", 64)
        }
        let record = OperatorAct(
            "schedule-\(act.rawValue)", of: definition.name, selection.task,
            [selection.key, selection.due].compactMap(\.self).joined(separator: " "), by: NSUserName(),
            at: ServiceClock.wallClock())
        let count: Int
        do {
            count = try await self.act("schedule", definition, settings) { transaction in
                let decided = try ScheduleStore.decide(on: selection, isDiscarded: act == .discard, transaction)
                if decided.count > 0 { try AuditStore.put([record], transaction) }
                let now = ServiceClock.wallClock()
                var effects = Effects(now: now, source: definition.name.source, wallClock: now)
                for item in decided.discarded {
                    AsideNotice.clear(item, of: definition.name, because: "discarded", &effects)
                }
                if !decided.discarded.isEmpty {
                    try PartitionKeeper.ensureDays(transaction)
                    _ = try effects.store(isLeased: false, transaction)
                }
                return decided.count
            }
        } catch let error as PostgresError where error.isNoTime {
            return complain("'\(selection.due ?? "")' is no time as 'waybill schedule list' shows it", 64)
        }
        guard count > 0 else { return complain("nothing of '\(selection.task)' has failed so", 2) }
        let outcome = act == .discard ? "discarded" : "tried again by the running service"
        print("\(definition.name.rawValue): \(count) of '\(selection.task)' \(outcome)")
        return 0
    }

    private enum ScheduleAct: String {
        case retry
        case discard
    }

    /// Does something in a transaction on the service's schema.
    private static func act<Result: Sendable>(
        _ purpose: String, _ definition: ServiceDefinition, _ settings: Settings,
        _ body: @Sendable @escaping (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let schema = definition.name.rawValue
        let pool = PostgresPool(
            configuration: try PostgresConfiguration(
                url: settings.required("postgres.url"), applicationName: "waybill-\(schema)-\(purpose)",
                searchPath: schema),
            size: 1, logger: try logger(definition.name, settings))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            defer { group.cancelAll() }
            return try await pool.withTransaction(body)
        }
    }
}

extension PostgresError {
    /// Whether a text was no time (22007), or one out of range (22008).
    fileprivate var isNoTime: Bool { sqlState == "22007" || sqlState == "22008" }
}
