/// A branch: who does the business.
public struct Branch: Sendable, Equatable {
    /// Its code, as orders name it.
    public let code: String
    /// Its name.
    public let name: String
    /// Its city.
    public let city: String
    /// The login of who manages it; `nil` when nobody does.
    public let manager: String?
    /// The first day on which it is there.
    public let from: CalendarDay
    /// The last day, or `nil`.
    public let to: CalendarDay?

    package init(code: String, name: String, city: String, manager: String?, from: CalendarDay, to: CalendarDay?) {
        self.code = code
        self.name = name
        self.city = city
        self.manager = manager
        self.from = from
        self.to = to
    }
}

/// A division: branches that belong together.
public struct Division: Sendable, Equatable {
    /// Its code.
    public let code: String
    /// Its name.
    public let name: String
    /// Its branches.
    public let branches: [Branch]

    package init(code: String, name: String, branches: [Branch]) {
        self.code = code
        self.name = name
        self.branches = branches
    }
}

/// The group: divisions and their branches, dated.
public struct Organisation: Sendable, Equatable {
    /// The group's name.
    public let name: String
    /// Its divisions.
    public let divisions: [Division]
    /// Its lines of business, as orders name them; none when nobody has said which there are.
    public let businessLines: [String]
    private let byCode: [String: [Branch]]
    /// Of each branch to which divisions it belongs, from when on, the earliest first.
    private let homes: [String: [Home]]

    private struct Home: Sendable, Equatable {
        let division: String
        let from: CalendarDay
    }

    /// - Parameters:
    ///   - name: the group's name.
    ///   - divisions: its divisions.
    ///   - businessLines: its lines of business; none when nobody says which there are.
    public init(name: String, divisions: [Division], businessLines: [String] = []) {
        self.name = name
        self.divisions = divisions
        self.businessLines = businessLines
        byCode = Dictionary(grouping: divisions.flatMap(\.branches), by: \.code)
        var homes: [String: [Home]] = [:]
        for division in divisions {
            for branch in division.branches {
                homes[branch.code, default: []].append(Home(division: division.code, from: branch.from))
            }
        }
        self.homes = homes.mapValues { $0.sorted { $0.from < $1.from } }
    }

    /// Every branch there is or was.
    public var branches: [Branch] { divisions.flatMap(\.branches) }

    /// A branch by its code on a day; `nil` when there is none then.
    public func branch(_ code: String, on day: CalendarDay) -> Branch? {
        byCode[code]?.first { $0.from <= day && $0.to.map { day <= $0 } ?? true }
    }

    /// Whether there is a line of business: one that is named, by its bytes; any, when none is.
    public func knows(line: String) -> Bool {
        businessLines.isEmpty || businessLines.contains { $0.utf8.elementsEqual(line.utf8) }
    }

    /// The division to which a branch belongs on a day, by its code. On days on which the branch is not there, that of the time
    /// nearest before, or of its first: what is booked for it belongs somewhere. `nil` for a branch that there never was.
    public func division(of branch: String, on day: CalendarDay) -> String? {
        guard let homes = homes[branch], let first = homes.first else { return nil }
        return (homes.last { $0.from <= day } ?? first).division
    }

    /// The branches that belong to a division, each with the days on which it does: the same days as ``division(of:on:)``.
    public func branches(of division: String) -> [(code: String, days: DayWindow)] {
        homes.sorted { $0.key.compareBytes(with: $1.key) < 0 }.flatMap { code, homes in
            homes.indices.filter { homes[$0].division == division }.map { place in
                let isLast = place + 1 == homes.count
                return (
                    code,
                    DayWindow(
                        from: place == 0 ? Self.beginning : homes[place].from,
                        to: isLast ? Self.end : homes[place + 1].from.adding(days: -1))
                )
            }
        }
    }

    /// Before and behind every day of business.
    private static let (beginning, end) = (
        CalendarDay(daysSinceEpoch: -36_500), CalendarDay(daysSinceEpoch: 365_000)
    )

    /// A realistic group of five divisions and 34 branches, used until a tree of one's own is given.
    public static let standard: Organisation = {
        let tree: [(String, String, [(String, String)])] = [
            (
                "EAST", "华东事业部 East China",
                [
                    ("KS01", "昆山 Kunshan"), ("SH01", "上海 Shanghai"), ("SH02", "上海浦东 Pudong"), ("SZ01", "苏州 Suzhou"),
                    ("WX01", "无锡 Wuxi"), ("NJ01", "南京 Nanjing"), ("CZ01", "常州 Changzhou"), ("NB01", "宁波 Ningbo"),
                    ("HZ01", "杭州 Hangzhou"), ("HF01", "合肥 Hefei"),
                ]
            ),
            (
                "SOUTH", "华南事业部 South China",
                [
                    ("SZX1", "深圳 Shenzhen"), ("DG01", "东莞 Dongguan"), ("GZ01", "广州 Guangzhou"), ("HUI1", "惠州 Huizhou"),
                    ("ZH01", "珠海 Zhuhai"), ("XM01", "厦门 Xiamen"), ("FZ01", "福州 Fuzhou"),
                ]
            ),
            (
                "NORTH", "华北事业部 North China",
                [
                    ("BJ01", "北京 Beijing"), ("TJ01", "天津 Tianjin"), ("QD01", "青岛 Qingdao"), ("DL01", "大连 Dalian"),
                    ("YT01", "烟台 Yantai"), ("SY01", "沈阳 Shenyang"),
                ]
            ),
            (
                "WEST", "中西部事业部 Central and West China",
                [
                    ("CD01", "成都 Chengdu"), ("CQ01", "重庆 Chongqing"), ("WH01", "武汉 Wuhan"), ("ZZ01", "郑州 Zhengzhou"),
                    ("XA01", "西安 Xi'an"), ("CS01", "长沙 Changsha"),
                ]
            ),
            (
                "INTL", "国际事业部 International",
                [
                    ("HKG1", "香港 Hong Kong"), ("SIN1", "新加坡 Singapore"), ("HAN1", "河内 Hanoi"),
                    ("LAX1", "洛杉矶 Los Angeles"),
                    ("FRA1", "法兰克福 Frankfurt"),
                ]
            ),
        ]
        let start = CalendarDay(daysSinceEpoch: 0)
        return Organisation(
            name: "Waybill Logistics Group",
            divisions: tree.map { code, name, branches in
                Division(
                    code: code, name: name,
                    branches: branches.map {
                        Branch(
                            code: $0.0, name: $0.1, city: $0.1, manager: "manager.\($0.0.lowercased())", from: start,
                            to: nil)
                    })
            },
            businessLines: businessLines)
    }()

    /// The lines of business of the standard group.
    public static let businessLines = ["air-freight", "sea-freight", "road", "customs", "warehousing", "express"]
}
