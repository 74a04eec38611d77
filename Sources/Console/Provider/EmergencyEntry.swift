import Logging
import Messaging
import Operations
import Postgres

/// The way in by passwords of the console's own where they are for the day on which the provider is away: it opens by itself and shuts
/// by itself, and nobody comes in by it without a record of that.
enum EmergencyEntry {
    /// The provider, with the broker as the place of the record.
    static func provider(
        _ settings: ProviderSettings, _ parts: ConsoleParts, broker: BrokerConfiguration
    ) -> ProviderSignIn {
        ProviderSignIn(settings, parts) { login in
            try await AuditTrail(
                who: login, user: broker.userName, why: "the provider '\(settings.issuer)' cannot be reached"
            ).note(.emergencySignIn, of: login, as: broker)
        }
    }

    /// Whether passwords let in at this moment.
    static func isOpen(_ provider: ProviderSignIn) async -> Bool {
        guard provider.settings.passwords == .emergency else { return true }
        return await provider.directory.isAway()
    }

    /// Puts on record that somebody has come in by it, before the browser has what it needs for that.
    ///
    /// - Parameters:
    ///   - login: who.
    ///   - secret: what the browser would get; it lets nobody in when there is no record.
    /// - Returns: whether it may be given to the browser.
    static func note(_ login: String, _ secret: String, _ provider: ProviderSignIn) async throws -> Bool {
        guard provider.settings.passwords == .emergency else { return true }
        do {
            try await provider.record(login)
        } catch {
            try await provider.pool.withTransaction { try SignInStore.end(Secret.digest(secret), of: login, $0) }
            provider.logger.error(
                "somebody was not let in by a password, for it cannot be put on record",
                metadata: ["login": "\(login)", "error": "\(error)"])
            return false
        }
        provider.logger.critical(
            "somebody has come in by a password because the provider of sign-ins is away",
            metadata: ["login": "\(login)", "provider": "\(provider.settings.issuer)"])
        return true
    }
}
