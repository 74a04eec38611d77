/// Everything that the console itself says, in both languages at one place: a text that lacks one does not compile.
enum Text: Sendable, Equatable {
    // Frame
    case product, toMain, navigation, signedInAs(String), signOut, chinese, english, allQuestions, allActs, mySessions
    case theEnd, notFound, notFoundHelp, wentWrong, wentWrongHelp(String), crossSite, crossSiteHelp, tooMuch,
        notAnswered
    case yes, no, nothing, withheld(String), search, show, reset, back, more, first, asTable, dataAge(String)
    case showing(Int), showingOf(Int, Int), cut, total(String), openRecord, required, otherwise(String), between(
        Int, Int)
    case any, help, keys
    // Search
    case searchFor(String), searchPlaceholder, searchHelp, nothingFound, notFoundIn(String), pages, suppliers
    case customerInvoices, supplierInvoices
    // Saved views
    case views, viewsHelp, saveView, viewSaved(String), viewsFull(Int), name, changed, sharing, share, unshare, delete
    // Lists
    case choose, chooseColumns, allColumns, fileOfPage, fileOfAll, sumUp, whichRows, whatToDo, asFile(String)
    case rowsChosen, rowsOfPage, rowsAll, noRows, rowsGone(Int), rowsSayNothing, tooManyRows(Int)
    // Acts upon many
    case manyActs, manyHelp, manyState, manyDone, manyRefused, manyLeft, manyAsked, manyBegun, manyStopped, manyEnded
    case manyOf(Int), sameForAll, backToList, manyProgress(Int, Int), stop, manyRecords
    // Control of a month
    case payments, paymentsHelp, paymentRun, paymentRunHelp, heldBack, heldBackHelp, setOff, setOffHelp, expenses
    case expensesHelp, budgetsUsed, budgetsUsedHelp, expensesWaiting, expensesWaitingHelp, approve, months, monthsHelp
    case checkList, checkListHelp, marginsOfMonth, cameLate, cameLateHelp, closedMonths, doneToMonths, profit
    case profitHelp, bridge, bridgeHelp, bridgeBy, heldOrders
    // What if
    case whatIf, whatIfHelp, whatIfNeedsCost, whatIfNoLines, leverPrice, leverSupplierRate, leverVolume
    case leverPaymentDays, changeOfRevenue, changeOfCost, financing, marginThen
    // Operating
    case operatorsOnly, operatingOff, operatingFailed(String), operatingBusy, servicesAndQueues, servicesHelp
    case accountOfMessages, accountHelp, comparedSince, account, messagesMissing, noMessageMissing
    case deadLetters, deadLettersHelp, deadLettersMore(Int), groups, messagesOfGroup(Int), bodyOf(Int), bodyMore(Int)
    case mend, mendHelp, mendChanges, mendType, mendID, mendBody, mendCount(Int), mendNothing, tryIt
    case replay, replayHelp(Int), replayCount(Int), discard, discardSure, discardCount(Int), whyForRecord
    case discarded(Int), wouldMend(Int), mended(Int), staysAsItIs(Int), wouldReplay(Int, Int)
    case replayed(Int, Int, Int, Int), tooOldToReplay(Int, Int), refusedAgain, handled, notYet
    // Services
    case service(String), serviceSilent(String, String), serviceRefused(String, String), brokerAway(String), noRight
    // Sign-in
    case signInAs(String), linkOver, linkHelp(Int)
    case signIn, login, password, signInFailed, signInWait(Int), signInHelp, signedOut, sessionEnded
    case provider(ProviderText)
    case sessions, sessionsHelp, sessionHere, began, lastUsed, address, browser, endThis, endAll, endedAll
    // Questions and acts
    case questions, questionsHelp, everyService, parameters, ask, askFirst, acts, actsHelp, act, send, sent(String)
    case refused(String), notHeard, sentAgain, notOffered, onePerLine, actId, result
    // Today
    case today, todayHelp, marginAlerts, alertsByMoney, ordersWaiting, ordersWaitingHelp, complaintsOpen, notices
    case promisesBroken, reviewsWaiting, seeAll, nextAct, diagnose, decide, nothingToDo
    // Margin alerts
    case alert(String), whatHappened, causes, causesHelp, diagnosis, diagnosisHelp, close, closeHelp, order, customer
    case worklist, lossNow, raised, dueBy, marginWas, marginNow, lines
    // Customer 360
    case customerFromAllSides, customers, identity, accounts, classes, margin, receivables, contacts, complaints,
        contracts
    case orders, timeline, relations, acceptance, credit, blocks, revenueByMonth, deliveries, find, findHelp
    // Pages of roles
    case complaint, ageing, ageingHelp, daysOutstanding, collection, collectionHelp, invoicesToAsk, statement,
        recordPromise
    case promises, promisesHelp, disputes, resolve, unallocated, agedAccounts, receivablesHelp, suppliersHelp
    case dependency, payables, release, costBias, costBiasHelp, prepayments, ordersHelp, decisions, deskHelp, queue
    case queueHelp, load, upSoon, age, complaintCauses, toldLate, sales, salesHelp, funnel, funnelHelp, conversion
    case conversionHelp, stalled, stalledHelp, funnelChanges, opportunities, swings, swingsHelp, goOn, leads
    case leadsHelp, leadsDue, leadsDueHelp, contacted, pool, poolHelp, claim, leadSources, leadSourcesHelp
    case satisfactionByBranch, satisfactionByMonth, satisfactionHelp, satisfactionTrend, satisfactionTrendHelp
    case surveyAnswers, products, productsHelp, proposals, proposalsHelp, rateCards
    case leadGrades, quality, qualityHelp, qualityByBranch, qualityByLine, qualityByCustomer, qualityBarsHelp
    case surveys, figures, figuresHelp, revenueAndMargin, figuresBarsHelp, cashAndDebt, byDivision, drivers
    case driversHelp, marketShare, byBranch, byLine, operations, operationsHelp, scheduleHelp, people, peopleHelp
    case organisation, policy, policyHelp, policyVersions, handovers, decision, decisionHelp, asSalesKnows, costs
    case supplierCosts, reportComplaint, whichSource, orderPlaced, alertRaised, alertCleared, recoverBy
    case deliveryPromised, deliveryCompleted, costKnown, whenItWas, whoTold, detail, steps, waits, promisesMade
    case states, clocks, clocksHelp, scheduleOf(String), waitingReferences(String), actsOf(String)
    case deliveryFault(String)

