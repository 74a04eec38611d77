import Contracts
import Domain
import Postgres
import ServiceKit

/// What people decide about acceptance: setting it for a time, and letting orders through although it is not open.
struct AcceptanceControl: Sendable {
    let authority: Authority
    let rates: ExchangeRates

    var tasks: [ScheduledTask] {
        [
            .onDemand("acceptance.begin") { items, transaction, effects in
                try turn(items, isBeginning: true, transaction, &effects)
            },
            .onDemand("acceptance.end") { items, transaction, effects in
                try turn(items, isBeginning: false, transaction, &effects)
            },
        ]
    }

    // MARK: Setting

    func set(
        _ messages: [Received<SetAcceptance>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rates = try rates.current(transaction)
        var news = AcceptanceNews()
        for message in messages {
            let command = message.body
            let today = effects.now.day()
            let setting = AcceptanceSetting(command, today)
            let principal: String?
            do {
                let branch = try SettingStore.branch(of: command.customerId, transaction)
                let approval = try check(setting, message.permit, rates, branch: branch, on: today)
                if let way = approval?.way { effects.take(way, for: message) }
                principal = message.onBehalfOf(by: approval?.way)
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
                continue
            }
            let key = setting.key
            let before = try SettingStore.lock(key, transaction)
            let figures = try SettingStore.state(key, transaction)
            try SettingStore.put(setting, for: principal, at: effects.now, transaction)
            let previous = before.flatMap { $0.holds(on: today) ? $0.level.state : nil } ?? figures
            let scheduleKey = "\(key.customerId)\u{1F}\(key.businessLine)"
            if setting.from <= today {
                news.add(setting.changed(from: previous, at: effects.now), causedBy: message.envelope)
            } else {
                // It is told now as well, so that whoever has set it has an answer; nothing changes until its first day.
                news.add(
                    AcceptanceChanged(
                        customerId: key.customerId, businessLine: key.businessLine, state: figures, previous: previous,
                        reason: "from \(setting.from): \(setting.reason)".prefixed(200), level: setting.level,
                        owner: setting.owner, plan: setting.plan, until: setting.until, by: setting.by,
                        changedAt: effects.now), causedBy: message.envelope)
                effects.schedule(
                    "acceptance.begin", key: scheduleKey, at: OrganisationZone.current.beginning(of: setting.from))
            }
            effects.schedule(
                "acceptance.end", key: scheduleKey,
                at: OrganisationZone.current.beginning(of: setting.until.adding(days: 1)))
            effects.count("acceptance_settings")
        }
        try news.publish(transaction, &effects)
    }

    private func check(
        _ setting: AcceptanceSetting, _ permit: ActPermit?, _ rates: RateTable, branch: String?, on day: CalendarDay
    ) throws(Refusal) -> Mandate.Approval? {
        guard let mandate = authority.mandate(permit, of: setting.by, branch: branch, on: day) else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(setting.by)' may not decide on orders of this customer: its branch's manager or the director may")
        }
        guard setting.from <= setting.until, setting.until >= day else {
            throw Refusal(
                .contradictoryTimes, path: "$.until",
                "it would hold from \(setting.from) until \(setting.until), and it is \(day)")
        }
        // What lets business through that the figures would hold is limited; holding back is not.
        guard setting.level.state == .open else { return nil }
        return try mandate.check(
            days: setting.from.days(to: setting.until) + 1, rates, on: day, at: "$.until")
    }

