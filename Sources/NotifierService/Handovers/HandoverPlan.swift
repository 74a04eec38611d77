package import Contracts
package import Domain
import ServiceKit

/// That somebody is to be told of a notice, on one occasion.
package struct Telling: Sendable, Hashable {
    /// Who.
    package let login: String
    /// Of which notice.
    package let noticeId: String
    /// On which occasion.
    package let occasion: Int
    /// The kind of thing that happened.
    package let kind: String
    /// How much it matters.
    package let severity: NoticeSeverity
    /// What was said of the notice when there was reason to tell it. Occasions are counted anew for one that comes again after it was
    /// forgotten; with the revision its handover has another number than the one of long ago.
    package let revision: Int

    /// - Parameters: as the properties.
    package init(
        login: String, noticeId: String, occasion: Int, kind: String, severity: NoticeSeverity, revision: Int = 0
    ) {
        self.login = login
        self.noticeId = noticeId
        self.occasion = occasion
        self.kind = kind
        self.severity = severity
        self.revision = revision
    }
}

/// What is to be handed over to a person by a channel, as one.
package struct PlannedHandover: Sendable, Equatable {
    /// To whom.
    package let login: String
    /// Where.
    package let address: NoticeAddress
    /// How they want to be told of it.
    package let mode: NoticeMode
    /// By what it is told from others of that person and channel: the notice and its occasion, or the time at which many are due
    /// together.
    package let slot: String
    /// When, at the earliest.
    package let due: Timestamp
    /// How much the most important notice in it matters.
    package let severity: NoticeSeverity
    /// Whether it is of one notice, as soon as it is known.
    package let isAlone: Bool
    /// The notices in it.
    package let tellings: [Telling]

    /// Its number: the same wherever and however often it is planned.
    ///
    /// - Parameter number: which one of that slot, when those before are handed over.
    package func identifier(_ number: Int = 0) -> String {
        StableIdentifier.of("handover", login, address.channel.rawValue, slot, String(number))
    }
}

/// What of all that people are to be told is handed over together, and when. Pure.
package enum HandoverPlan {
    /// How many handovers of one notice each somebody gets by a channel within ``span``, before what comes is put together.
    package static let most = 10
    /// The time in which they are counted.
    package static let span: Int64 = 600
    /// For how long what comes in a storm is gathered.
    package static let gathering: Int64 = 300

    /// To whom by which channel.
    package struct Route: Sendable, Hashable {
        /// To whom.
        package let login: String
        /// By which channel.
        package let channel: NoticeChannel

        /// - Parameters: as the properties.
        package init(login: String, channel: NoticeChannel) {
            self.login = login
            self.channel = channel
        }
    }

    /// Plans handovers.
    ///
    /// - Parameters:
    ///   - tellings: who is to be told of what; the same one once.
    ///   - readers: how people want to be told, with their addresses as far as there is a server for them. Who is not in it has none.
    ///   - floor: from which severity on nobody can switch it off.
    ///   - crowd: how many handovers of one notice each were made within ``span``, by route.
    ///   - now: the time.
    /// - Returns: the handovers, by person and slot.
    package static func handovers(
        _ tellings: [Telling], readers: [String: ReaderSettings], floor: NoticeSeverity, crowd: [Route: Int],
        at now: Timestamp
    ) -> [PlannedHandover] {
        var crowd = crowd
        var groups: [String: PlannedHandover] = [:]
        for telling in tellings.sorted(by: isBefore) {
            guard let reader = readers[telling.login] else { continue }
            for way in reader.ways(telling.kind, telling.severity, floor: floor) {
                let route = Route(login: telling.login, channel: way.address.channel)
                let place = place(telling, way.mode, reader, floor, crowd[route, default: 0], now)
                if place.isAlone { crowd[route, default: 0] += 1 }
                let key = "\(route.channel.rawValue)\u{1}\(route.login)\u{1}\(place.slot)"
                let former = groups[key]
                groups[key] = PlannedHandover(
                    login: telling.login, address: way.address, mode: way.mode, slot: place.slot, due: place.due,
                    severity: former.map { max($0.severity.weight, telling.severity.weight) }.map {
                        NoticeSeverity(weight: $0)
                    } ?? telling.severity, isAlone: place.isAlone,
                    tellings: (former?.tellings ?? []) + [telling])
            }
        }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What failed by a channel, by the next one; `nil` when there is none left.
    package static func next(
        after tried: [NoticeChannel], of handover: String, _ tellings: [Telling], reader: ReaderSettings,
        severity: NoticeSeverity, floor: NoticeSeverity, at now: Timestamp
    ) -> PlannedHandover? {
        guard let first = tellings.first, let address = reader.next(after: tried) else { return nil }
        return PlannedHandover(
            login: first.login, address: address, mode: .atOnce, slot: "instead:\(handover)",
            due: reader.undisturbed(severity, floor: floor, from: now), severity: severity, isAlone: false,
            tellings: tellings)
    }

    /// The more important first, so that it is what comes alone when not all can.
    private static func isBefore(_ one: Telling, _ other: Telling) -> Bool {
        (-one.severity.weight, one.login, one.noticeId, one.occasion)
            < (-other.severity.weight, other.login, other.noticeId, other.occasion)
    }

    private static func place(
        _ telling: Telling, _ mode: NoticeMode, _ reader: ReaderSettings, _ floor: NoticeSeverity, _ crowd: Int,
        _ now: Timestamp
    ) -> (slot: String, due: Timestamp, isAlone: Bool) {
        func together(_ word: String, _ due: Timestamp) -> (slot: String, due: Timestamp, isAlone: Bool) {
            ("\(word):\(due.microsecondsSinceEpoch)", due, false)
        }
        switch mode {
        case .hourly: return together("hourly", reader.nextHour(telling.severity, floor: floor, after: now))
        case .daily: return together("daily", reader.nextMorning(telling.severity, floor: floor, after: now))
        case .atOnce, .off:
            let due = reader.undisturbed(telling.severity, floor: floor, from: now)
            // What has waited for the end of the night comes as one.
            guard due <= now else { return together("after-quiet", due) }
            guard crowd >= most else {
                return ("\(telling.noticeId):\(telling.occasion):\(telling.revision)", now, true)
            }
            let seconds = now.microsecondsSinceEpoch / 1_000_000
            let end = Timestamp(
                microsecondsSinceEpoch: (seconds / gathering + 1) * gathering * 1_000_000,
                offsetMinutes: now.offsetMinutes)
            return together("storm", end)
        }
    }
}
