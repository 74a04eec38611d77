/// Words that many companies have in their names: general knowledge of the country, not of any set.
enum ChineseWords {
    /// Provinces, cities of some size, and the names of countries that stand before company names.
    static let places: Set<String> = Set(
        """
        北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海
        台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 中国 深圳 广州 南京 苏州 无锡 常州 杭州 宁波 温州 厦门 福州 泉州 漳州 莆田 龙岩 青岛 济南
        烟台 大连 沈阳 鞍山 抚顺 锦州 营口 丹东 长春 哈尔滨 大庆 武汉 长沙 成都 西安 郑州 合肥 昆明 贵阳 南宁 南昌 兰州 太原 大同 石家庄
        乌鲁木齐 珠海 佛山 东莞 中山 惠州 江门 肇庆 湛江 茂名 汕头 潮州 揭阳 梅州 韶关 清远 昆山 太仓 常熟 张家港 江阴 宜兴 嘉兴 绍兴 金华
        台州 湖州 丽水 衢州 舟山 义乌 南通 扬州 镇江 徐州 盐城 泰州 淮安 连云港 宿迁 威海 潍坊 淄博 临沂 济宁 东营 德州 聊城 滨州 泰安 枣庄
        日照 菏泽 洛阳 开封 安阳 新乡 许昌 南阳 焦作 平顶山 宜昌 襄阳 荆州 黄石 黄冈 十堰 株洲 湘潭 常德 岳阳 衡阳 郴州 柳州 桂林 北海 梧州
        海口 三亚 银川 西宁 拉萨 呼和浩特 包头 唐山 保定 秦皇岛 邯郸 沧州 廊坊 邢台 张家口 承德 芜湖 蚌埠 马鞍山 安庆 铜陵 滁州 阜阳 赣州
        九江 景德镇 上饶 宜春 绵阳 德阳 宜宾 泸州 自贡 乐山 遵义 大理 玉溪 曲靖 宝鸡 咸阳 榆林 延安 天水 白银 酒泉 克拉玛依 伊犁 美国 日本
        新加坡 韩国 德国 英国 法国 浦东 华东 华南 华北 西南 西北 东北 亚洲 亚太
        """.split(whereSeparator: { $0.isWhitespace }).map(String.init))

    /// Lines of business and what companies call themselves.
    static let trades: Set<String> = Set(
        """
        电子 科技 技术 信息 网络 软件 通信 通讯 电脑 计算机 数码 智能 自动化 机械 机电 机床 设备 仪器 仪表 电气 电器 电力 电缆 光电 半导体
        精密 五金 模具 汽车 零部件 摩托车 船舶 航空 航天 铁路 轨道 交通 运输 物流 货运 货代 国际货运 仓储 快递 供应链 港口 航运 海运 速运
        化工 化学 塑料 橡胶 材料 新材料 建材 水泥 玻璃 陶瓷 钢铁 金属 有色 铝业 铜业 矿业 煤炭 能源 新能源 石油 石化 天然气 燃气 环保 水务
        建筑 建设 工程 装饰 路桥 地产 房地产 置业 物业 园林 农业 种业 畜牧 饲料 食品 饮料 酒业 乳业 粮油 渔业 水产 纺织 服装 服饰 鞋业 皮革
        家居 家具 家电 造纸 包装 印刷 文化 传媒 传播 广告 教育 出版 旅游 酒店 餐饮 饮食 商业 百货 超市 贸易 进出口 商贸 实业 产业 工业 投资
        发展 管理 咨询 服务 金融 证券 银行 保险 信托 基金 租赁 医药 制药 生物 医疗 医疗器械 药业 健康 化妆品 日化 国际 环球 全球 制造 加工 销售
        企业 经营 开发 资本 资源 科学 研究院
        """.split(whereSeparator: { $0.isWhitespace }).map(String.init))

    /// One character that stands for a province or a city at the beginning of a short name.
    static let placeAbbreviations: [Unicode.Scalar: [Unicode.Scalar]] = {
        let pairs: [(Unicode.Scalar, String)] = [
            ("京", "北京"), ("沪", "上海"), ("津", "天津"), ("渝", "重庆"), ("冀", "河北"), ("晋", "山西"), ("辽", "辽宁"),
            ("吉", "吉林"), ("黑", "黑龙江"), ("苏", "江苏"), ("浙", "浙江"), ("皖", "安徽"), ("闽", "福建"), ("赣", "江西"),
            ("鲁", "山东"), ("豫", "河南"), ("鄂", "湖北"), ("湘", "湖南"), ("粤", "广东"), ("琼", "海南"), ("川", "四川"),
            ("蜀", "四川"), ("黔", "贵州"), ("滇", "云南"), ("陕", "陕西"), ("甘", "甘肃"), ("青", "青海"), ("蒙", "内蒙古"),
            ("桂", "广西"), ("藏", "西藏"), ("宁", "宁夏"), ("新", "新疆"), ("港", "香港"), ("深", "深圳"), ("穗", "广州"),
        ]
        return Dictionary(uniqueKeysWithValues: pairs.map { ($0.0, Array($0.1.unicodeScalars)) })
    }()
}
