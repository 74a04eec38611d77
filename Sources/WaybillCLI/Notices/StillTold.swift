import Contracts

/// What somebody is told at once although they have switched it off, or have it gathered: what their role demands. Pure; the notifier
/// itself does so.
struct StillTold {
    private let said: SetNoticePreferences

    /// - Parameter said: how somebody wants to be told.
    init(_ said: SetNoticePreferences) { self.said = said }

    /// Whether there is anything to say.
    var isAnything: Bool { !byAddress.isEmpty }

    /// What is to be said of it, a line for each address.
    ///
    /// - Parameter floor: from which severity on nobody can switch it off; `nil` when that is not known.
    func lines(floor: NoticeSeverity?) -> [String] {
        let severities = floor.map { floor in
            NoticeSeverity.allCases.drop { $0 != floor }.map(\.rawValue).joined(separator: " or ")
        }
        let what =
            severities.map { "what is \($0)" } ?? "what is of the installation's floor (WAYBILL_NOTICE_FLOOR) or above"
        return byAddress.map { address, kinds in
            "still told at once, as the role demands: \(what) of \(kinds.joined(separator: ", ")), by \(address)"
        }
    }

    /// The kinds without a channel that tells at once, by the address that tells what matters of them nevertheless.
    private var byAddress: [(address: String, kinds: [String])] {
        var found: [(address: String, kinds: [String])] = []
        for kind in kinds {
            let ways = said.addresses.enumerated().map { ($1, mode(kind, $1.channel, isFirst: $0 == 0)) }
            // Without an address it is the mailbox that is named after the login.
            if ways.isEmpty ? mode(kind, .mail, isFirst: true) == .atOnce : ways.contains(where: { $0.1 == .atOnce }) {
                continue
            }
            let first = (ways.first { $0.1 != .off } ?? ways.first)?.0
            let address = first.map { "\($0.channel.rawValue) (\($0.address))" } ?? "mail"
            let word =
                kind == SetNoticePreferences.everyKind ? (kinds.count > 1 ? "every other kind" : "every kind") : kind
            if let place = found.firstIndex(where: { $0.address == address }) {
                found[place].kinds.append(word)
            } else {
                found.append((address, [word]))
            }
        }
        return found
    }

    /// The kinds that were named, each once, and last those that were not.
    private var kinds: [String] {
        var named: [String] = []
        for choice in said.choices where !named.contains(choice.kind) { named.append(choice.kind) }
        return named.filter { $0 != SetNoticePreferences.everyKind }
            + named.filter { $0 == SetNoticePreferences.everyKind }
    }

    private func mode(_ kind: String, _ channel: NoticeChannel, isFirst: Bool) -> NoticeMode {
        func choice(_ kind: String) -> NoticeMode? {
            said.choices.first { $0.kind == kind && $0.channel == channel }?.mode
        }
        return choice(kind) ?? choice(SetNoticePreferences.everyKind) ?? (isFirst ? .atOnce : .off)
    }
}
