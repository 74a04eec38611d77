package import Domain

/// Where a person stands with a notice. Pure.
package struct RecipientState: Sendable, Equatable {
    /// Why they are told.
    package var role: RecipientRole
    /// From when on they were no addressee any more; `nil` while they are.
    package var until: Timestamp?
    /// How often there was reason to tell them.
    package var occasion: Int
    /// The revision that they were told last.
    package var toldRevision: Int
    /// The highest severity that they were told since it opened.
    package var toldSeverity: Int
    /// When they read it, on this occasion.
    package var readAt: Timestamp?
    /// Until when they have put it off.
    package var snoozedUntil: Timestamp?
    /// When they did what it asks for.
    package var doneAt: Timestamp?

    /// - Parameters: as the properties.
    package init(
        role: RecipientRole, until: Timestamp? = nil, occasion: Int, toldRevision: Int, toldSeverity: Int,
        readAt: Timestamp? = nil, snoozedUntil: Timestamp? = nil, doneAt: Timestamp? = nil
    ) {
        self.role = role
        self.until = until
        self.occasion = occasion
        self.toldRevision = toldRevision
        self.toldSeverity = toldSeverity
        self.readAt = readAt
        self.snoozedUntil = snoozedUntil
        self.doneAt = doneAt
    }

    /// Whether they still wait to be told, at a time.
    package func isWaiting(at now: Timestamp) -> Bool {
        until == nil && readAt == nil && doneAt == nil && snoozedUntil.map { $0 <= now } ?? true
    }
}

/// When there is reason to tell somebody, once more: that a notice of theirs stands otherwise is none by itself.
package enum Occasions {
    /// How a notice stands.
    package struct Standing: Sendable, Equatable {
        /// The highest revision of what was said; 0 before anything was.
        package let revision: Int
        /// The highest revision of a clearing; 0 when there was none.
        package let clearedRevision: Int
        /// How much it matters, 0 to 3.
        package let severity: Int
        /// From when on it is of no use.
        package let expiresAt: Timestamp?

        /// - Parameters: as the properties.
        package init(revision: Int, clearedRevision: Int, severity: Int, expiresAt: Timestamp? = nil) {
            self.revision = revision
            self.clearedRevision = clearedRevision
            self.severity = severity
            self.expiresAt = expiresAt
        }

        /// Whether there is anything to tell.
        package func isOpen(at now: Timestamp) -> Bool {
            revision > clearedRevision && expiresAt.map { $0 > now } ?? true
        }
    }

    /// Where people stand with a notice from now on.
    ///
    /// - Parameters:
    ///   - notice: how it stands.
    ///   - roles: whom it is told now, and why.
    ///   - before: where they stood, by login.
    ///   - now: the time.
    /// - Returns: everybody who has ever been told, by login.
    package static func next(
        _ notice: Standing, _ roles: [String: RecipientRole], before: [String: RecipientState], at now: Timestamp
    ) -> [String: RecipientState] {
        var after = before
        guard notice.isOpen(at: now) else { return after }
        for (login, state) in before where roles[login] == nil && state.until == nil { after[login]?.until = now }
        for (login, role) in roles {
            guard var state = before[login] else {
                after[login] = RecipientState(
                    role: role, occasion: 1, toldRevision: notice.revision, toldSeverity: notice.severity)
                continue
            }
            // What they were told was cleared since: what is open now is something else.
            let isOpenedAgain = notice.clearedRevision >= state.toldRevision
            let isWoken = state.snoozedUntil.map { $0 <= now } ?? false
            let isNew =
                state.until != nil || isOpenedAgain || (isWoken && state.doneAt == nil)
                || (notice.severity > state.toldSeverity && state.doneAt == nil)
            state.role = role
            state.until = nil
            if isNew {
                state.occasion += 1
                state.readAt = nil
                state.snoozedUntil = nil
                state.toldRevision = notice.revision
                state.toldSeverity = isOpenedAgain ? notice.severity : max(notice.severity, state.toldSeverity)
                if isOpenedAgain { state.doneAt = nil }
            }
            after[login] = state
        }
        return after
    }
}
