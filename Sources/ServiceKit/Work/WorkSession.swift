import Contracts
package import Domain
package import Postgres

/// What a unit of work does inside its transaction besides the handlers' own rows: inbox, schedule, outbox.
///
/// PostgreSQL's ``Transaction`` is one; the simulation has its own, over rows in memory.
package protocol WorkSession: ~Copyable {
    /// Takes a batch of messages in, no two of the same name.
    ///
    /// - Parameter asksForPeople: whether the mark of what is known of people is read as well, in the same round trip.
    /// - Returns: the places in the batch of those handled before; the mark.
    borrowing func takeIn(
        _ messages: [AnyReceived], asksForPeople: Bool
    ) throws -> (handled: Set<Int>, peopleMark: String?)

    /// Takes messages out of the inbox again that the transaction has taken in but refused.
    borrowing func forget(_ messages: [AnyReceived]) throws

    /// Writes down what is to be done at a time.
    borrowing func schedule(_ items: [ScheduledItem]) throws

    /// Records messages in the outbox.
    ///
    /// - Parameter isLeased: whether this process publishes them at once; otherwise they wait to be claimed.
    borrowing func record(_ events: [OutgoingEvent], isLeased: Bool) throws -> [OutboxEntry]

    /// The commands of some names that were carried out before.
    borrowing func acts(_ names: [MessageName]) throws -> [MessageName: ActRow]

    /// What the policy says of acts, by their places in the batch; while no policy holds, only of those by people who have left.
    ///
    /// - Parameters:
    ///   - acts: the acts.
    ///   - subjects: by what it is found whose the things are that they are about.
    ///   - day: the day on which they are to be done.
    borrowing func rule(on acts: [ActAsked], by subjects: ActSubjects, day: CalendarDay) throws -> [Int: ActRuling]

    /// Writes down commands that are carried out.
    borrowing func record(_ acts: [ActRow], at time: Timestamp) throws

    #if WAYBILL_TRIAL
        /// Counts each effect of a trial build.
        borrowing func tally(_ messages: [AnyReceived]) throws
    #endif
}

extension Transaction: WorkSession {
    package borrowing func takeIn(
        _ messages: [AnyReceived], asksForPeople: Bool
    ) throws -> (handled: Set<Int>, peopleMark: String?) {
        guard asksForPeople else { return (try Inbox.take(messages, self), nil) }
        let mark = try PeopleReplica.askForMark(self)
        return (try Inbox.take(messages, self), try mark.rows().first)
    }

    package borrowing func forget(_ messages: [AnyReceived]) throws { try Inbox.forget(messages, self) }

    package borrowing func schedule(_ items: [ScheduledItem]) throws { try ScheduleStore.put(items, self) }

    package borrowing func record(_ events: [OutgoingEvent], isLeased: Bool) throws -> [OutboxEntry] {
        try Outbox.record(events, isLeased: isLeased, self)
    }

    package borrowing func acts(_ names: [MessageName]) throws -> [MessageName: ActRow] {
        try ActStore.find(names, self)
    }

    package borrowing func rule(
        on acts: [ActAsked], by subjects: ActSubjects, day: CalendarDay
    ) throws -> [Int: ActRuling] {
        let known = try PeopleReplica.known(self)
        var rulings: [Int: ActRuling] = [:]
        // Whatever a policy says, and while none does.
        for act in acts {
            guard let refusal = known.book.refusal(ofLeaver: act.principal, on: day) else { continue }
            rulings[act.position] = .denied(refusal, .none)
        }
        let acts = acts.filter { rulings[$0.position] == nil }
        let holding: PermissionPolicy?
        do throws(Refusal) { holding = try known.policy } catch {
            // Acts wait for the release that can read it; what systems tell goes on.
            for act in acts { rulings[act.position] = .denied(error, .none) }
            return rulings
        }
        guard let policy = holding, !acts.isEmpty else { return rulings }
        let names = Set(acts.flatMap { $0.claim?.subjects ?? [] })
        let homes = try ActSubjectStore.homes(of: names, by: subjects, self)
        // Two people are needed where something is approved: whoever has done something for another counts as both.
        let approving = acts.compactMap(\.claim).filter { $0.right == .approve }
        let objects = Set(approving.flatMap(\.subjects).map(\.identifier)).subtracting([""])
        let standIns = try ActStore.standIns(objects, Set(approving.map(\.kind.rawValue)), self)
        var rules = ActRules(policy, in: known.book, on: day, standIns)
        for act in acts { rulings[act.position] = rules.rule(act, homes) }
        return rulings
    }

    package borrowing func record(_ acts: [ActRow], at time: Timestamp) throws {
        try ActStore.put(acts, at: time, self)
    }

    #if WAYBILL_TRIAL
        package borrowing func tally(_ messages: [AnyReceived]) throws { try EffectTally.record(messages, self) }
    #endif
}
