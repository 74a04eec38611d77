import Contracts

/// What codes of notices mean, in the words of a language: a program reads the code, a person the word.
enum NoticeCodes {
    /// The word for the value of a code.
    ///
    /// - Parameters:
    ///   - name: the fact's name, as a service gives it.
    ///   - value: its value.
    /// - Returns: `nil` for one that has no word here, such as a number or what an installation has named itself.
    static func word(_ name: String, _ value: String, _ language: Language) -> String? {
        words[name]?[value].map { language == .en ? $0.0 : $0.1 }
    }

    private static let words: [String: [String: (String, String)]] = [
        "clock": [
            "first-answer": ("the first answer", "首次答复"), "containment": ("containment", "控制影响"),
            "resolution": ("putting it right", "解决"),
        ],
        "category": [
            "damage": ("damage", "货损"), "delay": ("delay", "延误"), "loss": ("loss", "丢失"),
            "documents": ("documents", "单证"),
            "billing": ("billing", "账单"), "service": ("service", "服务"), "other": ("other", "其他"),
        ],
        "severity": [
            "minor": ("minor", "轻微"), "major": ("major", "较重"), "critical": ("critical", "重大"),
        ],
        "channel": [
            "form": ("form", "网站表单"), "fair": ("fair", "展会"), "call": ("call", "电话"), "mail": ("mail", "邮件"),
            "system": ("another system", "其他系统"), "file": ("file", "文件导入"),
        ],
        "stage": [
            "qualification": ("qualification", "资格确认"), "analysis": ("analysis", "需求分析"),
            "proposal": ("proposal", "方案报价"),
            "negotiation": ("negotiation", "商务谈判"),
        ],
    ]
}
