/// What the names of the catalogue are called in Chinese: of questions and acts by whole names, of columns, parameters and fields
/// word by word. In English they are called what they are. A test asks for every name that there is.
enum CatalogueWords {
    /// A question's name as a title.
    static func question(_ name: String, _ language: Language) -> String {
        language == .en ? plain(name) : questions[name] ?? plain(name)
    }

    /// A kind of message by which somebody acts, as a title.
    static func act(_ type: String, _ language: Language) -> String {
        language == .en ? plain(type.split(separator: ".").dropLast().joined(separator: " ")) : acts[type] ?? type
    }

    /// The name of a column, a parameter or a field as a heading.
    static func name(_ name: String, _ language: Language) -> String {
        let words = parts(of: name)
        if language == .en {
            let text = words.joined(separator: " ")
            return text.prefix(1).uppercased() + text.dropFirst()
        }
        if let whole = wholes[name] { return whole }
        let known = words.compactMap { Self.words[$0] }
        return known.count == words.count ? known.joined() : name
    }

    /// A value of a few, such as the state of a record, by the words of the catalogue; as it is when it is none of them.
    static func value(_ value: String, _ language: Language) -> String {
        guard language == .zh, value.unicodeScalars.allSatisfy(\.isASCII) else { return value }
        return CodeWords.word(value) ?? name(value, .zh)
    }