    /// The text in both languages.
    var both: (zh: String, en: String) {
        switch self {
        case .product: ("Waybill 控制台", "Waybill console")
        case .choose: ("选择", "Choose")
        case .chooseColumns: ("选择列", "Choose columns")
        case .allColumns: ("全部列", "All columns")
        case .fileOfPage: ("本页为文件", "This page as a file")
        case .fileOfAll: ("全部符合的行为文件", "All that match as a file")
        case .sumUp: ("全部行数与合计", "Count and totals of all")
        case .whichRows: ("哪些行", "Which rows")
        case .whatToDo: ("做什么", "What to do")
        case .asFile(let form): ("导出 \(form)", "Export \(form)")
        case .rowsChosen: ("所选的行", "The chosen rows")
        case .rowsOfPage: ("本页所有行", "All rows of this page")
        case .rowsAll: ("全部符合的行", "All rows that match")
        case .noRows: ("没有选中任何行，什么也没有做。", "No row is meant: nothing was done.")
        case .rowsGone(let count):
            (
                "所选的行中有 \(count) 行已不在或已改变，什么也没有做。",
                "\(count) of the chosen rows are there no more or have changed: nothing was done."
            )
        case .rowsSayNothing:
            ("有的行没有说明是哪条记录，什么也没有做。", "Some rows do not say which record they are of: nothing was done.")
        case .tooManyRows(let most):
            (
                "符合的行超过 \(most) 行，或无法全部读取：请先缩小范围。什么也没有做。",
                "More than \(most) rows match, or not all can be had: narrow the list first. Nothing was done."
            )
        case .manyActs: ("批量操作", "Acts upon many")
        case .manyHelp:
            (
                "您在列表中对多条记录进行的操作，保留三十天。未完成的可打开后继续。",
                "What you did about many records of a list, kept for thirty days. What is not finished goes on when it is opened."
            )
        case .manyState: ("状态", "State")
        case .manyDone: ("已完成", "Done")
        case .manyRefused: ("被拒绝", "Refused")
        case .manyLeft: ("未完成", "Not yet")
        case .manyAsked: ("等待填写", "To be filled in")
        case .manyBegun: ("进行中", "Going on")
        case .manyStopped: ("已停止", "Stopped")
        case .manyEnded: ("已结束", "Finished")
        case .manyOf(let count):
            ("对 \(count) 条记录分别执行，每条各有结果。", "For \(count) records, each for itself and with its own result.")
        case .sameForAll: ("对所有记录相同的内容", "What is the same for all")
        case .backToList: ("返回列表", "Back to the list")
        case .manyProgress(let done, let all): ("\(all) 条中已处理 \(done) 条", "\(done) of \(all) have their result")
        case .stop: ("停止", "Stop")
        case .manyRecords: ("记录", "Records")
        case .payments: ("付款", "Payments")
        case .paymentsHelp:
            (
                "某日应付的提议、暂扣的发票及原因，以及可抵销的款项。放行需提议与批准两人。",
                "What to pay on a day, what is held back and why, and what could be set off instead. A release takes two: who proposes and who approves."
            )
        case .paymentRun: ("付款提议", "Proposed run")
        case .paymentRunHelp: ("按供应商，已扣除可用的预付款说明", "By supplier, with what they hold of ours beside it")
        case .heldBack: ("暂扣的发票", "Held back")
        case .heldBackHelp:
            ("与已登记成本不符等，放行须说明原因", "Such as invoices that do not match the cost on record; a release takes a reason")
        case .setOff: ("可抵销", "Set-off")
        case .setOffHelp: ("既是客户又是供应商的主体", "Parties that are both customer and supplier")
        case .expenses: ("费用", "Expenses")
        case .expensesHelp:
            ("费用是否与销售进度相称，以及等待批准的费用", "Whether expenses keep the pace of sales, and what waits for an approval")
        case .budgetsUsed: ("预算使用与销售进度", "Budgets against the pace of sales")
        case .budgetsUsedHelp:
            (
                "已用比例与销售目标完成比例；点击条形查看费用",
                "The share that is used, and the share of the sales target that was sold; each bar opens the expenses"
            )
        case .expensesWaiting: ("等待批准的费用", "Expenses that need looking at")
        case .expensesWaitingHelp: ("超出预算、没有预算或未经承诺的支出", "Beyond a budget, without one, or spent without a commitment")
        case .approve: ("批准", "Approve")
        case .months: ("月结", "Monthly close")
        case .monthsHelp:
            ("关账前的检查清单、当月毛利、关账后到达的单据", "The check list before a close, the month's margins, and what came after it")
        case .checkList: ("检查清单", "Check list")
        case .checkListHelp: ("每项附有应做之事；都不阻止关账", "Each with what to do about it; nothing keeps from closing")
        case .marginsOfMonth: ("当月毛利", "Margins of the month")
        case .cameLate: ("关账后到达", "Came after the close")
        case .cameLateHelp: ("各自记在哪一日", "Each with the day it was posted on")
        case .closedMonths: ("已关月份", "Closed months")
        case .doneToMonths: ("对月份的操作", "What was done to months")
        case .profit: ("利润桥", "Profit bridge")
        case .profitHelp:
            ("毛利为何从一段时间到另一段时间变化，时间写作 起日..止日", "Why the margin changed from one time to another; a time is DAY..DAY")
        case .bridge: ("从前到后", "From before to after")
        case .bridgeHelp:
            ("价格、成本、数量、结构、新增与流失各占多少", "How much of it was price, cost, volume, mix, what is new and what was lost")
        case .bridgeBy: ("按所选维度", "By what is told apart")
        case .heldOrders: ("未计入的订单", "Orders that are left out")
        case .whatIf: ("假设分析", "What if")
        case .whatIfHelp:
            (
                "把杠杆用于一段时间的真实订单行；地址即方案，可存为视图。不存储，也不通知任何人。需求不会自动随价格变化。",
                "Levers over the real order lines of a time. The address is the scenario, to be saved as a view. "
                    + "Nothing is stored or told to anybody. Demand does not answer to price by itself."
            )
        case .whatIfNeedsCost:
            ("需要查看成本的权限：没有成本无法试算。", "It takes the right to see costs: without them nothing can be reckoned.")
        case .whatIfNoLines: ("财务服务的答复中有无法读取的订单行。", "Finance answered with lines that are none.")
        case .leverPrice: ("价格，%", "Price, %")
        case .leverSupplierRate: ("供应商费率，%", "Supplier rates, %")
        case .leverVolume: ("数量，%", "Volume, %")
        case .leverPaymentDays: ("付款推迟天数", "Days that payment is later")
        case .changeOfRevenue: ("收入变化", "Change of revenue")
        case .changeOfCost: ("成本变化", "Change of cost")
        case .financing: ("资金成本", "Cost of capital")
        case .marginThen: ("那时的毛利", "Margin then")
        case .operatorsOnly: ("此页仅供角色 operator（运维）使用。", "This page is for the role operator alone.")
        case .operatingOff:
            (
                "此控制台没有运维用户的消息代理地址（WAYBILL_OPERATE_AMQP_URL）：请用命令 waybill。",
                "This console has no address of the broker as the operator's user (WAYBILL_OPERATE_AMQP_URL): use the command waybill."
            )
        case .operatingFailed(let why): ("未能完成：\(why)", "It was not done: \(why)")
        case .operatingBusy:
            ("有人正在进行同类操作，请稍后再试。什么也没有做。", "Somebody else is at it: try again in a moment. Nothing was done.")
        case .servicesAndQueues: ("服务与队列", "Services and queues")
        case .servicesHelp:
            (
                "各服务的状态、队列与滞后，以及等待有人处理的事项",
                "How each service is, its queue and how far behind it is, and what waits for somebody"
            )
        case .accountOfMessages: ("消息核对", "Account of messages")
        case .accountHelp:
            (
                "每条消息的去向：已发送 = 已处理 + 被拒 + 丢弃 + 在途 + 缺失。核对需要数秒至数十秒。",
                "What became of every message: sent = handled + dead + discarded + in flight + missing. It takes seconds, or some ten of them."
            )
        case .comparedSince: ("其他系统的消息自何日起（UTC）", "What other systems sent, since (UTC)")
        case .account: ("核对", "Account")
        case .messagesMissing: ("有消息缺失，列在下面。", "Messages are missing: they are named below.")
        case .noMessageMissing: ("没有消息缺失。", "No message is missing.")
        case .deadLetters: ("被拒的消息", "Refused messages")
        case .deadLettersHelp:
            (
                "先选一组：更正、试运行、重放都针对所选的一组，并记录是谁、何时、为何。",
                "Choose a group first: it is mended, tried and replayed as a whole, with a record of who did it, when and why."
            )
        case .deadLettersMore(let most):
            ("只查看了前 \(most) 条，请缩小范围。", "Only the first \(most) were looked at: narrow them.")
        case .groups: ("分组", "Groups")
        case .messagesOfGroup(let count):
            ("所选的 \(count) 条消息（最多列出 200 条）", "The \(count) messages that are meant, 200 listed at most")
        case .bodyOf(let bytes): ("内容（\(bytes) 字节）", "Body (\(bytes) bytes)")
        case .bodyMore(let bytes): ("只显示前 \(bytes) 字节", "The first \(bytes) bytes are shown")
        case .mend: ("更正", "Mend")
        case .mendHelp:
            (
                "更正后必须符合其类型的约定，否则保持原样并列出。编号不变。更正之后再重放。",
                "What is changed must keep the contract of its type; what does not stays as it is and is named. The identifier stays. Replay it afterwards."
            )
        case .mendChanges: ("更改，每行一个：路径=值", "Changes, one a line: path=value")
        case .mendType: ("另一个类型", "Another type")
        case .mendID: ("另一个编号（原来没有时）", "Another identifier, where it came without one")
        case .mendBody: ("新的内容", "A new body")
        case .mendCount(let count): ("更正 \(count) 条", "Mend \(count)")
        case .mendNothing:
            ("没有说明要更改什么，或同时给了更改和新内容。", "Nothing is to be changed, or both changes and a new body are given.")
        case .tryIt: ("试运行", "Only try")
        case .replay: ("重放", "Replay")
        case .replayHelp(let days):
            (
                "以原编号再次交给拒绝它的服务，并等待真实结果。\(days) 天前被拒的不重放：已无法知道是否处理过。",
                "Handed to the service that refused it once more, under its own identifier, and its true outcome is waited for. What was refused more than \(days) days ago stays: it is no longer known whether it was handled."
            )
        case .replayCount(let count): ("重放 \(count) 条", "Replay \(count)")
        case .discard: ("丢弃", "Let go")
        case .discardSure: ("是，永久丢弃，不可撤销", "Yes, for good: it cannot be undone")
        case .discardCount(let count): ("丢弃 \(count) 条", "Let \(count) go")
        case .whyForRecord: ("原因（留存记录）", "Why, for the record")
        case .discarded(let count): ("已丢弃 \(count) 条。", "\(count) were let go.")
        case .wouldMend(let count): ("试运行：\(count) 条可以更正。", "Tried: \(count) can be mended so.")
        case .mended(let count): ("已更正 \(count) 条，可以重放。", "\(count) are mended, and can be replayed.")
        case .staysAsItIs(let count): ("\(count) 条保持原样", "\(count) stay as they are")
        case .wouldReplay(let young, let old):
            ("试运行：将重放 \(young) 条，\(old) 条过旧。", "Tried: \(young) would be replayed, \(old) are too old.")
        case .replayed(let all, let handled, let refused, let unknown):
            (
                "已重放 \(all) 条：处理 \(handled)，再次被拒 \(refused)，尚未知 \(unknown)。",
                "\(all) replayed: \(handled) handled, \(refused) refused again, of \(unknown) it is not known yet."
            )
        case .tooOldToReplay(let count, let days):
            (
                "\(count) 条在 \(days) 天前被拒，没有重放。",
                "\(count) were refused more than \(days) days ago and were not replayed."
            )
        case .refusedAgain: ("再次被拒", "Refused again")
        case .handled: ("已处理", "Handled")
        case .notYet: ("尚未知", "Not known yet")
        case .toMain: ("跳到正文", "Skip to the content")
        case .navigation: ("导航", "Navigation")
        case .signedInAs(let name): ("已登录：\(name)", "Signed in as \(name)")
        case .signOut: ("退出登录", "Sign out")
        case .chinese: ("中文", "中文")
        case .english: ("English", "English")
        case .allQuestions: ("全部查询", "All questions")
        case .allActs: ("全部操作", "All acts")
        case .mySessions: ("我的会话", "My sessions")
        case .theEnd: ("已到末尾", "This is the end of the list")
        case .notFound: ("没有此页", "There is no such page")
        case .notFoundHelp: ("地址可能有误，或内容已不存在。", "The address may be wrong, or what it named is gone.")
        case .wentWrong: ("出错了", "Something went wrong")
        case .wentWrongHelp(let id):
            ("此页未能生成。请把编号 \(id) 告诉管理员。", "The page could not be made. Tell an operator this number: \(id).")
        case .crossSite: ("请求被拒绝", "The request was refused")
        case .crossSiteHelp:
            (
                "它来自其他网站的页面，未执行任何操作。请在本控制台内重试。",
                "It came from a page of another site, and nothing was done. Try it again from within the console."
            )
        case .tooMuch: ("提交的内容过大", "What was sent is too large")
        case .notAnswered: ("没有回答", "No answer")
        case .yes: ("是", "yes")
        case .no: ("否", "no")
        case .nothing: ("没有记录", "There is nothing")
        case .withheld(let names): ("无权查看，已隐去：\(names)", "Withheld, for want of a right: \(names)")
        case .search: ("搜索", "Search")
        case .show: ("显示", "Show")
        case .reset: ("清除条件", "Clear")
        case .back: ("返回", "Back")
        case .more: ("下一页", "Next page")
        case .first: ("回到首页", "To the first page")
        case .asTable: ("以表格显示", "Show as table")
        case .dataAge(let time): ("数据截至 \(time)", "As of \(time)")
        case .showing(let rows): ("显示 \(rows) 行", "\(rows) rows shown")
        case .showingOf(let rows, let count): ("显示 \(rows) 行，共 \(count) 行", "\(rows) of \(count) rows shown")
        case .cut: ("还有更多行未显示", "There are more rows than are shown")
        case .total(let currency): ("合计 \(currency)", "In all, \(currency)")
        case .openRecord: ("打开", "Open")
        case .required: ("必填", "required")
        case .otherwise(let value): ("默认 \(value)", "otherwise \(value)")
        case .between(let low, let high): ("\(low) 至 \(high)", "\(low) to \(high)")
        case .any: ("不限", "any")
        case .help: ("帮助", "Help")
        case .keys:
            (
                "键盘：/ 搜索，f 条件，j 和 k 上下移动，Enter 打开",
                "Keys: / to search, f to narrow the page, j and k to move, Enter to open"
            )
        case .searchFor(let text): ("搜索：\(text)", "Search: \(text)")
        case .searchPlaceholder: ("客户、订单、发票、投诉…", "Customer, order, invoice, complaint…")
        case .searchHelp:
            (
                "客户和供应商按名称（任意部分，两个汉字也可；客户也可用拼音等其他写法，只要来源系统报送过）或代码查找；"
                    + "订单、发票和投诉按完整编号查找。",
                "Customers and suppliers by any part of a name, also two characters of it, or by a code; customers also by "
                    + "other spellings that a source has told, such as pinyin. Orders, invoices and complaints by their whole "
                    + "number."
            )
        case .nothingFound: ("没有找到记录。", "No record was found.")
        case .notFoundIn(let names): ("以下各处没有找到：\(names)", "Not found among: \(names)")
        case .pages: ("页面", "Pages")
        case .suppliers: ("供应商", "Suppliers")
        case .customerInvoices: ("客户发票", "Invoices to customers")
        case .supplierInvoices: ("供应商发票", "Invoices of suppliers")
        case .service(let name):
            switch name {
            case "customer": ("客户服务", "Customer service")
            case "sales": ("销售服务", "Sales service")
            case "servicedesk": ("客服与投诉服务", "Service desk")
            case "finance": ("财务服务", "Finance service")
            case "supplier": ("供应商服务", "Supplier service")
            case "notifier": ("通知服务", "Notifier")
            default: (name, name)
            }
        case .serviceSilent(let service, let time):
            (
                "\(service)没有回答（\(time)）。此部分暂缺，其余不受影响。",
                "The \(service.lowercased()) has not answered (\(time)). This part is missing; the rest is not affected."
            )
        case .serviceRefused(let reason, let detail): ("被拒绝（\(reason)）：\(detail)", "Refused (\(reason)): \(detail)")
        case .brokerAway(let time): ("消息系统无法连接（\(time)）。", "The broker cannot be reached (\(time)).")
        case .noRight: ("您无权查看此内容。", "You have no right to see this.")
        case .views: ("我的视图", "My views")
        case .viewsHelp:
            (
                "在列表页点“保存视图”，即以名称保存该页及其全部条件。共享后，他人可用链接打开；每人只会看到自己有权查看的内容。",
                "'Save this view' on a list keeps it with all that narrows it, under a name. A shared one is opened by its link by "
                    + "whoever has it; everybody sees what they have a right to, and no more."
            )
        case .saveView: ("保存视图", "Save this view")
        case .viewSaved(let name): ("已保存视图“\(name)”。", "The view '\(name)' is saved.")
        case .viewsFull(let most):
            ("最多保存 \(most) 个视图，请先删除不用的。", "There are \(most) views, and no more are kept: delete one first.")
        case .name: ("名称", "Name")
        case .changed: ("修改时间", "Changed")
        case .sharing: ("共享链接", "Link for others")
        case .share: ("共享", "Share")
        case .unshare: ("取消共享", "Share no more")
        case .delete: ("删除", "Delete")
        case .signInAs(let name): ("以\(name)的身份登录", "Sign in as \(name)")
        case .linkOver:
            (
                "此链接已使用、已过期或不存在。请向管理员索取新的链接。",
                "The link was used, is over, or never was one. Ask an operator for another."
            )
        case .linkHelp(let minutes):
            ("链接只能使用一次，\(minutes) 分钟内有效。", "The link holds once, for \(minutes) minutes.")
        case .signIn: ("登录", "Sign in")
        case .login: ("登录名", "Login")
        case .password: ("密码", "Password")
        case .signInFailed: ("登录名或密码不正确。", "Login or password is wrong.")
        case .signInWait(let seconds):
            ("失败次数过多，请在 \(seconds) 秒后重试。", "Too many attempts have failed: try again in \(seconds) seconds.")
        case .signInHelp:
            (
                "没有账号或忘记密码时，请联系管理员（waybill console user add）。",
                "Without an account, or the password lost: ask an operator (waybill console user add)."
            )
        case .provider(let text): text.both
        case .signedOut: ("您已退出登录。", "You are signed out.")
        case .sessionEnded: ("会话已结束，请重新登录。", "The session has ended: sign in again.")
        case .sessions: ("会话", "Sessions")
        case .sessionsHelp:
            ("在这些浏览器中，您目前处于登录状态。", "In these browsers you are signed in.")
        case .sessionHere: ("当前会话", "this one")
        case .began: ("开始", "Began")
        case .lastUsed: ("最近使用", "Last used")
        case .address: ("地址", "Address")
        case .browser: ("浏览器", "Browser")
        case .endThis: ("结束", "End it")
        case .endAll: ("结束全部会话", "End all sessions")
        case .endedAll: ("全部会话已结束。", "All sessions have ended.")
        case .questions: ("查询", "Questions")
        case .questionsHelp:
            (
                "各服务能够回答的全部问题。您只会看到有权查看的内容。",
                "Everything that the services answer. You see what you have a right to."
            )
        case .everyService: ("每个服务", "Every service")
        case .parameters: ("条件", "What is asked for")
        case .ask: ("查询", "Ask")
        case .askFirst: ("请先填写必填条件。", "Fill in what is required first.")
        case .acts: ("操作", "Acts")
        case .actsHelp:
            (
                "可以下达的全部指令。是否允许由相应服务按权限决定。",
                "Everything that can be done. Whether you may, the service decides by your rights."
            )
        case .act: ("操作", "Act")
        case .send: ("提交", "Send")
        case .sent(let what): ("已完成：\(what)", "Done: \(what)")
        case .refused(let detail): ("被拒绝：\(detail)", "Refused: \(detail)")
        case .notHeard:
            (
                "服务尚未回答。指令已由消息系统保存，服务恢复后生效；再次提交同一表单不会重复执行。",
                "The service has not answered yet. The broker keeps the command, and it takes effect when the service is "
                    + "back. The same form sent again has no second effect."
            )
        case .sentAgain: ("这是同一指令之前的结果。", "This is what came of the same command before.")
        case .notOffered:
            ("此操作包含列表，请使用命令行 waybill。", "This act holds lists of records: use the command waybill.")
        case .onePerLine: ("每行一个", "one a line")
        case .actId: ("指令编号", "Identifier of the command")
        case .result: ("结果", "What came of it")
        case .today: ("今日", "Today")
        case .todayHelp: ("先看例外：按金额排列，每项带下一步。", "Exceptions first, by the money at stake, each with its next act.")
        case .marginAlerts: ("毛利预警", "Margin alerts")
        case .alertsByMoney: ("损失最大的在前", "The greatest loss first")
        case .ordersWaiting: ("待审批订单", "Orders that wait for approval")
        case .ordersWaitingHelp: ("最早的在前", "The oldest first")
        case .complaintsOpen: ("未结投诉", "Open complaints")
        case .notices: ("未读通知", "Unread notices")
        case .promisesBroken: ("付款承诺", "Promises to pay")
        case .reviewsWaiting: ("待判定的客户重复", "Customers that may be one")
        case .seeAll: ("查看全部", "See all")
        case .nextAct: ("下一步", "Next act")
        case .diagnose: ("填写诊断", "Diagnose")
        case .decide: ("作出决定", "Decide")
        case .nothingToDo: ("没有待办。", "There is nothing to do.")
        case .alert(let id): ("预警 \(id)", "Alert \(id)")
        case .whatHappened: ("情况", "What it is")
        case .causes: ("原因", "Causes")
        case .causesHelp: ("从收入到毛利，逐项成本", "From revenue to margin, cost by cost")
        case .diagnosis: ("诊断", "Diagnosis")
        case .diagnosisHelp:
            (
                "原因、措施以及毛利恢复的日期。",
                "What it comes from, what is done about it, and by when the margin is good again."
            )
        case .close: ("结束预警", "Close the alert")
        case .closeHelp:
            (
                "接受低毛利需要另一人批准。",
                "That a bad margin is taken as it is needs somebody who may approve it."
            )
        case .order: ("订单", "Order")
        case .customer: ("客户", "Customer")
        case .worklist: ("工作列表", "Worklist")
        case .lossNow: ("当前毛利", "Margin now")
        case .raised: ("产生时间", "Raised")
        case .dueBy: ("诊断期限", "Diagnosis due")
        case .marginWas: ("产生时毛利", "Margin when it was raised")
        case .marginNow: ("目前毛利", "Margin now")
        case .lines: ("订单行", "Lines")
        case .customerFromAllSides: ("客户全景", "Customer from all sides")
        case .customers: ("客户", "Customers")
        case .identity: ("身份", "Identity")
        case .accounts: ("账户与代码", "Accounts and codes")
        case .classes: ("分类", "Classes")
        case .margin: ("毛利", "Margin")
        case .receivables: ("应收账款", "Receivables")
        case .contacts: ("联系人", "Contacts")
        case .complaints: ("投诉", "Complaints")
        case .contracts: ("合同", "Contracts")
        case .orders: ("订单", "Orders")
        case .timeline: ("时间线", "Timeline")
        case .relations: ("关系", "Relations")
        case .acceptance: ("接单状态", "Acceptance")
        case .credit: ("信用", "Credit")
        case .blocks: ("各部分的来源与时间", "Where each part is from, and how old it is")
        case .revenueByMonth: ("每月收入", "Revenue by month")
        case .deliveries: ("交付", "Deliveries")
        case .find: ("查找客户", "Find a customer")
        case .findHelp: ("名称、代码或统一社会信用代码", "A name, a code or a credit code")
        case .complaint: ("投诉", "Complaint")
        case .ageing: ("账龄", "Ageing")
        case .ageingHelp: ("每根条打开其中的发票", "Each bar opens its invoices")
        case .daysOutstanding: ("应收周转天数", "Days sales outstanding")
        case .collection: ("催收工作列表", "Collection worklist")
        case .collectionHelp: ("级别最高、金额最大的在前", "The highest level and the most money first")
        case .invoicesToAsk: ("逾期发票", "Invoices to ask for")
        case .statement: ("对账单", "Statement")
        case .recordPromise: ("登记承诺", "Record a promise")
        case .promises: ("付款承诺", "Promises to pay")
        case .promisesHelp: ("按承诺日排列，最早的在前", "By the day promised, the earliest first")
        case .disputes: ("争议", "Disputes")
        case .resolve: ("解决", "Resolve")
        case .unallocated: ("未核销收款", "Cash for no invoice yet")
        case .agedAccounts: ("按客户的账龄", "Ageing by customer")
        case .receivablesHelp:
            (
                "客户欠款：先看账龄，再看催收、承诺与争议。",
                "What customers owe: ageing first, then whom to ask, what was promised, what is disputed."
            )
        case .suppliersHelp:
            ("供应商：依赖度、应付与成本偏差。", "Suppliers: on whom we depend, what is to be paid, whose costs come out otherwise.")
        case .dependency: ("供应商依赖度", "Dependency on suppliers")
        case .payables: ("应付账款", "Payables")
        case .release: ("放行", "Release")
        case .costBias: ("成本偏差", "Bias of costs")
        case .costBiasHelp: ("实际成本与预计相差最大的在前", "The farthest from what was expected first")
        case .prepayments: ("预付款", "Prepayments")
        case .ordersHelp:
            (
                "订单按条件筛选；打开一个订单可见其明细、决定与各服务的事件。",
                "Orders, narrowed by what is asked for. An order opens with its lines, its decision and the "
                    + "events of all services."
            )
        case .decisions: ("接单决定", "Decisions")
        case .deskHelp: ("客服：先做什么、为什么，谁手里有多少。", "What to do next and why, and who has how much.")
        case .queue: ("待办队列", "Queue")
        case .queueHelp: ("先承诺，后时限，再客户价值", "By promise, then by clock, then by what the customer is worth")
        case .load: ("负荷", "Load")
        case .upSoon: ("两小时内到期", "Up within two hours")
        case .age: ("未结时长", "Age of what is open")
        case .complaintCauses: ("投诉原因", "What is complained of")
        case .toldLate: ("超时告知", "Told that it takes too long")
        case .sales: ("销售漏斗", "Sales funnel")
        case .salesHelp: ("销售漏斗、阶段转化、停滞与变化。", "The funnel, what goes farther, what stands still, what changed.")
        case .funnel: ("漏斗", "Funnel")
        case .funnelHelp: ("按阶段和币种；每根条打开其中的商机", "By stage and currency; each bar opens its opportunities")
        case .conversion: ("阶段转化", "Conversion")
        case .conversionHelp: ("进入该阶段后继续前进的比例", "The share of what came into a stage that went farther")
        case .stalled: ("停滞的商机", "Stalled")
        case .stalledHelp: ("停留时间超过同类九成者", "Longer in their stage than nine of ten of their kind")
        case .funnelChanges: ("漏斗变化", "What changed")
        case .opportunities: ("商机", "Opportunities")
        case .swings: ("订单异动", "Swings of orders")
        case .swingsHelp: ("偏离客户常态最远的在前", "The farthest from what a customer is used to order first")
        case .goOn: ("推进", "Go on")
        case .leads: ("线索", "Leads")
        case .leadsHelp: ("先答复逾期的线索，再领取公海线索。", "Answer what is overdue first, then claim what is nobody's.")
        case .leadsDue: ("待首次联系", "Overdue for first contact")
        case .leadsDueHelp: ("已过首次联系期限", "The time for the first contact is over")
        case .contacted: ("已联系", "Contacted")
        case .pool: ("公海", "Pool")
        case .poolHelp: ("可能性最大的在前", "The likeliest first")
        case .claim: ("领取", "Claim")
        case .leadSources: ("来源的转化", "Conversion by source")
        case .leadSourcesHelp: ("95% 区间见表格", "The table has the intervals of 95 %")
        case .leadGrades: ("等级", "Grades")
        case .quality: ("交付质量", "Quality")
        case .qualityHelp: ("交付与投诉：哪里确实更差。", "Deliveries and complaints: where it is certainly worse.")
        case .qualityByBranch: ("按分公司的迟交率", "Late, by branch")
        case .qualityByLine: ("按业务线的迟交率", "Late, by line of business")
        case .qualityByCustomer: ("按客户的迟交率", "Late, by customer")
        case .qualityBarsHelp: ("百分比；确实最差的在前，区间见表格", "Percent; the certainly worst first, intervals in the table")
        case .surveys: ("满意度调查", "Surveys")
        case .figures: ("经营指标", "Figures")
        case .figuresHelp:
            (
                "按月的经营指标与五个驱动因素；每根条打开背后的事件。",
                "The figures of the business by month and the five drivers; each bar opens the events behind it."
            )
        case .revenueAndMargin: ("收入与毛利", "Revenue and margin")
        case .figuresBarsHelp: ("每根条打开组成它的事件", "Each bar opens the events that make it up")
        case .cashAndDebt: ("现金、应收、应付与费用", "Cash, receivable, payable, expenses")
        case .byDivision: ("按事业部的毛利", "Margin by division")
        case .drivers: ("五个驱动因素", "The five drivers")
        case .driversHelp:
            ("获客、留存、满意、盈利；市场份额另见", "Acquisition, retention, satisfaction, profitability; market share apart")
        case .marketShare: ("市场份额", "Market share")
        case .satisfactionByBranch: ("按分公司的满意率", "Satisfied, by branch")
        case .satisfactionByMonth: ("按月的满意率", "Satisfied, by month")
        case .satisfactionHelp:
            ("答复者中满意者的百分比；区间见表格", "Percent of those who answered; the table has the intervals")
        case .satisfactionTrend: ("满意度变化", "What changed in what customers say")
        case .satisfactionTrendHelp: ("只有排除偶然的才算变化", "Only what is no chance is called a change")
        case .surveyAnswers: ("满意度答复", "Answers of customers")
        case .products: ("产品与运价", "Products and rates")
        case .productsHelp: ("销售什么、按什么价格。", "What is sold, and by which prices.")
        case .proposals: ("待审批的产品版本", "Versions that wait for a decision")
        case .proposalsHelp: ("由另一人审批", "Somebody else decides")
        case .rateCards: ("运价卡", "Rate cards")
        case .byBranch: ("按分公司的毛利", "Margin by branch")
        case .byLine: ("按业务线的毛利", "Margin by line of business")
        case .operations: ("运行", "Operations")
        case .operationsHelp:
            (
                "各服务未按时完成的任务、待定编号与操作。消息队列与死信用命令查看：waybill status、waybill dead-letters。",
                "What the services could not do on time, what they wait for, and who acted. Queues and dead "
                    + "letters are the command's: waybill status, waybill dead-letters."
            )
        case .scheduleHelp: ("失败、搁置或待重试的任务", "What has failed, is set aside or will be tried again")
        case .people: ("人员与权限", "People and roles")
        case .peopleHelp:
            (
                "谁在哪里、上级是谁，以及现行权限政策。打开一人可见其角色与代理。",
                "Who is where and under whom, and the policy that holds. A person opens with roles and delegations."
            )
        case .organisation: ("组织", "Organisation")
        case .policy: ("权限政策", "Policy")
        case .policyHelp: ("现行政策", "The one that holds")
        case .policyVersions: ("政策版本", "Versions of the policy")
        case .handovers: ("客户交接", "Handovers")
        case .decision: ("决定", "Decision")
        case .decisionHelp: ("决定所依据的规则与数字", "By which rule it was decided, and the figures")
        case .asSalesKnows: ("销售服务所知", "As sales knows it")
        case .costs: ("成本", "Costs")
        case .supplierCosts: ("供应商成本", "Costs of suppliers")
        case .reportComplaint: ("登记投诉", "Report a complaint")
        case .whichSource: ("多个系统有此订单号，请选择一个。", "Several systems have an order of this number: choose one.")
        case .orderPlaced: ("下单", "Placed")
        case .alertRaised: ("产生毛利预警", "Margin alert raised")
        case .alertCleared: ("预警解除", "Margin alert cleared")
        case .recoverBy: ("恢复期限", "Margin to be good again")
        case .deliveryPromised: ("承诺交付", "Delivery promised")
        case .deliveryCompleted: ("交付完成", "Delivered")
        case .costKnown: ("成本", "Cost")
        case .whenItWas: ("时间", "When")
        case .whoTold: ("来自", "From")
        case .detail: ("说明", "Detail")
        case .steps: ("处理步骤", "Steps")
        case .waits: ("等待", "Waits")
        case .promisesMade: ("承诺", "Promises")
        case .states: ("状态", "States")
        case .clocks: ("时限", "Clocks")
        case .clocksHelp:
            ("营业时间内：我方、客户与供应商各占多久", "Of business hours: how much was ours, the customer's and a supplier's")
        case .scheduleOf(let service):
            ("\(Self.service(service).both.zh)：定时任务", "\(Self.service(service).both.en): schedule")
        case .waitingReferences(let service):
            ("\(Self.service(service).both.zh)：待定编号", "\(Self.service(service).both.en): what it waits for")
        case .actsOf(let service):
            ("\(Self.service(service).both.zh)：操作记录", "\(Self.service(service).both.en): acts")
        case .deliveryFault(let name):
            switch name {
            case "late": ("迟交", "late")
            case "damaged": ("破损", "damaged")
            default: ("短少", "short")
            }
        }
    }
}

/// Says texts in one language.
struct Words: Sendable {
    /// The language.
    let language: Language

    /// A text.
    subscript(_ text: Text) -> String { language == .zh ? text.both.zh : text.both.en }
}
