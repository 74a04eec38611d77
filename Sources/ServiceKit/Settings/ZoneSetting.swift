import Domain

extension Setting {
    /// By whose days the organisation goes.
    static let zone = Setting(
        "zone", default: OrganisationZone.standard.name,
        help: "the organisation's time zone by its IANA name: what a day is; the same for all services and the command")
}

extension Settings {
    /// The organisation's zone.
    ///
    /// - Throws: ``Problem`` that names the setting when there is no such zone.
    func zone() throws(Problem) -> OrganisationZone {
        let name = self[Setting.zone.key] ?? OrganisationZone.standard.name
        guard let zone = OrganisationZone(name) else {
            throw Problem(
                description:
                    "\(Setting.zone.variable) is '\(name.prefix(64))': there is no such time zone; write its IANA "
                    + "name, such as \(OrganisationZone.standard)")
        }
        return zone
    }

    /// Makes the zone that is set that of this process.
    ///
    /// - Throws: ``Problem`` that names the setting.
    package func chooseZone() throws(Problem) {
        let zone = try zone()
        guard OrganisationZone.choose(zone) else {
            throw Problem(
                description: "\(Setting.zone.variable) is '\(zone)': this process goes by \(OrganisationZone.current)")
        }
    }
}
