import Contracts

/// The words of a language that stand around what notices tell.
package struct NoticeWords: Sendable {
    let language: Language

    private func word(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }

    var next: String { word("What to do next", "下一步") }
    var page: String { word("In the console", "控制台") }
    var until: String { word("By when", "截止时间") }
    var stake: String { word("At stake", "涉及金额") }
    var happened: String { word("When", "发生时间") }
    var customer: String { word("Customer", "客户") }
    var allLines: String { word("all lines of business", "全部业务线") }
    /// Between a label and its value.
    var colon: String { word(": ", "：") }
    /// Between several values.
    var comma: String { word(", ", "、") }
    var footer: String {
        word(
            "You are told because it is yours by your role. All of it: waybill notices inbox. "
                + "How you are told, as far as your role leaves it to you: waybill notices prefer",
            "因您的职责向您发送。全部通知：waybill notices inbox，接收方式（职责必收的除外）：waybill notices prefer")
    }

    /// What stands before the subject of what matters.
    func mark(_ severity: NoticeSeverity) -> String {
        switch severity {
        case .critical: word("[critical] ", "【重大】")
        case .urgent: word("[urgent] ", "【紧急】")
        case .attention, .information: ""
        }
    }

    /// How much it matters.
    func severity(_ severity: NoticeSeverity) -> String {
        switch severity {
        case .critical: word("Critical", "重大")
        case .urgent: word("Urgent", "紧急")
        case .attention: word("Attention", "关注")
        case .information: word("Information", "知悉")
        }
    }

    /// How many notices a digest has.
    func notices(_ count: Int) -> String {
        word(count == 1 ? "1 notice" : "\(count) notices", "\(count) 条通知")
    }

    /// The subject of a digest.
    func digest(_ count: Int, mattering: Int) -> String {
        guard mattering > 0 else { return notices(count) }
        return word("\(notices(count)), \(mattering) of them urgent", "\(notices(count))，其中紧急 \(mattering) 条")
    }

    /// What is said of those that are not told one by one.
    func more(_ count: Int) -> String {
        word("And \(count) more, by kind:", "另有 \(count) 条，按类型：")
    }

    /// What something is, with its number.
    func object(_ kind: String, _ number: String) -> String {
        let name = Self.objects[kind].map { language == .en ? $0.0 : $0.1 }
        guard let name else { return "\(PlainWords.line(kind)) \(number)" }
        return "\(name) \(number)"
    }

    /// What a fact is; one without a word here by its own name.
    func label(_ name: String) -> String {
        guard let (english, chinese) = Self.labels[name] else {
            return PlainWords.line(name.replacing("-", with: " "), atMost: 64)
        }
        return word(english, chinese)
    }

    /// Kinds of objects, in the words of a policy.
    static let objects: [String: (String, String)] = [
        "order": ("Order", "订单"), "customer": ("Customer", "客户"), "alert": ("Alert", "预警"),
        "margin-alert": ("Margin alert", "毛利预警"), "receivable": ("Invoice", "发票"), "complaint": ("Complaint", "投诉"),
        "agreement": ("Agreement", "协议"), "expense": ("Expense", "费用"), "payable": ("Supplier's invoice", "供应商发票"),
        "acceptance": ("Acceptance", "接单"), "credit": ("Credit", "信用"), "period": ("Month", "账期"),
        "identity": ("Customer", "客户"), "supplier": ("Supplier", "供应商"), "setting": ("Task", "任务"),
        "lead": ("Lead", "线索"), "opportunity": ("Opportunity", "商机"), "budget": ("Budget", "预算"),
        "task": ("Task", "任务"), "quote": ("Quote", "报价"), "product": ("Product", "产品"),
        "review": ("Review list", "复核清单"),
        "rate-card": ("Rate card", "价格卡"),
    ]

    /// The names that facts have in templates, each with its label in English and Chinese.
    package static let labels: [String: (String, String)] = [
        "account": ("Account", "科目"), "agent": ("Handled by", "处理人"), "agreement": ("Agreement", "协议"),
        "alert": ("Alert", "预警"),
        "amount": ("Amount", "金额"), "attempts": ("Attempts", "尝试次数"),
        "budget": ("Budget", "预算"), "by": ("By", "经办"), "causes": ("Causes", "原因"),
        "captured": ("Captured", "录入时间"), "captures": ("Captures", "录入次数"), "clock": ("Clock", "时限"),
        "company": ("Company", "公司"), "complaint": ("Complaint", "投诉"), "cost": ("Cost", "成本"),
        "customer": ("Customer", "客户"),
        "days": ("Days", "天数"), "disputed": ("Disputed", "争议金额"),
        "dueDay": ("Due on", "到期日"), "effort": ("Ease", "便捷度"), "endDay": ("Ends on", "到期日"),
        "error": ("Error", "错误"), "expense": ("Expense", "费用"), "exposure": ("Open", "未结金额"),
        "formerOwner": ("Who had it", "原跟进人"), "fromDay": ("From", "起始日"),
        "invoice": ("Invoice", "发票"), "lastDay": ("Last on", "最近日期"), "left": ("Who has left", "离职人员"),
        "expected": ("Expected", "预计"), "level": ("Level", "级别"), "limit": ("Limit", "额度"),
        "line": ("Line of business", "业务线"),
        "margin": ("Margin", "毛利"), "month": ("Month", "月份"), "mostDays": ("Usual at most, in days", "同类九成天数"),
        "newOwner": ("Owner", "负责人"), "nextStep": ("Next step", "下一步工作"), "nextStepDay": ("Next step on", "下一步日期"),
        "match": ("Why held", "暂缓原因"), "noticeDay": ("Notice by", "通知期限"), "open": ("Open", "未收金额"),
        "order": ("Order", "订单"),
        "owner": ("Owner", "负责人"), "percent": ("Of its time, in %", "时限用时（%）"),
        "plan": ("Plan", "整改计划"),
        "promise": ("Promised by", "承诺期限"), "promised": ("Promised", "承诺金额"),
        "recommendation": ("Recommendation", "推荐意愿"), "satisfaction": ("Satisfaction", "满意度"),
        "promisedDay": ("Promised for", "承诺付款日"), "rate": ("Rate", "比率"), "reason": ("Reason", "原因"),
        "recoverBy": ("Recover by", "整改期限"), "revenue": ("Revenue", "收入"), "rule": ("Rule", "规则"),
        "service": ("Service", "服务"), "since": ("Since", "起始时间"),
        "source": ("System", "来源系统"), "speakBy": ("Speak by", "联系期限"), "stage": ("Stage", "阶段"),
        "state": ("State", "状态"),
        "supplier": ("Supplier", "供应商"), "task": ("Task", "任务"),
        "threshold": ("Threshold", "预警线"), "until": ("Until", "截止"), "used": ("Used", "已用"),
        "usual": ("Usual", "通常"), "wasDue": ("Was due", "应执行时间"), "writeOff": ("Write-off", "核销"),
        "decidedBy": ("Decided by", "审批人"), "oldest": ("Oldest", "最早"), "pairs": ("Pairs", "对数"),
        "product": ("Code", "编码"), "productName": ("Name", "名称"), "quote": ("Quote", "报价"),
        "quote-revision": ("Revision", "版本"), "submittedBy": ("Submitted by", "提交人"),
        "validFrom": ("Holds from", "生效日"), "validUntil": ("May be agreed to until", "有效期至"),
        "version": ("Version", "版本"),
        "agreement-kind": ("Kind of agreement", "协议类型"),
        "agreementTitle": ("Title", "名称"),
        "campaign": ("Campaign", "活动"),
        "capture": ("Capture", "录入编号"),
        "available": ("Left", "可用余额"),
        "card": ("Rate card", "价格卡"), "price-group": ("Group of customers", "客户组"), "rules": ("Rates", "价格条数"),
        "side": ("Side", "方向"),
        "cap": ("Up to", "上限"),
        "category": ("Category", "类别"),
        "channel": ("Channel", "渠道"),
        "contact": ("Contact", "联系人"),
        "creditCodes": ("Credit codes", "信用代码"),
        "day": ("Day", "日期"),
        "decision": ("Decision", "决定"),
        "delay": ("Late with", "逾期事项"),
        "diagnose-by": ("Diagnose by", "诊断期限"),
        "direction": ("Direction", "方向"),
        "dwell-days": ("Days in this state", "停留天数"),
        "escalatedTo": ("Goes to", "升级至"),
        "excess": ("Beyond the budget", "超出预算"),
        "field": ("Field", "字段"),
        "grade": ("Grade", "等级"),
        "ground": ("Why so", "依据"),
        "group": ("Group of companies", "集团"),
        "handed-from": ("Handed over by", "交接人"),
        "key": ("Key", "键"),
        "lead": ("Lead", "线索"),
        "left-on": ("Left on", "离职日期"),
        "metric": ("Figure", "指标"),
        "note": ("Note", "备注"),
        "observations": ("Invoices", "发票数"),
        "opened": ("Opened", "提出时间"),
        "opportunity": ("Opportunity", "商机"),
        "order-revision": ("Revision", "订单版本"),
        "orders": ("Orders", "订单数"),
        "previous": ("Before", "之前状态"),
        "provisional": ("Provisional", "暂估"),
        "ratio": ("Ratio to expected", "与预期之比"),
        "score": ("Score", "偏离度"),
        "seen": ("This time", "本次"),
        "service-item": ("Service", "服务项目"),
        "severity": ("Severity", "程度"),
        "sold": ("Sold of the plan", "销售完成率"),
        "taken-by": ("Taken by", "记录人"),
        "tier": ("Tier", "审批级别"),
    ]
}
