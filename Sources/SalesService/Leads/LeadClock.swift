import Contracts
import Domain

/// The clock of the first contact, in working time: working days from nine to six on the organisation's clocks. Pure.
enum LeadClock {
    private static let opens: Int64 = 9 * 3_600
    private static let closes: Int64 = 18 * 3_600

    /// When whoever has it is reminded: one hour.
    static let reminder = 60
    /// When it goes to somebody else: two hours.
    static let reassignment = 120
    /// When the manager is told: four hours; then those above, each after as long again.
    static let escalation = 240
    /// After how many days without anything done one that was spoken with goes into the pool.
    static let staleDays = 30

    /// The hours of a day; nothing on a day that is not worked.
    private static func hours(of day: CalendarDay) -> (from: Timestamp, to: Timestamp)? {
        guard WorkingCalendar.isWorkingDay(day) else { return nil }
        let midnight = OrganisationZone.current.beginning(of: day)
        return (midnight.adding(seconds: opens), midnight.adding(seconds: closes))
    }

    /// The instant at which so many minutes of working time have passed since another.
    static func time(_ minutes: Int, after start: Timestamp) -> Timestamp {
        var rest = Int64(minutes) * 60_000_000
        var day = start.day()
        // A year has working days; the bound is for a calendar that says otherwise.
        for _ in 0..<800 {
            if let hours = hours(of: day) {
                let from = max(hours.from, start)
                let room = hours.to.microsecondsSinceEpoch - from.microsecondsSinceEpoch
                if room >= rest, room > 0 { return from.adding(microseconds: rest) }
                rest -= max(0, room)
            }
            day = day.adding(days: 1)
        }
        return start.adding(seconds: Int64(minutes) * 60)
    }

    /// How many whole minutes of working time lie between two instants; nought when the second is not later.
    static func minutes(from start: Timestamp, to end: Timestamp) -> Int {
        guard end > start else { return 0 }
        var passed: Int64 = 0
        var day = start.day()
        let last = end.day()
        while day <= last {
            if let hours = hours(of: day) {
                let (from, to) = (max(hours.from, start), min(hours.to, end))
                passed += max(0, to.microsecondsSinceEpoch - from.microsecondsSinceEpoch)
            }
            day = day.adding(days: 1)
        }
        return Int(passed / 60_000_000)
    }
}

extension Lead {
    /// Stages of the clock: the reminder, another owner, the first manager; from there on the managers above. And that it is
    /// stale.
    enum Stage {
        static let reminder = 0
        static let reassignment = 1
        static let escalation = 2
        static let stale = 1_000
    }

    /// It is given to somebody who has to speak with it: the clock begins anew.
    mutating func give(to login: String, by ground: LeadGround, at time: Timestamp) {
        owner = login
        ownerBy = ground
        assignedAt = time
        reason = nil
        closedAt = nil
        pooledAt = nil
        if contactedAt == nil {
            state = .assigned
            startClock(at: time)
        } else {
            state = .contacted
            rest(at: time)
        }
    }

    /// The clock of the first contact begins.
    mutating func startClock(at time: Timestamp) {
        clockFrom = time
        dueStage = Stage.reminder
        dueAt = LeadClock.time(LeadClock.reminder, after: time)
    }

    /// Something was done: only when nothing is for long the clock speaks again.
    mutating func rest(at time: Timestamp) {
        dueStage = Stage.stale
        dueAt = time.adding(seconds: Int64(LeadClock.staleDays) * 86_400)
    }

    /// The clock has spoken; when it speaks next.
    mutating func nextStage() {
        let from = clockFrom ?? lastAt
        dueStage += 1
        switch dueStage {
        case Stage.reassignment: dueAt = LeadClock.time(LeadClock.reassignment, after: from)
        default:
            dueAt = LeadClock.time(LeadClock.escalation * (dueStage - Stage.escalation + 1), after: from)
        }
    }

    /// It is nobody's.
    mutating func pool(_ reason: LeadReason, at time: Timestamp) {
        state = .pool
        formerOwner = owner ?? formerOwner
        pooledAt = time
        owner = nil
        ownerBy = nil
        self.reason = reason
    }
}
