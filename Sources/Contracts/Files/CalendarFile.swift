public import Domain

extension WorkingCalendar {
    /// Reads years of working days from JSON: `{"years": [{"year", "off": […], "worked": […], "springFestival"?}]}`. A day
    /// is `2027-01-01`, several that follow one another are `2027-02-05..2027-02-11`, as the notice of the State Council
    /// names them; weekends among those that are off change nothing.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    public static func years(json: [UInt8]) throws(Refusal) -> [Year] {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(["years"], in: root, "$")
        var years: [Year] = []
        for (index, node) in (root["years"]?.elements ?? []).enumerated() {
            let path = "$.years[\(index)]"
            try SettingsFile.allow(["year", "off", "worked", "springFestival"], in: node, path)
            guard let number = try SettingsFile.integer(node, "year", in: 2010...2200, path) else {
                throw Refusal(.missingField, path: "\(path).year", "'year' is required, as a number")
            }
            guard !years.contains(where: { $0.year == number }) else {
                throw Refusal(.duplicateElement, path: "\(path).year", "\(number) is there before")
            }
            let off = try days(node, "off", of: number, path)
            let worked = try days(node, "worked", of: number, path)
            if let day = worked.sorted().first(where: { $0.weekday <= 5 }) {
                throw Refusal(
                    .valueNotAllowed, path: "\(path).worked", "\(day) is no Saturday or Sunday: it is worked anyway")
            }
            if let day = off.intersection(worked).min() {
                throw Refusal(.valueNotAllowed, path: "\(path).worked", "\(day) is among the days off too")
            }
            var festival: CalendarDay?
            if node["springFestival"] != nil { festival = try SettingsFile.day(node, "springFestival", path) }
            years.append(Year(year: number, off: off, worked: worked, springFestival: festival))
        }
        guard !years.isEmpty else {
            throw Refusal(.missingField, path: "$.years", "a calendar has at least one year")
        }
        return years
    }

    private static func days(
        _ node: JSONNode, _ name: String, of year: Int, _ path: String
    ) throws(Refusal) -> Set<CalendarDay> {
        guard let elements = node[name]?.elements else {
            throw Refusal(.missingField, path: "\(path).\(name)", "'\(name)' is required, a list of days")
        }
        var days: Set<CalendarDay> = []
        for (index, element) in elements.enumerated() {
            let path = "\(path).\(name)[\(index)]"
            let ends = (element.string ?? "").split(separator: "..", omittingEmptySubsequences: false)
                .map { CalendarDay(String($0)) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
            else {
                throw Refusal(.badTime, path: path, "a day is written as 2027-01-01, several as 2027-02-05..2027-02-11")
            }
            guard first.components.year == year, last.components.year == year else {
                throw Refusal(.valueNotAllowed, path: path, "the day is not of the year \(year)")
            }
            var day = first
            while day <= last {
                days.insert(day)
                day = day.adding(days: 1)
            }
        }
        return days
    }
}