    /// The words of a name such as `customer_code` or `asOf`, in small letters.
    static func parts(of name: String) -> [String] {
        var parts = [""]
        for character in name {
            if character == "_" || character == "-" || character == " " || character == "." {
                parts.append("")
            } else if character.isUppercase {
                parts.append(character.lowercased())
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// The words that have no Chinese word yet.
    static func unknown(in name: String) -> [String] {
        wholes[name] == nil ? parts(of: name).filter { words[$0] == nil } : []
    }

    /// A name with its parts as words.
    private static func plain(_ name: String) -> String {
        let text = name.replacing(".", with: ": ").replacing("-", with: " ").replacing("_", with: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// Names whose words together mean something else than one after the other.
    private static let wholes: [String: String] = [
        "at": "时间", "as_of": "截至", "asOf": "截至", "costOfCapital": "年资金成本，%", "business_line": "业务线",
        "businessLine": "业务线",
        "order_id": "订单号", "orderId": "订单号", "invoice_id": "发票号", "customer_id": "客户编号",
        "credit_code": "统一社会信用代码", "creditCode": "统一社会信用代码", "sales_owner": "销售负责人",
        "placed_at": "下单时间", "raised_at": "产生时间", "cleared_at": "解除时间", "opened_at": "开启时间",
        "changed_at": "变更时间", "told_at": "告知时间", "happened_at": "发生时间", "state_at": "状态时间",
        "promised_at": "承诺时间", "diagnose_by": "诊断期限", "recover_by": "恢复期限", "recoverBy": "恢复期限",
        "margin_now": "目前毛利", "revenue_now": "目前收入", "cost_now": "目前成本", "currency_now": "目前币种",
        "service_item": "服务项目", "pass_through": "代收代付", "may_approve": "可审批人", "due_day": "到期日",
        "valid_from": "生效日", "valid_to": "失效日", "valid_until": "失效日", "limit": "每页行数", "after": "从何处继续",
        "next": "从何处继续", "totals": "显示合计", "within": "范围", "atLeast": "金额不低于", "atMost": "金额不高于",
        "promised_day": "承诺日", "alert_id": "预警编号", "alertId": "预警编号", "complaint_id": "投诉编号",
        "complaintId": "投诉编号", "customer_code": "客户代码", "supplier_code": "供应商代码", "on": "日期",
        "billed_elsewhere": "他处已开票",
        "opportunityId": "商机号", "leadId": "线索号", "team": "团队", "company": "公司", "closeDay": "预计成交日",
        "closeDayBefore": "原预计成交日", "product": "产品", "createdAt": "创建时间", "competitors": "竞争对手",
        "compared": "比较数", "comparedWith": "比较对象", "deals": "商机数", "entered": "进入数", "advanced": "前进数",
        "conversion": "转化率", "lossRate": "丢单率", "winRate": "最终赢率", "needs": "必备信息", "horizon": "观察天数",
        "nameInChinese": "中文名称", "isRetired": "已停售", "isLive": "在有效期内", "isOption": "可选", "isValid": "可销售",
        "breaks": "停售后不可销售", "through": "经由", "wholeLevel": "上级层次", "whole": "上级", "missing": "缺什么",
        "live": "有效规则数", "storedAt": "入库时间", "storedBy": "入库人",
        "quoteId": "报价单号", "listed": "标准价", "authority": "审批依据", "description": "说明", "problem": "无价原因",
        "sentAt": "发送时间", "conditions": "条件", "signers": "签核人", "cell": "授权格", "items": "服务项目",
        "paymentDays": "账期天数", "creditState": "信用状态", "acceptance": "接单状态", "mostRise": "成本上浮上限",
        "submittedAt": "提交时间", "dueAt": "期限", "signed": "已签核", "stands": "进展", "signer": "签核方式", "above": "上级可代签",
        "candidates": "待签核人", "json": "原文",
        "quoteRevision": "报价版本", "quotedCost": "报价时成本", "quotedMargin": "报价时毛利", "isActual": "已开票成本",
        "settledAt": "毛利确定时间", "quotedMarginPercent": "报价时毛利率", "marginPercent": "实际毛利率",
        "biasPercent": "平均偏差", "errorPercent": "平均误差",
        "lossReason": "丢单原因", "lostTo": "输给", "stageSince": "进入阶段日", "daysOver": "超出天数",
    ]

    private static let questions: [String: String] = [
        "acts.list": "操作记录", "alive": "是否在线", "audit.list": "审计记录", "audit.show": "一条审计记录", "ledger.digest": "账本摘要",
        "ledger.handled": "已处理的消息", "ledger.identifiers": "消息编号", "ledger.known": "已知消息", "ledger.names": "消息名称",
        "ledger.sent": "已发送的消息", "schedule.list": "定时任务", "branches.unknown": "未知分公司", "lines.unknown": "未知业务线",
        "classes.count": "各类客户数",
        "classes.dry-run": "重新分类试算", "classes.models": "分类模型", "classes.show": "客户分类", "customers.list": "客户列表",
        "customers.overview": "客户全景", "customers.preview": "客户导入预览", "customers.show": "一个客户",
        "drivers.show": "五个驱动因素", "drivers.trace": "驱动因素的订单", "graph.edges": "全部关系", "graph.group": "所属集团",
        "graph.hubs": "关系枢纽", "graph.leads": "潜在关系", "graph.nodes": "全部主体", "graph.show": "关系网络",
        "interactions.consent": "联系许可", "interactions.coverage": "久未联系的重点客户", "interactions.erasures": "个人信息删除",
        "interactions.list": "联系记录", "lifecycle.show": "客户生命周期", "organisation.list": "组织",
        "organisation.show": "一个组织节点", "parties.explain": "为何同一或不同", "parties.history": "主体的历史",
        "parties.merge-preview": "合并预览", "parties.name": "名称所指的账户", "parties.rematch": "按现行规则重新匹配",
        "parties.resolve": "主体识别", "parties.search": "查找主体", "parties.show": "一个主体", "people.list": "人员",
        "people.preview": "人员导入预览", "people.show": "一个人员", "permissions.explain": "权限说明",
        "policy.show": "权限政策", "references.waiting": "待定编号",
        "reviews.list": "待判定的配对", "reviews.show": "一个配对", "summary": "概要", "agreements.list": "协议",
        "agreements.preview": "协议导入预览", "anomalies.list": "异常", "notices.list": "通知", "orders.show": "一个订单",
        "ownership.handovers": "客户交接", "ownership.items": "未结事项", "ownership.list": "客户归属",
        "ownership.show": "一个客户的归属", "parties.business": "主体的业务", "complaints.list": "投诉", "complaints.show": "一个投诉",
        "complaints.clocks": "投诉时限", "complaints.events": "投诉时限的事件", "complaints.told": "超时告知",
        "complaints.policy-changed": "时限政策的影响",
        "desk.next": "客服待办", "desk.load": "客服负荷",
        "performance": "交付表现", "references.settled": "已定编号", "surveys.list": "满意度调查",
        "surveys.recoveries": "差评处理", "surveys.effect": "改进效果", "surveys.results": "满意度结果", "surveys.trend": "满意度变化",
        "surveys.answers": "满意度答复", "desk.leads": "客服发现的需求", "warnings.list": "延误预警", "warnings.score": "预警准确度",
        "warnings.segments": "各段用时",
        "bulletins.list": "服务品质公报", "bulletins.show": "一份服务品质公报",
        "bulletins.deliveries": "公报的交付明细",
        "acceptance.ask": "接单询问",
        "acceptance.list": "接单状态", "acceptance.report": "未接订单报告", "acceptance.show": "一个客户的接单状态",
        "alerts.list": "毛利预警", "alerts.show": "一个毛利预警", "budgets.preview": "预算导入预览", "costs.waiting": "等待订单的成本",
        "credit.exposure": "信用敞口", "credit.limits": "信用额度", "credit.risk": "信用风险", "credit.trial": "信用试算",
        "expenses.budgets": "费用预算", "expenses.list": "费用", "invoices.preview": "发票导入预览", "orders.list": "订单列表",
        "orders.totals": "订单合计", "orders.waiting": "待审批订单", "payables.dependency": "供应商依赖度", "payables.list": "应付账款",
        "payables.prepayments": "预付款", "payables.run": "付款批次", "payables.set-off": "可抵销款项",
        "payments.preview": "付款导入预览", "periods.check": "月结检查", "periods.late": "关账后到达的单据", "periods.list": "已关月份",
        "periods.margins": "月度毛利", "profit.bridge": "利润桥", "profit.lines": "订单行", "profit.margins": "毛利分析",
        "profit.supplier-costs": "供应商成本", "rates.list": "汇率", "receivables.aged": "账龄变化", "receivables.ageing": "账龄",
        "receivables.balances": "客户余额", "receivables.disputes": "争议", "receivables.dso": "应收周转天数",
        "receivables.invoices": "客户发票", "receivables.promises": "付款承诺", "receivables.provisions": "坏账准备",
        "receivables.reminders": "催款", "receivables.statement": "对账单", "receivables.unallocated": "未核销收款",
        "receivables.waiting": "等待发票的收款", "receivables.write-offs": "坏账核销", "view.drill": "指标背后的事件",
        "opportunities.list": "商机", "opportunities.show": "一个商机", "opportunities.stalled": "停滞的商机",
        "cards.list": "运价卡", "cards.show": "一张运价卡", "cards.price": "按运价卡报价", "cards.preview": "运价卡导入预览",
        "quotes.list": "报价", "quotes.show": "一份报价", "quotes.document": "报价单",
        "authority.show": "报价授权矩阵", "authority.deals": "提交审批的报价",
        "quotes.orders": "引用报价的订单", "quotes.settled": "报价与实际毛利", "quotes.accuracy": "报价准确性",
        "products.list": "产品目录", "products.show": "一个产品", "products.used": "被谁使用",
        "opportunities.stages": "销售阶段", "funnel.on": "销售漏斗", "funnel.changes": "漏斗变化", "funnel.conversion": "阶段转化",
        "view.figures": "经营指标", "bias.list": "成本偏差", "suppliers.list": "供应商", "suppliers.preview": "供应商导入预览",
        "handovers.list": "通知的发送", "leads.figures": "线索统计", "leads.list": "线索", "leads.pool": "公海",
        "leads.sellers": "线索接收人", "leads.show": "一条线索", "notices.mine": "我的通知", "notices.show": "一条通知",
        "preferences.show": "通知方式",
    ]

    private static let acts: [String: String] = [
        "agreement.recorded.v1": "登记协议", "complaint.reported.v1": "登记投诉", "complaint.step-taken.v1": "处理投诉",
        "complaint.waiting.v1": "等待客户或供应商",
        "consent.recorded.v1": "登记联系许可", "credit-hold.lifted.v1": "解除信用冻结", "credit-limit.set.v1": "设置信用额度",
        "credit-override.approved.v1": "批准超额", "customer.correct.v1": "更正客户（旧版）", "customer.correct.v2": "更正客户",
        "customer.decide-review.v1": "判定配对", "customer.erase-person.v1": "删除个人信息",
        "customer.merge-parties.v1": "合并主体", "customer.set-strategic.v1": "设为战略客户",
        "customer.undo-decision.v1": "撤销判定", "customer.unmerge-parties.v1": "取消合并", "dispute.resolved.v1": "解决争议",
        "expense-budget.set.v1": "设置费用预算", "finance.approve-expense.v1": "批准费用", "finance.close-alert.v1": "结束毛利预警",
        "finance.close-period.v1": "关闭月份", "finance.decide-order.v1": "审批订单", "finance.diagnose-alert.v1": "诊断毛利预警",
        "finance.grant-override.v1": "授予例外", "finance.load-rates.v1": "载入汇率", "finance.release-payable.v1": "放行应付",
        "finance.reopen-period.v1": "重开月份", "finance.set-acceptance.v1": "设置接单状态",
        "finance.settle-reference.v1": "确定编号", "interaction.logged.v1": "登记联系", "invoice.disputed.v1": "登记争议",
        "organisation.recorded.v1": "登记组织", "ownership.assigned.v1": "分配客户", "ownership.handed-over.v1": "移交客户",
        "payment.allocated.v1": "核销收款", "payment.promised.v1": "登记付款承诺", "payment.returned.v1": "登记退款",
        "permission.policy-set.v1": "设置权限政策", "person.left.v1": "登记离职", "person.recorded.v1": "登记人员",
        "relation.declared.v1": "声明关系", "sales.acknowledge-notices.v1": "通知标为已读",
        "servicedesk.suggest-lead.v1": "提出客户需求", "servicedesk.exclude-delivery.v1": "剔除一次交付",
        "servicedesk.take-bulletin-step.v1": "处理公报异议", "servicedesk.publish-bulletins.v1": "发布服务品质公报",
        "servicedesk.take-recovery-step.v1": "处理差评",
        "servicedesk.settle-complaint-order.v1": "确定投诉的订单",
        "terms.agreed.v1": "约定账期",
        "opportunity.recorded.v1": "登记商机", "sales.take-opportunity-step.v1": "处理商机",
        "sales.set-stages.v1": "设置销售阶段", "sales.propose-product.v1": "提议产品版本",
        "sales.decide-product.v1": "审批产品版本", "sales.import-rate-card.v1": "导入运价卡", "sales.end-card-rules.v1": "终止运价规则",
        "sales.set-price-group.v1": "设置价格组", "sales.take-quote-step.v1": "处理报价",
        "sales.set-quote-authority.v1": "设置报价授权矩阵", "sales.change-quote-signing.v1": "变更报价签核",
        "write-off.approved.v1": "批准核销", "write-off.proposed.v1": "提议核销",
        "finance.settle-payment-reference.v1": "确认收款引用", "lead.captured.v1": "登记线索", "notifier.mark-notices.v1": "标记通知",
        "notifier.set-preferences.v1": "设定通知方式", "sales.set-lead-seller.v1": "设定线索接收人",
        "sales.take-lead-step.v1": "跟进线索",
    ]

    private static let words: [String: String] = [
        "cash": "现金", "current": "未到期", "expenses": "费用", "failed": "失败", "in": "流入", "out": "流出", "nobody": "无人",
        "present": "在", "provisions": "准备金", "quarter": "季度", "segment": "分段", "status": "状态", "year": "年",
        "was": "曾", "nine": "九", "ten": "十", "was_late": "确已延误", "nine_of_ten": "九成用时（小时）", "learnt": "学习",
        "warnings": "预警", "precision": "准确率",
        "route": "路线",
        "milestone": "里程碑", "segments": "区段", "warned": "预警", "half": "半数用时（小时）", "likelihood": "可能性（%）",
        "recall": "召回率",
        "bulletin": "公报", "bulletins": "公报", "published": "发布", "customerId": "客户编号", "public": "公开", "figures": "指标数",
        "figure": "指标", "numerator": "分子", "denominator": "分母", "objection": "异议", "objections": "异议", "document": "文件",
        "excluded": "剔除数", "exclusion": "剔除原因", "full": "足量", "signature": "签名", "booked": "订舱时",
        "suggested": "提出", "suggestion": "提议", "suggestions": "提议", "need": "需求", "won": "赢单", "agents": "坐席",
        "margins": "毛利",
        "column": "列", "query": "查询", "card": "运价卡", "destination": "目的地", "method": "计价方法", "rules": "规则",
        "tariff": "费率", "finding": "问题", "measure": "服务衡量", "parts": "组成", "side": "买卖方向",
        "1": "1", "30": "30", "31": "31", "60": "60", "61": "61", "90": "90", "about": "关于", "accepted": "接受",
        "account": "账户", "accounts": "账户", "acknowledged": "已读", "acquired": "获得", "acquisition": "获取",
        "acting": "代理", "actual": "实际", "address": "地址", "after": "之后", "against": "对照", "age": "时长",
        "agent": "经办人", "ages": "账龄", "agreement": "协议", "ahead": "提前", "alert": "预警", "alias": "别名", "alive": "在线",
        "all": "全部",
        "allocated": "已核销", "ambiguous": "有歧义", "amount": "金额", "anomalies": "异常", "answer": "答案", "answered": "答复",
        "answers": "答案",
        "applied": "已用", "approve": "批准", "approved": "批准", "as": "截至", "aside": "搁置", "asked": "询问", "at": "时间",
        "attempts": "次数", "available": "可用", "balance": "余额", "bank": "银行", "base": "基期", "baseline": "基线",
        "basis": "依据", "be": "为", "before": "之前", "began": "开始", "behalf": "代表", "below": "以下", "best": "最佳",
        "biased": "有偏差",
        "bits": "比特", "block": "部分", "body": "正文", "branch": "分公司", "breached": "超时", "broken": "违约", "broker": "消息系统",
        "bucket": "账龄段", "buckets": "账龄段", "budget": "预算", "business": "业务", "by": "由", "cancelled": "取消",
        "cap": "上限", "capacity": "容量", "case": "案件", "category": "类别", "causes": "原因", "cei": "回收效率", "change": "变化",
        "changed": "变更",
        "changes": "变更", "channel": "渠道", "charge": "借方", "class": "类别", "cleared": "解除", "clearing": "解除方式",
        "clock": "时限", "closed": "关闭", "cny": "人民币", "code": "代码", "codes": "代码", "columns": "列", "committed": "已承诺",
        "complaint": "投诉", "complaints": "投诉", "complete": "完整", "completed": "完成", "component": "连通组",
        "concentration": "集中度", "confidence": "置信度", "consent": "同意", "contact": "联系", "contained": "已控制",
        "containment": "控制影响", "corrected": "更正",
        "cost": "成本", "costed": "已计成本", "costs": "成本", "could": "可", "count": "数量", "counted": "计入", "counts": "计入",
        "credit": "信用", "credits": "贷项", "cumulative": "累计", "currency": "币种", "customer": "客户", "customers": "客户",
        "damaged": "破损",
        "day": "日期", "days": "天", "decided": "已决定", "decision": "决定", "deed": "待办", "degree": "度", "delegation": "委托",
        "delegations": "委托", "delinquent": "逾期", "delivered": "已交付", "deliveries": "交付", "deposits": "定金",
        "depth": "深度", "detail": "说明", "diagnose": "诊断", "diagnosed": "诊断", "difference": "差异", "digest": "摘要",
        "dimension": "维度", "direction": "方向", "dispute": "争议", "disputed": "争议", "division": "事业部", "do": "待办",
        "documents": "单据", "done": "完成", "driver": "驱动", "dso": "应收天数", "due": "到期", "earlier": "提前", "effect": "影响",
        "email": "邮箱",
        "ended": "结束", "ends": "结束", "english": "英文", "entry": "条目", "erasure": "删除", "error": "错误",
        "escalated": "升级", "estimate": "预计", "evaluated": "评估", "event": "事件", "events": "事件", "every": "每",
        "evidence": "证据", "examined": "检查", "expected": "预期", "expense": "费用", "exposure": "敞口", "external": "外部",
        "fanout": "分支数", "fault": "问题", "field": "字段", "fields": "字段", "first": "首", "fitted": "拟合", "for": "为",
        "forgone": "放弃",
        "found": "发现", "founded": "成立", "fourth": "第四", "free": "未分派", "from": "自", "gone": "离开", "good": "良好",
        "ground": "理由",
        "group": "集团", "handed": "移交", "handled": "已处理", "handover": "交接", "happened": "发生", "heard": "收到",
        "held": "扣留", "here": "此处", "high": "最高", "history": "历史", "holes": "缺口", "homing": "归属", "hops": "层数",
        "id": "编号", "identifiers": "编号", "interactions": "联系", "into": "并入", "invoice": "发票", "invoiced": "已开票",
        "invoices": "发票", "is": "是否", "issued": "开具", "item": "项目", "joined": "合并", "judged": "判断", "key": "键",
        "kind": "种类", "known": "已知", "lane": "通道", "last": "最近", "late": "迟", "later": "之后", "learned": "学习",
        "least": "至少", "leaver": "离职者", "left": "剩余", "less": "减少", "level": "级别", "limit": "限额", "line": "行",
        "lines": "行",
        "loaded": "载入", "login": "登录名", "loss": "损失", "lost": "流失", "low": "最低", "made": "作出", "manager": "经理",
        "margin": "毛利", "market": "市场", "match": "匹配", "max": "最大", "may": "可", "meant": "所指", "median": "中位",
        "merged": "合并", "message": "消息", "messages": "消息", "metric": "指标", "minimum": "最少", "mix": "结构",
        "model": "模型", "month": "月份", "months": "月份", "more": "更多", "most": "至多", "name": "名称", "named": "指名",
        "new": "新", "next": "下一", "node": "组织节点", "not": "未", "note": "备注", "notes": "备注", "notice": "通知",
        "notices": "通知", "nodes": "组织节点", "now": "现在", "number": "号码", "numbers": "号码", "object": "对象", "objects": "对象",
        "observations": "观察数", "observed": "观察", "of": "属于", "off": "抵消", "offset": "偏移", "oldest": "最早", "on": "当日",
        "one": "其一", "open": "未结", "opened": "开启", "opening": "期初", "order": "订单", "ordered": "已下单", "orders": "订单",
        "origin": "来源", "original": "原", "other": "其他", "outcome": "结果", "outlook": "展望", "over": "超过",
        "overdue": "逾期", "override": "例外", "overrides": "例外", "owner": "负责人", "p90": "九成位", "paid": "已付",
        "parameters": "参数", "parent": "上级", "part": "部分", "parties": "主体", "party": "主体", "pass": "代收", "path": "路径",
        "pay": "应付", "payable": "应付", "payment": "付款", "people": "人员", "percent": "百分比", "period": "期间",
        "person": "人员", "phone": "电话", "place": "位置", "placed": "下单", "plan": "措施", "planned": "计划",
        "policy": "权限政策", "pooled": "合并", "position": "职位", "possible": "可能", "posted": "入账", "posting": "入账",
        "prepaid": "预付", "price": "价格", "priority": "优先级", "probability": "概率", "profitability": "盈利", "promise": "承诺",
        "promised": "承诺", "proof": "证明", "proposed": "提议", "provision": "准备金", "provisional": "暂估", "purpose": "用途",
        "put": "推迟", "quantity": "数量", "quoted": "报价", "quotes": "报价", "raised": "产生", "rank": "排名", "ranked": "排名",
        "rate": "汇率",
        "rates": "汇率", "ratio": "比率", "reached": "达到", "reader": "读者", "reason": "原因", "receivable": "应收",
        "receivables": "应收",
        "received": "收到", "recorded": "记录", "recover": "恢复", "reference": "编号", "refit": "重拟", "refused": "拒绝",
        "relation": "关系", "release": "放行", "released": "放行", "reopen": "重开", "requested": "请求", "resolved": "解决",
        "retained": "留存",
        "retention": "留存", "revenue": "收入", "review": "复核", "right": "权利", "reviews": "复核", "revision": "版本",
        "ring": "环",
        "role": "角色", "rounding": "尾差", "rows": "行数", "rule": "规则", "said": "声明", "sales": "销售",
        "satisfaction": "满意度", "saved": "节省", "saving": "节省", "score": "得分", "seconds": "秒", "seen": "见到",
        "service": "服务", "set": "设置", "settled": "结清", "severity": "严重度", "share": "份额", "short": "短少", "since": "自",
        "sold": "已售", "soon": "即将", "source": "来源系统", "stage": "阶段", "stale": "过期", "state": "状态", "stay": "停留",
        "stays": "停留",
        "step": "步骤", "subject": "主题", "summary": "摘要", "supplier": "供应商", "suppliers": "供应商", "survey": "调查",
        "surveys": "调查", "survives": "保留", "taken": "采取", "target": "目标", "task": "任务", "tax": "税", "text": "文本",
        "thing": "事项", "third": "第三", "threshold": "阈值", "through": "经由", "times": "次数", "title": "标题", "to": "至",
        "told": "告知",
        "totals": "合计", "try": "尝试", "type": "类型", "unbilled": "未开票", "undone": "撤销", "unit": "单位", "unknown": "未知",
        "until": "至", "up": "上", "upper": "上限", "upto": "至", "urgency": "紧急度", "us": "我方", "used": "已用", "user": "用户",
        "valid": "有效", "value": "值",
        "values": "值", "verdict": "裁定", "version": "版本", "volume": "数量", "wait": "等待", "waiting": "等待", "way": "方式",
        "weight": "权重", "what": "内容", "whole": "整体", "whose": "时间归属", "why": "原因", "with": "与", "withdrawn": "撤回",
        "within": "范围", "without": "无",
        "word": "消息", "would": "将", "write": "核销", "written": "核销", "yearly": "年度",
        "again": "再次", "attributes": "属性", "branches": "分公司", "campaign": "活动", "capture": "采集",
        "captured": "采集", "captures": "采集次数", "claims": "领取", "company": "公司", "contacted": "已联系", "conversion": "转化",
        "converted": "已转化", "created": "创建", "expires": "失效", "floor": "下限", "form": "形式", "former": "先前",
        "grade": "等级", "instead": "代理", "language": "语言", "lead": "线索", "leads": "线索", "lift": "提升", "minutes": "分钟",
        "mode": "方式", "occasion": "次数", "opportunities": "商机", "opportunity": "商机", "per": "每", "pool": "公海",
        "quiet": "免打扰", "read": "已读",
        "readers": "读者", "recipients": "收件人", "server": "服务器", "shared": "共享", "snoozed": "稍后提醒",
        "stake": "涉及", "stored": "已存", "time": "时间", "touches": "接触", "words": "原话", "working": "工作",
        "zone": "时区",
        "comment": "意见", "effort": "费力度", "mean": "均值", "promoter": "净推荐值", "recommendation": "推荐意愿",
        "satisfied": "满意率", "weighted": "加权满意率",
        "action": "措施", "call": "回电", "called": "已回电", "cases": "案件数", "cause": "原因", "control": "对照组",
        "measured": "复测", "needed": "所需样本",
    ]
}
