import Contracts

/// What words of a few, such as the state of a record or the reason of a refusal, are called in Chinese. In English they are what they are.
/// A test asks for every word that the catalogue names.
enum CodeWords {
    /// A value as it is shown in a column, or as a choice of a parameter or a field; as it is where it is no such word.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - name: the column, parameter or field.
    static func shown(_ value: String, of name: String, _ language: Language) -> String {
        guard language == .zh, columns.contains(plain(name)) else { return value }
        return words[value] ?? value
    }

    /// The word for a value, wherever it stands; `nil` when it is none of them.
    static func word(_ value: String) -> String? { words[value] }

    /// The columns that hold such words, and no code that somebody has given: those of which the catalogue says which there are, and a few
    /// more.
    private static let columns: Set<String> = {
        var names: Set<String> = [
            "match", "decision", "objectkind", "right", "outcome", "relation", "ground", "direction", "object",
            "within",
            "deed", "urgency", "verdict", "waiting", "what", "proof",
        ]
        for question in QueryCatalogue.questions {
            for input in question.parameters {
                switch input.kind {
                case .choice, .list: names.insert(plain(input.name))
                default: break
                }
            }
        }
        for contract in Catalogue.contracts { names.formUnion(choices(contract.fields)) }
        return names
    }()

    private static func choices(_ fields: [FieldDescription]) -> [String] {
        fields.flatMap { field -> [String] in
            switch field.form {
            case .choice: [plain(field.name)]
            case .object(let inner), .array(.object(let inner), _): choices(inner)
            default: []
            }
        }
    }

    private static func plain(_ name: String) -> String { CatalogueWords.parts(of: name).joined() }

