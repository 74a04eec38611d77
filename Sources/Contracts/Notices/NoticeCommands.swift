import Domain

extension MarkNotices {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            (mark == .snoozed) == (until != nil), .valueNotAllowed, "until",
            mark == .snoozed
                ? "what is put off says until when" : "only what is put off says until when")
    }
}

extension SetNoticePreferences {
    /// The kind that stands for every kind without a choice of its own.
    package static let everyKind = "*"

    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            (quietFrom == nil) == (quietUntil == nil), .valueNotAllowed, quietFrom == nil ? "quietFrom" : "quietUntil",
            "quiet hours have a beginning and an end")
        try fields.require(
            quietFrom == nil || quietFrom != quietUntil, .valueNotAllowed, "quietUntil",
            "quiet hours that begin and end in the same minute would be none or the whole day")
        if let zone {
            try fields.require(
                OrganisationZone(zone) != nil, .valueNotAllowed, "zone", "\(quoted(zone)) is no zone that is known here"
            )
        }
        var channels: Set<NoticeChannel> = []
        for (place, address) in addresses.enumerated() {
            try fields.require(
                channels.insert(address.channel).inserted, .duplicateElement, "addresses[\(place)].channel",
                "'\(address.channel.rawValue)' has an address before")
            if address.channel == .mail {
                try fields.require(
                    Self.isMailbox(address.address), .valueNotAllowed, "addresses[\(place)].address",
                    "\(quoted(address.address)) is no mailbox")
            }
        }
        var chosen: Set<String> = []
        for (place, choice) in choices.enumerated() {
            try fields.require(
                chosen.insert("\(choice.channel.rawValue) \(choice.kind)").inserted, .duplicateElement,
                "choices[\(place)]", "'\(choice.kind)' by '\(choice.channel.rawValue)' is chosen twice")
        }
    }

    /// Whether a text is a mailbox that a server can be given: one `@`, a local part of the characters that need no quoting, and
    /// a domain of labels. Names in other letters are for the server's own directory, not for an address that we keep.
    package static func isMailbox(_ text: String) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        let parts = text.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), parts[1].count <= 189 else { return false }
        let marks = Set("!#$%&'*+/=?^_`{|}~-.".utf8)
        guard parts[0].allSatisfy({ isLetterOrDigit($0) || marks.contains($0) }),
            parts[0].first != 0x2E, parts[0].last != 0x2E
        else { return false }
        let labels = parts[1].split(separator: 0x2E, omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D }
            }
    }
}