    /// Tells that what somebody has set begins or has ended, unless something else was set meanwhile.
    private func turn(
        _ items: [ScheduledItem], isBeginning: Bool, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var news = AcceptanceNews()
        for item in items {
            let parts = item.key.split(separator: "\u{1F}", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let key = EvaluationStore.Key(customerId: parts[0], businessLine: parts[1])
            guard let setting = try SettingStore.lock(key, transaction),
                (isBeginning ? setting.from : setting.until.adding(days: 1)) == item.due.day()
            else { continue }
            let figures = try SettingStore.state(key, transaction)
            if isBeginning {
                news.add(setting.changed(from: figures, at: effects.now))
            } else if figures != setting.level.state {
                news.add(
                    AcceptanceChanged(
                        customerId: key.customerId, businessLine: key.businessLine, state: figures,
                        previous: setting.level.state, reason: "setting-ended", changedAt: effects.now))
            }
        }
        try news.publish(transaction, &effects)
    }

    // MARK: Overrides

    func grant(
        _ messages: [Received<GrantOverride>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rates = try rates.current(transaction)
        for message in messages {
            let command = message.body
            do {
                let branch = try SettingStore.branch(of: command.customerId, transaction)
                let others = try SettingStore.lockOverrides(command, transaction)
                let approval = try check(
                    command, message.permit, others, rates, branch: branch, on: effects.now.day())
                if let way = approval.way { effects.take(way, for: message) }
                try SettingStore.add(command, for: message.onBehalfOf(by: approval.way), transaction)
                let event = OverrideGranted(
                    overrideId: command.overrideId, customerId: command.customerId, businessLine: command.businessLine,
                    from: command.from, to: command.to, cap: command.cap, currency: command.currency,
                    reason: command.reason, by: command.by, tier: approval.name, grantedAt: effects.now)
                effects.publish(event, causedBy: message.envelope, key: command.customerId)
                let home = try CustomerHomeStore.of(
                    customers: [command.customerId], on: effects.now.day(), transaction)[command.customerId]
                RaisedStandings.tell(event, home, causedBy: message.envelope, &effects)
                effects.count("overrides_granted")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    /// - Parameter others: the overrides of the same business that hold at the same time: split in two, it is not less.
    private func check(
        _ command: GrantOverride, _ permit: ActPermit?, _ others: [AcceptanceOverride], _ rates: RateTable,
        branch: String?, on day: CalendarDay
    ) throws(Refusal) -> Mandate.Approval {
        guard let mandate = authority.mandate(permit, of: command.by, branch: branch, on: day) else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(command.by)' may not approve overrides for this customer: its branch's manager or the director may")
        }
        guard command.from <= command.to, command.to >= day else {
            throw Refusal(
                .contradictoryTimes, path: "$.to",
                "it would hold from \(command.from) to \(command.to), and it is \(day)")
        }
        guard command.cap > .zero else {
            throw Refusal(.negativeAmount, path: "$.cap", "an override is worth more than nought")
        }
        let days = command.from.days(to: command.to) + 1
        _ = try mandate.check(days: days, rates, on: day, at: "$.to")
        if others.contains(where: { $0.identifier == command.overrideId }) {
            throw Refusal(.conflictingContent, path: "$.overrideId", "there is an override of this identifier already")
        }
        var sum = FixedDecimal.zero
        for (amount, currency) in [(command.cap, command.currency)] + others.map({ ($0.cap, $0.currency) }) {
            guard let converted = rates.convert(amount, from: currency, to: mandate.currency, on: day) else {
                throw Refusal(.noRate, path: "$.currency", "no rate of \(currency.code) is known on \(day)")
            }
            sum = sum + converted
        }
        return try mandate.check(
            Money(sum, mandate.currency), days: days, rates, on: day, at: "$.cap", rateAt: "$.currency"
        ) { "with it, overrides of \($0) would hold at the same time" }
    }
}

/// Acceptance set by hand.
struct AcceptanceSetting: Sendable, Equatable {
    let key: EvaluationStore.Key
    let level: AcceptanceLevel
    let reason: String
    let owner: String
    let plan: String?
    let from: CalendarDay
    let until: CalendarDay
    let by: String

    func holds(on day: CalendarDay) -> Bool { from <= day && day <= until }

    func changed(from previous: AcceptanceState, at time: Timestamp) -> AcceptanceChanged {
        AcceptanceChanged(
            customerId: key.customerId, businessLine: key.businessLine, state: level.state, previous: previous,
            reason: reason.prefixed(200), level: level, owner: owner, plan: plan, until: until, by: by, changedAt: time)
    }
}

extension AcceptanceSetting {
    init(_ command: SetAcceptance, _ today: CalendarDay) {
        self.init(
            key: EvaluationStore.Key(customerId: command.customerId, businessLine: command.businessLine),
            level: command.level, reason: command.reason, owner: command.owner, plan: command.plan,
            from: command.from ?? today, until: command.until, by: command.by)
    }
}

extension String {
    /// No more than so many of its first characters, as fields count them.
    fileprivate func prefixed(_ count: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(count))) }
}