    private static let words: [String: String] = [
        "above-terms": "高于条款", "acceptance": "接单", "acceptance-held": "接单：暂扣", "acceptance-needs-approval": "接单：需审批",
        "acceptance-open": "接单：恢复", "acceptance-override": "接单：例外", "acceptance-stopped": "接单：停止", "accepted": "接受",
        "access": "权限或通行", "account": "账户", "acknowledged": "已知悉", "acquisition": "获客", "act": "操作", "acted": "已操作",
        "action-agreed": "措施已商定", "action-done": "措施已完成", "active": "有效", "add-signer": "增加签批人", "address": "地址",
        "administer": "管理", "advanced": "前进", "agreement": "协议", "agreement-ending": "协议将到期",
        "agreement-expired": "协议已到期", "agreement-renewing": "协议将续期", "alert": "预警", "alert-closed": "预警已结束",
        "alert-diagnosed": "预警已诊断", "alert-escalated": "预警已升级", "alias": "别名", "all": "全部", "answered": "已答复",
        "any": "任一", "approve": "批准", "approved": "已批准", "assigned": "已分配", "at-once": "立即", "attention": "需关注",
        "audit": "审计", "authority": "主管机关", "back": "后退", "bank-account": "银行账户", "bankruptcy": "破产",
        "below-terms": "低于条款", "billing": "账单", "bounced": "退票", "branch": "分公司", "branch-manager": "分公司经理",
        "branch-of": "分支机构", "broken": "未兑现", "business": "业务", "business-line": "业务线", "buy": "买入", "call": "电话",
        "callback": "回访", "called": "已致电", "capacity": "运力", "cash": "现金", "cause-found": "原因已查明", "centre": "中心",
        "changed": "已变更", "claimed": "已认领", "closed": "已关闭", "cluster": "聚类", "commercial": "商务",
        "communication": "沟通", "competes-with": "竞争", "competitor": "竞争对手", "complaint": "投诉",
        "complaint-clock": "投诉时限", "complaint-clock-due": "投诉时限将到", "complaint-clock-late": "投诉超时",
        "complaint-closed": "投诉已关闭", "complaint-opened": "新投诉", "complaint-promise-due": "投诉承诺将到期",
        "contact-lapsed": "久未联系", "contacted": "已联系", "contained": "已控制", "converted": "已转化", "cost": "成本",
        "cost-bias": "成本偏差", "cost-to-serve": "服务成本", "coverage": "覆盖范围", "credit": "信用", "credit-code": "信用代码",
        "credit-group": "信用集团", "credit-hold": "信用冻结", "credit-ok": "信用正常", "credit-stop": "信用停止",
        "credit-watch": "信用关注", "credited": "已贷记", "critical": "严重", "currency": "币种", "current": "现行",
        "customer": "客户", "customer-corrected": "客户已更正", "customer-data": "客户资料", "customer-declining": "客户下滑",
        "customer-line": "客户与业务线", "customer-merged": "客户已合并", "customer-not-ready": "客户未备妥",
        "customer-request": "客户要求", "customer-unmerged": "客户已拆分", "daily": "每日", "damage": "破损", "data-error": "数据错误",
        "day": "日", "decision": "决定", "declined": "客户谢绝", "delay": "延误", "delivered": "已送达",
        "delivery-late-expected": "预计延误", "denied": "无权", "different": "不同", "dingtalk": "钉钉", "dispute": "争议",
        "dispute-opened": "新争议", "division": "事业部", "documents": "单证", "done": "已完成", "down": "下降", "due": "到期",
        "duplicate": "重复", "edge": "控制台", "email": "邮件", "en": "英文", "ended": "已结束", "ending": "将到期", "entered": "进入",
        "error": "错误", "evidence": "证据", "expense": "费用", "expense-accepted": "费用已接受", "expense-budget": "费用预算",
        "expense-budget-100": "预算已用完", "expense-budget-80": "预算已用 80%", "expense-budget-90": "预算已用 90%",
        "expense-budget-lowered": "预算已调低", "expense-budget-pace": "费用快于销售", "expense-held": "费用暂扣",
        "expense-needs-approval": "费用待批", "expense-recorded": "费用已登记", "expenses": "费用", "expired": "已到期",
        "export": "导出", "exported": "已导出", "exposure": "敞口", "failed": "失败", "fair": "展会", "false": "否",
        "feishu": "飞书", "file": "文件", "finance": "财务", "finance-director": "财务总监", "force-majeure": "不可抗力",
        "form": "表单", "framework": "框架协议", "functional": "职能", "granted": "同意", "group": "集团", "growth": "增长",
        "handed-over": "已移交", "held": "暂扣", "hourly": "每小时", "identity": "身份", "identity-contradiction": "身份矛盾",
        "identity-decided": "身份已判定", "identity-review": "身份待判定", "improved": "改善", "in-approval": "审批中",
        "in-full": "足量", "in-house": "自营", "industry": "行业", "information": "信息", "interaction": "联系",
        "investigation": "调查", "invoice": "发票", "item": "服务项目", "kept": "已兑现", "lane": "线路", "later": "以后再定",
        "lead": "线索", "lead-again": "线索再来", "lead-assigned": "线索已分配", "lead-due": "线索待联系", "lead-escalated": "线索已升级",
        "lead-taken": "线索已被认领", "legal": "法务", "liability": "责任", "lifecycle": "生命周期", "lifecycle-changed": "生命周期变化",
        "limitation": "诉讼时效", "line": "业务线", "loss": "亏损", "lost": "丢单", "low": "低", "lowered": "调低", "mail": "邮件",
        "major": "较重", "manager": "经理", "managers": "各级经理", "margin": "毛利", "margin-alert": "毛利预警",
        "margin-alert-diagnosed": "毛利预警已诊断", "margin-alert-escalated": "毛利预警已升级", "margin-low": "毛利偏低",
        "margin-negative": "毛利为负", "market-share": "市场份额", "matched": "相符", "meeting": "会面", "message": "消息",
        "minor": "轻微", "mistake": "失误", "mistaken": "误付", "mix": "结构", "month": "月", "month-end": "月末",
        "moved": "已推进", "name": "名称", "needs-approval": "需审批", "negative": "为负", "net": "净天数", "no-answer": "无答复",
        "no-budget": "无预算", "no-need": "无需求", "no-time": "无时间", "nobody": "无人", "nobody-free": "无人有空", "node": "节点",
        "none": "无", "not-accepted": "未接受", "not-contacted": "未联系", "not-measured": "未测量", "not-now": "暂不需要",
        "not-ours": "非我方业务", "not-quoted": "未报价", "notice": "通知", "objected": "提出异议", "odd-order": "异常订单",
        "off": "关闭", "off-terms": "偏离条款", "on-time": "准时", "open": "未结", "opened": "已开启", "operated": "已运维",
        "operational-error": "操作失误", "opportunity": "商机", "opportunity-stalled": "商机停滞",
        "opportunity-step-overdue": "商机下一步逾期", "order": "订单", "order-accepted": "订单已接受", "order-held": "订单暂扣",
        "order-needs-approval": "订单待审批", "order-refused": "订单被拒", "order-swing": "订单波动", "orders": "订单",
        "other": "其他", "other-currency": "其他货币", "other-customer": "其他客户", "over": "超额", "override-granted": "例外已授予",
        "own": "本人", "owner": "负责人", "owner-changed": "负责人变更", "owner-left": "负责人离职", "paperwork": "单据",
        "parent-of": "母公司", "partner": "合作方", "passed": "已过", "payable": "应付", "payable-held": "应付：暂扣",
        "payable-release": "应付放行", "payment": "付款", "payment-promise": "付款承诺", "payment-promise-broken": "付款承诺未兑现",
        "payment-promise-due": "付款承诺将到期", "pays-for": "代为付款", "pending": "待定", "period": "月份",
        "period-closed": "月份已关闭", "period-open": "月份已开启", "period-reopening": "月份重开", "person": "人员", "phone": "电话",
        "placed": "下单", "pool": "公海", "posted": "入账", "price": "价格", "priced": "已计价", "product": "产品",
        "product-held": "产品待批", "product-refused": "产品被拒", "profit": "利润", "profitability": "盈利", "project": "项目",
        "propose": "提议", "provisions": "准备金", "qualified": "已确认", "quantity": "数量", "quarter": "季度", "queued": "排队",
        "quote": "报价", "quote-ending": "报价将到期", "quote-error": "报价错误", "quote-held": "报价待批",
        "quote-returned": "报价被退回", "raised": "已产生", "rate": "费率", "rate-card-ending": "运价卡将到期", "rates": "费率",
        "re-measured": "已再测量", "read": "已读", "recalled": "撤回", "receivable": "应收", "receivable-due": "应收将到期",
        "receivable-overdue": "应收逾期", "received": "已收", "recycled": "退回公海", "reference": "编号", "refunded": "已退款",
        "refuse": "拒绝", "refused": "被拒绝", "region": "区域", "rejected": "不成立", "remedy": "补救", "renewing": "将续期",
        "reopened": "已重开", "requested": "已请求", "resumed": "已恢复", "retention": "留存", "retired": "已停售",
        "returned": "已退回", "revenue": "收入", "revised": "已修订", "risk": "风险", "role": "角色", "sales-owner": "销售负责人",
        "same": "相同", "same-contact": "同一联系人", "satisfaction": "满意度", "scope": "范围", "see": "查看", "seen": "已查看",
        "segment": "分段", "sell": "卖出", "sent": "已发送", "sequential": "依次", "service": "服务", "setting": "设置",
        "settled": "已了结", "ships-to": "收货方", "shortage": "短少", "small-balance": "小额余款", "snoozed": "已推迟",
        "social": "社交媒体", "sold": "已售", "sooner": "提前", "stage": "阶段", "stale": "停滞", "stopped": "已停止",
        "strategic": "战略", "submitted": "已提交", "superseded": "已被取代", "supervisor": "主管", "supplied": "已供应",
        "supplier": "供应商", "supplier-invoice": "供应商发票", "supplies": "供应", "survey": "调查", "survey-callback": "差评回访",
        "survey-requested": "已请求调查", "system": "系统", "task-set-aside": "任务被搁置", "tax-id": "税号", "team": "团队",
        "terms": "条款", "total": "合计", "trial": "试用", "true": "是", "unanswered": "未答复", "uncollectable": "无法收回",
        "unit": "单位", "unknown-quote": "未知报价", "unread": "未读", "up": "上升", "upcoming": "未生效", "upheld": "成立",
        "urgent": "紧急", "utilisation": "利用率", "value": "价值", "verified": "已验证", "waiting": "等待", "warehouse": "仓库",
        "warning": "警告", "watch": "关注", "webhook": "网络回调", "wecom": "企业微信", "withdraw": "撤回", "withdrawn": "已撤回",
        "won": "赢单", "worse": "变差", "write-off": "核销", "write-off-proposed": "核销已提议", "wrong-data": "数据有误",
        "year": "年", "zh": "中文",
    ]
}
