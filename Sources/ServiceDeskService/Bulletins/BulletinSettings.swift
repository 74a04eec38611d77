import ServiceKit

/// What an operator says of bulletins.
enum BulletinSettings {
    static let all = [
        Setting(
            "servicedesk.bulletin.key",
            help: "path of the private key (PEM, Ed25519) that signs bulletins; without it none are published",
            madeUp: MadeUpData("a key that everybody knows") { BulletinKey.madeUpPEM }),
        Setting("bulletin.day", default: "5", help: "on which day of the next month bulletins are published, 1 to 28"),
        Setting("bulletin.objection.days", default: "14", help: "for how many days a customer may object, 1 to 90"),
        Setting("bulletin.minimum", default: "20", help: "of fewer deliveries a bulletin tells no figure, 1 to 1000"),
    ]
}

extension Capability {
    /// Bulletins as the settings have them. Who has no key yet goes on without: an upgrade asks for nothing.
    static func bulletins(by settings: Settings) throws -> Capability {
        .bulletins(
            policy: BulletinPolicy(
                day: try settings.integer("bulletin.day", in: 1...28),
                objectionDays: try settings.integer("bulletin.objection.days", in: 1...90),
                minimum: try settings.integer("bulletin.minimum", in: 1...1_000)),
            key: settings.profile == .demo
                ? try settings.requiredFile("servicedesk.bulletin.key", BulletinKey.init(pem:))
                : try settings.file("servicedesk.bulletin.key", BulletinKey.init(pem:)))
    }
}
