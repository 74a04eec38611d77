import Domain

/// The columns of a file of an organisation and its people.
enum PeopleFields {
    /// What lines of such a file are called.
    static let kind = "people"

    /// The fields that a column may hold. Which of them a line needs depends on whether it is a node's or a person's.
    static let all = [
        ImportField(
            "login", ["user", "user name", "account", "登录名", "登录账号", "账号", "用户名"],
            "The person's login; without one the line is a node's."),
        ImportField(
            "node",
            ["node code", "organisation code", "organization code", "department code", "组织编码", "组织代码", "机构编码", "部门编码"],
            "The code of the node that the line is about, or to which the person belongs."),
        ImportField("kind", ["node kind", "node type", "组织类型", "机构类型"], words: kinds, "What the node is."),
        ImportField(
            "parent", ["parent code", "parent node", "above", "上级组织", "上级机构", "上级部门"], "The node above the node."),
        ImportField(
            "purpose", ["function", "职能", "职能/业务", "性质"], words: purposes, "Whether the node is functional or business."
        ),
        ImportField(
            "name", ["chinese name", "full name", "名称", "中文名称", "中文名", "姓名"],
            "The name, of a node in Chinese."),
        ImportField("englishName", ["english name", "英文名称", "英文名"], "The name in English."),
        ImportField("position", ["job title", "title", "岗位", "职位", "职务"], "What the person does."),
        ImportField(
            "manager", ["manager login", "reports to", "直属上级", "汇报对象", "主管"], "The login of the person's manager."),
        ImportField(
            "from", ["valid from", "start", "start date", "开始日期", "起始日期", "生效日期"],
            "The first day on which the line holds."),
        ImportField(
            "until", ["valid until", "valid to", "to", "end", "end date", "结束日期", "截止日期", "失效日期"],
            "The last day on which the line holds; none while no end is known."),
        ImportField(
            "externalId", ["employee number", "employee no", "employee id", "staff number", "工号", "员工编号", "人员编号"],
            "The person's number in the personnel system."),
    ]

    /// The same by name.
    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let kinds = [
        "集团": NodeKind.group, "集团公司": .group, "中心": .centre, "职能中心": .centre, "center": .centre, "事业部": .division,
        "分公司": .branch, "团队": .team, "小组": .team, "组": .team,
    ].mapValues(\.rawValue)

    private static let purposes = [
        "职能": NodePurpose.functional, "职能组织": .functional, "业务": .business, "业务组织": .business,
    ].mapValues(\.rawValue)
}
