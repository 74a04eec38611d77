package import Contracts
package import Domain

/// How somebody wants to be told, with what counts when they have not said. Pure.
package struct ReaderSettings: Sendable, Equatable {
    /// A part of a day, in minutes since midnight by the clock on the wall; from the first on, up to the last and not with it.
    package struct Quiet: Sendable, Equatable {
        /// The first minute.
        package let from: Int
        /// The minute after the last; before `from` when it goes over midnight.
        package let until: Int

        /// - Parameters: as the properties.
        package init(from: Int, until: Int) {
            self.from = from
            self.until = until
        }

        func contains(_ minute: Int) -> Bool {
            from <= until ? (from..<until).contains(minute) : minute >= from || minute < until
        }
    }

    /// In which language.
    package var language: NoticeLanguage
    /// In which zone times are told and hours are meant.
    package var zone: OrganisationZone
    /// When they are not disturbed.
    package var quiet: Quiet?
    /// Whether they are disturbed on working days only.
    package var isOnWorkingDays: Bool
    /// From which severity on quiet hours and days off do not hold.
    package var undisturbedBelow: NoticeSeverity
    /// Where channels reach them, in the order in which they are tried.
    package var addresses: [NoticeAddress]
    /// How they are told.
    package var choices: [NoticeChoice]

    /// - Parameters: as the properties.
    package init(
        language: NoticeLanguage = .zh, zone: OrganisationZone = .current, quiet: Quiet? = nil,
        isOnWorkingDays: Bool = false, undisturbedBelow: NoticeSeverity = .critical, addresses: [NoticeAddress] = [],
        choices: [NoticeChoice] = []
    ) {
        self.language = language
        self.zone = zone
        self.quiet = quiet
        self.isOnWorkingDays = isOnWorkingDays
        self.undisturbedBelow = undisturbedBelow
        self.addresses = addresses
        self.choices = choices
    }

    /// As somebody has said.
    package init(_ said: SetNoticePreferences) {
        self.init(
            language: said.language, zone: said.zone.flatMap { OrganisationZone($0) } ?? .current,
            quiet: said.quietFrom.flatMap { from in said.quietUntil.map { Quiet(from: from, until: $0) } },
            isOnWorkingDays: said.workingDays, undisturbedBelow: said.severity ?? .critical,
            addresses: said.addresses, choices: said.choices)
    }
}

extension NoticeSeverity {
    /// How much it matters, from 0 on: severities are compared by it, and kept so.
    package var weight: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The severity of a weight; the least for one that is none.
    package init(weight: Int) {
        self = Self.allCases.indices.contains(weight) ? Self.allCases[weight] : .information
    }
}

// MARK: By which channel

extension ReaderSettings {
    /// By which channels, and when, somebody is told of a kind of thing; nothing for who has no address.
    ///
    /// What a kind has no choice of its own for goes by the choice for every kind, and without one at once by the first address and
    /// not by the others. From the floor on everybody is told at once by one address at least: by the first that they have not
    /// switched off when all others gather what comes, and by the first of all when they have switched everything off.
    ///
    /// - Parameters:
    ///   - kind: the kind of thing.
    ///   - severity: how much it matters.
    ///   - floor: from which severity on nobody can switch it off.
    package func ways(
        _ kind: String, _ severity: NoticeSeverity, floor: NoticeSeverity
    ) -> [(address: NoticeAddress, mode: NoticeMode)] {
        let all = addresses.enumerated().map { place, address in
            (
                address: address,
                mode: choice(kind, address.channel) ?? choice(SetNoticePreferences.everyKind, address.channel)
                    ?? (place == 0 ? NoticeMode.atOnce : .off)
            )
        }
        let ways = all.filter { $0.mode != .off }
        guard severity.weight >= floor.weight, !ways.contains(where: { $0.mode == .atOnce }),
            let first = ways.first ?? all.first
        else { return ways }
        return [(first.address, .atOnce)] + ways.dropFirst()
    }

    private func choice(_ kind: String, _ channel: NoticeChannel) -> NoticeMode? {
        choices.first { $0.kind == kind && $0.channel == channel }?.mode
    }

    /// The address that is tried next, when those of some channels have failed.
    package func next(after tried: [NoticeChannel]) -> NoticeAddress? {
        addresses.first { !tried.contains($0.channel) }
    }
}

// MARK: When

extension ReaderSettings {
    /// The minute of the day at which a daily digest is due for who has no quiet hours.
    package static let morning = 8 * 60 + 30

    /// When they may be told of something, at the earliest: now, or at the end of quiet hours and days off. From the floor on days off
    /// do not hold, and quiet hours do until they end, for they end every day; what is critical nothing holds.
    package func undisturbed(
        _ severity: NoticeSeverity, floor: NoticeSeverity, from now: Timestamp
    ) -> Timestamp {
        guard severity.weight < undisturbedBelow.weight else { return now }
        var time = now
        // Quiet hours that end on a day off, and days off that end within quiet hours, take turns; no year has more days.
        for _ in 0..<400 {
            let day = time.day(in: zone)
            if isOnWorkingDays, severity.weight < floor.weight, !WorkingCalendar.isWorkingDay(day) {
                time = zone.beginning(of: day.adding(days: 1))
                continue
            }
            let minute = self.minute(of: time)
            guard let quiet, quiet.contains(minute) else { return time }
            let isOverMidnight = quiet.until <= minute
            time = instant(quiet.until, of: isOverMidnight ? day.adding(days: 1) : day)
        }
        return time
    }

    /// The next full hour at which they may be told.
    package func nextHour(_ severity: NoticeSeverity, floor: NoticeSeverity, after now: Timestamp) -> Timestamp {
        let day = now.day(in: zone)
        return undisturbed(severity, floor: floor, from: instant((minute(of: now) / 60 + 1) * 60, of: day))
    }

    /// The next morning at which they may be told: the end of their quiet hours, or ``morning``.
    package func nextMorning(_ severity: NoticeSeverity, floor: NoticeSeverity, after now: Timestamp) -> Timestamp {
        let minute = quiet?.until ?? Self.morning
        let day = now.day(in: zone)
        let today = instant(minute, of: day)
        return undisturbed(
            severity, floor: floor, from: today > now ? today : instant(minute, of: day.adding(days: 1)))
    }

    /// What the clock on the wall shows, in minutes since midnight.
    private func minute(of time: Timestamp) -> Int {
        let shown = time.inZone(zone)
        let seconds = shown.microsecondsSinceEpoch / 1_000_000 + Int64(shown.offsetMinutes) * 60
        return Int(seconds % 86_400) / 60
    }

    private func instant(_ minute: Int, of day: CalendarDay) -> Timestamp {
        zone.instant(showing: (Int64(day.daysSinceEpoch) * 1_440 + Int64(minute)) * 60_000_000)
    }
}
