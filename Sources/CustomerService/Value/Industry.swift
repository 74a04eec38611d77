/// What a company does, as far as its name says. The first word that matches decides, in the order of this table.
enum Industry {
    private static let words: [(industry: String, words: [String])] = [
        ("logistics", ["物流", "货运", "货代", "运输", "快递", "供应链", "logistics", "freight", "forward"]),
        ("semiconductor", ["半导体", "集成电路", "芯片", "semiconductor", "microelectronics"]),
        ("electronics", ["电子", "电脑", "计算机", "接插件", "光电", "通信", "通讯", "electronic", "computer", "telecom"]),
        ("automotive", ["汽车", "车辆", "automotive", "auto parts", "motor"]),
        ("medical", ["医疗", "医药", "药业", "制药", "生物", "medical", "pharma", "biotech"]),
        ("chemical", ["化工", "化学", "塑料", "材料", "chemical", "plastic"]),
        ("machinery", ["机械", "设备", "精密", "自动化", "模具", "machine", "equipment", "automation"]),
        ("energy", ["新能源", "能源", "电力", "电池", "光伏", "energy", "battery", "solar"]),
        ("food", ["食品", "饮料", "农业", "餐饮", "food", "beverage"]),
        ("textile", ["纺织", "服装", "服饰", "鞋", "textile", "apparel", "garment"]),
        ("construction", ["建设", "建筑", "工程", "construction", "building"]),
        ("trade", ["贸易", "商贸", "进出口", "零售", "trading", "import", "retail"]),
    ]

    /// The industry and the word that says so; `nil` when the name says none.
    static func of(_ name: String?) -> (industry: String, word: String)? {
        guard let name = name?.lowercased() else { return nil }
        for (industry, words) in words {
            if let word = words.first(where: { name.contains($0) }) { return (industry, word) }
        }
        return nil
    }
}
