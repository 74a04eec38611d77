import Contracts
public import Domain
public import Postgres

/// Something a service does at a time.
public struct ScheduledTask: Sendable {
    /// The name under which its items stand in the schedule.
    public let name: String
    let recurrence: Recurrence?
    /// Does what is due.
    package let handle: @Sendable ([ScheduledItem], borrowing Transaction, inout Effects) throws -> Void

    /// When a recurring task is due again.
    enum Recurrence: Sendable {
        /// Every day at the end of a business day, by the organisation's clocks.
        case everyDay
        /// So long after it ran last.
        case after(seconds: Int)

        /// The next time after a given one, which was run at `now`. A day ends with its last microsecond, so that an item
        /// due then belongs to the day that it evaluates.
        func next(
            after time: Timestamp, ranAt now: Timestamp? = nil, in zone: OrganisationZone = .current
        ) -> Timestamp {
            if case .after(let seconds) = self {
                return max(time, now ?? time).adding(seconds: Int64(seconds)).inZone(zone)
            }
            var day = time.day(in: zone)
            // A day that a place has skipped ends with the one before it.
            while zone.end(of: day) <= time { day = day.adding(days: 1) }
            return zone.end(of: day)
        }
    }

    /// A task that handlers schedule by ``Effects/schedule(_:key:at:payload:)``.
    public static func onDemand(
        _ name: String,
        _ handle: @escaping @Sendable ([ScheduledItem], borrowing Transaction, inout Effects) throws -> Void
    ) -> ScheduledTask {
        ScheduledTask(name: name, recurrence: nil, handle: handle)
    }

    /// A task that runs at the end of every business day; its items' `due` says which day ended.
    public static func daily(
        _ name: String,
        _ handle: @escaping @Sendable ([ScheduledItem], borrowing Transaction, inout Effects) throws -> Void
    ) -> ScheduledTask {
        ScheduledTask(name: name, recurrence: .everyDay, handle: handle)
    }

    /// A task that runs again and again, so many seconds after it ran last. Whatever it missed is not made up for.
    public static func every(
        _ name: String, seconds: Int,
        _ handle: @escaping @Sendable ([ScheduledItem], borrowing Transaction, inout Effects) throws -> Void
    ) -> ScheduledTask {
        ScheduledTask(name: name, recurrence: .after(seconds: max(1, seconds)), handle: handle)
    }
}

/// One thing to do at a time.
public struct ScheduledItem: Sendable, Equatable {
    /// The task it belongs to.
    public let task: String
    /// What it is about; unique within its task.
    public let key: String
    /// When it is due.
    public let due: Timestamp
    /// What its handler wants to know, in the handler's own words.
    public let payload: String

    /// - Parameters:
    ///   - task: the task it belongs to.
    ///   - key: what it is about.
    ///   - due: when it is due.
    ///   - payload: what its handler wants to know.
    public init(task: String, key: String, due: Timestamp, payload: String = "") {
        self.task = task
        self.key = key
        self.due = due
        self.payload = payload
    }
}
