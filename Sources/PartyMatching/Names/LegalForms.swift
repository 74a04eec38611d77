/// Legal forms of companies, as registers write and people abbreviate them, by jurisdiction (ISO 3166) after the
/// list of entity legal forms (ISO 20275).
///
/// A form says what a company is, not which: whoever writes `N.V.`, `N V` and `Naamloze Vennootschap` means one
/// company.
enum LegalForms {
    /// The forms of a jurisdiction, as written, separated by semicolons.
    static let byJurisdiction: [(jurisdiction: String, forms: String)] = [
        (
            "US",
            """
            Inc; Incorporated; Incorp; Corp; Corporation; Corpn; Corpor; Co; Company; Comp; Cos; Companies; LLC; LC;
            Limited Liability Company; Limited Liability Co; Ltd Liability Co; LLP; Limited Liability Partnership;
            LP; Limited Partnership; LLLP; PC; Professional Corporation; PLLC; PA; Professional Association; NA;
            National Association; PBC; Public Benefit Corporation; General Partnership; GP; Unlimited; Business
            Trust; Co Inc; Co LLC; Corp Inc; Ltd Co
            """
        ),
        (
            "GB",
            """
            Ltd; Limited; Lmtd; Limtd; PLC; Public Limited Company; Public Ltd Co; Co Ltd; Company Limited; Coltd;
            LLP; Unlimited Company; CIC; Community Interest Company; CIO; Private Limited Company; Private Company
            Limited by Shares; RTM Company Limited; Cyf; Cyfyngedig; CCC
            """
        ),
        ("IE", "DAC; Designated Activity Company; CLG; Company Limited by Guarantee; Teoranta; Teo; CPT; UC; ULC"),
        (
            "DE",
            """
            GmbH; Gmbh mbH; mbH; Gesellschaft mit beschränkter Haftung; Ges mbH; Gesmbh; Gesellschaft mbH; gGmbH;
            gemeinnützige GmbH; AG; Aktiengesellschaft; Aktienges; Aktges; Akt Ges; Aktien Gesellschaft; KG;
            Kommanditgesellschaft; KGaA; Kommanditgesellschaft auf Aktien; OHG; Offene Handelsgesellschaft; GmbH &
            Co KG; GmbH Co; GmbH & Co KGaA; GmbH & Co OHG; AG & Co KG; AG & Co KGaA; SE & Co KG; SE & Co KGaA; Co
            KG; Co KGaA; Co OHG; UG; UG haftungsbeschränkt; Unternehmergesellschaft; Unternehmergesellschaft
            haftungsbeschränkt; haftungsbeschränkt; eV; eingetragener Verein; eG; eingetragene Genossenschaft; eK;
            eKfm; eKfr; eingetragener Kaufmann; GbR; PartG; PartG mbB; PartGmbB; VVaG; Stiftung & Co KG; gAG; InvAG;
            Gmbhco; Cokg; Kommanditges
            """
        ),
        ("AT", "GesmbH; Ges m b H; GmbH; AG; OG; Offene Gesellschaft; KEG; OEG; GmbH & Co OG; FlexCo; eU; GesnbR"),
        (
            "CH",
            """
            AG; SA; GmbH; Sàrl; Sagl; Kollektivgesellschaft; Genossenschaft; Société coopérative; SNC; Società
            anonima; Società a garanzia limitata; Société à responsabilité limitée
            """
        ),
        ("LI", "Anstalt; Trust reg; reg; AG; Aktiengesellschaft"),
        (
            "FR",
            """
            SA; Société Anonyme; Soc An; Ste Anonyme; SARL; S à r l; Société à responsabilité limitée; SAS; Société
            par actions simplifiée; SASU; EURL; SNC; Société en nom collectif; SCA; Société en commandite par
            actions; SCS; Société en commandite simple; SCI; Société civile; GIE; Groupement d'intérêt économique;
            SCOP; SCP; SELARL; SELAS; SEM; EPIC; EPE; Cie; et Cie; & Cie; SA à directoire et conseil de
            surveillance; SA à conseil d'administration; SADIR; Société Anonyme dite; Société pour actions
            simplifiée; SCEA; GAEC; EARL; SCIC; SICAV
            """
        ),
        ("MC", "SAM; Société anonyme monégasque; SARL; SCM"),
        (
            "BE",
            """
            NV; SA; NV SA; SA NV; Naamloze Vennootschap; BV; SRL; BVBA; SPRL; EBVBA; SPRLU; CVBA; SCRL; CV; SC; Comm
            V; CommV; VOF; ASBL; VZW; Besloten vennootschap; Société privée à responsabilité limitée; CVA; AISBL;
            IVZW; BV SRL; BVBA SPRL
            """
        ),
        (
            "LU",
            """
            SA; Sàrl; SARL; SCSp; SCA; SICAR; SECS; Société à responsabilité limitée simplifiée; Soparfi; SICAV SIF
            """
        ),
        (
            "NL",
            """
            NV; N V; Naamloze Vennootschap; BV; B V; Besloten Vennootschap; Besloten vennootschap met beperkte
            aansprakelijkheid; VOF; Vennootschap onder firma; CV; Commanditaire vennootschap; Coöperatie UA;
            Coöperatieve UA; Coop UA; UA; BA; WA; Maatschap; Stichting
            """
        ),
        (
            "IT",
            """
            SpA; Società per Azioni; Soc per Az; Soc p Az; SRL; Società a responsabilità limitata; Soc a r l; Soc a
            resp lim; Srls; SNC; Società in nome collettivo; SAS; Società in accomandita semplice; SAPA; Società in
            accomandita per azioni; Scarl; Scrl; Scpa; Società cooperativa; Soc Coop; Soc Coop a r l; SS; SpA con
            socio unico; con socio unico; unipersonale; socio unico; Srl unipersonale; Onlus; Spa in sigla; Sa
            sigla; Soc per azioni
            """
        ),
        ("SM", "SpA; SRL; SUrl"),
        (
            "ES",
            """
            SA; Sociedad Anónima; Soc Anon; SAU; Sociedad Anónima Unipersonal; SL; Sociedad Limitada; Sociedad de
            Responsabilidad Limitada; SLU; SLL; SLNE; SLP; SAL; Sociedad Anónima Laboral; SCoop; S Coop; Sociedad
            Cooperativa; CB; Comunidad de Bienes; SC; SCL; SCCL; SRL; Cía; y Cía; Compañía Anónima; AIE; SA de; SL
            unipersonal; SA unipersonal
            """
        ),
        ("AD", "SA; SL; SLU; SAU; Societat limitada; Societat anònima"),
        (
            "PT",
            """
            SA; Lda; Limitada; Unipessoal Lda; Sociedade Anónima; Sociedade por Quotas; Sociedade Unipessoal; SGPS;
            SGPS SA; CRL; ACE; EP; EPE; Cooperativa de Responsabilidade Limitada
            """
        ),
        (
            "BR",
            """
            Ltda; Limitada; SA; S/A; Sociedade Anônima; ME; EPP; Ltda ME; Ltda EPP; EIRELI; EIRELI ME; EIRELI EPP;
            MEI; Sociedade Simples; Sociedade Limitada; Cia; SLU; Sociedade por Ações
            """
        ),
        (
            "MX",
            """
            SA de CV; SA de C V; Sociedad Anónima de Capital Variable; SAB de CV; SAB; SAPI de CV; SAPI; S de RL de
            CV; S de RL; S de R L de C V; S de R L; SRL de CV; Sociedad de Responsabilidad Limitada de Capital
            Variable; SC; SC de RL; SOFOM; SOFOM ENR; SA de CV SOFOM ENR; de CV; SNC; AC; SPR de RL; SAS de CV
            """
        ),
        ("AR", "SA; SRL; SAS; SACI; SAIC; SACIF; SACIFIA; SAICF; SCA; SAICyF; SACIyF; SAU; Sociedad en Comandita"),
        ("CL", "SA; SpA; Ltda; Limitada; EIRL; SAC; Sociedad por Acciones; Cía Ltda"),
        ("CO", "SA; SAS; Ltda; ESP; SA ESP; SAS ESP; EU; SCA; S en C; SA BIC; SAS BIC; Y Cía S en C"),
        ("PE", "SA; SAC; SAA; SRL; EIRL; SRLTDA; SCRL; Sociedad Anónima Cerrada; Sociedad Anónima Abierta"),
        ("VE", "CA; C A; Compañía Anónima; SA; SRL; SACA"),
        ("EC", "SA; Cía Ltda; CA; CEM"),
        ("UY", "SA; SRL; SAS"),
        ("CR", "SA; SRL; Ltda; Sociedad de Responsabilidad Limitada"),
        ("GT", "SA; Sociedad Anónima"),
        ("PA", "SA; S de RL; Corp"),
        (
            "SE",
            """
            AB; Aktiebolag; Aktiebolaget; AB publ; publ; HB; Handelsbolag; Handelsbolaget; KB; Kommanditbolag;
            Ekonomisk förening; Ek för; Ideell förening; Enskild firma; Telefonaktiebolaget; Telefonab; Telefon AB
            """
        ),
        (
            "NO",
            """
            AS; A/S; ASA; Aksjeselskap; Aksjeselskapet; Allmennaksjeselskap; ANS; DA; KS; NUF; SA; BA; ENK; SF; IKS;
            Samvirkeforetak
            """
        ),
        (
            "DK",
            """
            A/S; AS; Aktieselskab; Aktieselskabet; ApS; Anpartsselskab; I/S; Interessentskab; K/S; Kommanditselskab;
            P/S; Partnerselskab; Amba; A m b a; AMBA; IVS; Fmba; Smba
            """
        ),
        (
            "FI",
            """
            Oy; Oyj; Osakeyhtiö; O/Y; Julkinen osakeyhtiö; Abp; Oy Ab; Ab Oy; Ky; Kommandiittiyhtiö; Ay; Avoin
            yhtiö; Osuuskunta; Osk; Tmi; Toiminimi; Ry; Publikt aktiebolag; Oyj Abp; Abp Oyj
            """
        ),
        ("IS", "hf; ehf; ohf; Hlutafélag; Einkahlutafélag; slf; sf; ses"),
        ("FO", "Sp/f; P/F; Smápartafelag; Partafelag"),
        (
            "PL",
            """
            Sp z oo; Sp z o o; Spz oo; Spzoo; Sp zoo; Spolka zoo; Spółka z oo; Spółka z ograniczoną
            odpowiedzialnością; Spolka z ograniczona odpowiedzialnoscia; Spółka z ogr odp; SA; Spółka Akcyjna; Sp j;
            Spj; Spółka jawna; Sp k; Spk; Spółka komandytowa; Sp z oo Sp k; Sp z oo SpK; SKA; Spółka komandytowo
            akcyjna; Sp p; PSA; Prosta Spółka Akcyjna; Spolka Akc; SC; Spółka cywilna; Z oo
            """
        ),
        (
            "CZ",
            """
            sro; s r o; spol s r o; spol sro; společnost s ručením omezeným; Spol s ro; as; a s; akciová společnost;
            Akc spol; vos; veřejná obchodní společnost; ks; komanditní společnost; zs; zapsaný spolek; Družstvo;
            ops; np; národní podnik; sp; státní podnik
            """
        ),
        ("SK", "sro; spol sro; spoločnosť s ručením obmedzeným; as; akciová spoločnosť; vos; ks; štátny podnik; jsa"),
        (
            "HU",
            """
            Kft; Korlátolt Felelősségű Társaság; Rt; Részvénytársaság; Zrt; Zártkörűen Működő Részvénytársaság;
            Nyrt; Nyilvánosan Működő Részvénytársaság; Bt; Betéti Társaság; Kkt; Kht; Nonprofit Kft; Szövetkezet;
            Vállalat
            """
        ),
        (
            "RO",
            """
            SRL; SA; SC SRL; SC SA; SNC; SCS; SCA; Societate cu răspundere limitată; Societate pe acțiuni; SRL D;
            PFA; RA; Societatea Comercială; SC
            """
        ),
        ("MD", "SRL; SA; ICS; ÎM; Societate cu răspundere limitată"),
        ("BG", "OOD; EOOD; AD; EAD; ET; SD; KD; KDA; ООД; ЕООД; АД; ЕАД; ЕТ; СД; КД; КДА; АДСИЦ"),
        (
            "SI",
            """
            doo; d o o; dd; d d; dno; kd; sp; družba z omejeno odgovornostjo; delniška družba; samostojni podjetnik;
            zoo; dd o
            """
        ),
        ("HR", "doo; jdoo; dd; društvo s ograničenom odgovornošću; dioničko društvo; obrt; jtd; kd; d o o za"),
        (
            "RS",
            """
            doo; ad; društvo sa ograničenom odgovornošću; akcionarsko društvo; pr; od; kd; ДОО; АД; д о о; а д;
            preduzece
            """
        ),
        ("BA", "doo; dd; ad; DOO; dioničko društvo"),
        ("MK", "DOOEL; DOO; AD; ДООЕЛ; ДОО; АД"),
        ("ME", "doo; ad"),
        ("AL", "Shpk; Sh p k; Sha; Sh a"),
        (
            "GR",
            """
            AE; ΑΕ; Α Ε; Ανώνυμη Εταιρεία; Ανώνυμος Εταιρεία; Anonimi Etairia; Anonymi Etairia; EPE; ΕΠΕ; Ε Π Ε;
            Εταιρεία Περιορισμένης Ευθύνης; OE; ΟΕ; EE; ΕΕ; IKE; ΙΚΕ; ABEE; ΑΒΕΕ; AVEE; AEBE; ΑΕΒΕ; ATE; AEVE; SA;
            ΑΕΕ; ΜΙΚΕ; ΑΝΩΝΥΜΗ
            """
        ),
        ("CY", "Ltd; PLC; ΔΗΜΟΣΙΑ; ΛΤΔ; Λτδ"),
        ("MT", "Ltd; PLC; p l c"),
        (
            "TR",
            """
            AŞ; A Ş; Anonim Şirketi; Anonim Şti; Anonim Sirket; Ltd Şti; Limited Şirketi; Limited Şti; Şti; San ve
            Tic AŞ; San ve Tic Ltd Şti; Sanayi ve Ticaret AŞ; Sanayi ve Ticaret Anonim Şirketi; Sanayi ve Ticaret
            Ltd Şti; Sanayi ve Ticaret Limited Şirketi; San Tic AŞ; San Tic Ltd Şti; Tic AŞ; Ticaret AŞ; Tic Ltd
            Şti; Ticaret Ltd Şti; Ticaret Limited Şirketi; Ticaret Anonim Şirketi; Koll Şti; Kom Şti; TAŞ; T A Ş;
            Ltd Sirketi
            """
        ),
        (
            "RU",
            """
            ООО; ОАО; ЗАО; ПАО; АО; НАО; ИП; ФГУП; ГУП; МУП; НПО; НПП; ТОО; ЧП; ОДО; АНО; НКО; ФГБОУ; ФГБУ; Общество
            с ограниченной ответственностью; Акционерное общество; Открытое акционерное общество; Закрытое
            акционерное общество; Публичное акционерное общество; Непубличное акционерное общество; Индивидуальный
            предприниматель; OOO; OAO; ZAO; PAO; AO; NAO; AOOT; AOZT; FGUP; GUP; MUP; IP; Obschestvo s ogranichennoi
            otvetstvennostyu; Obschestvo s ogranichennoy otvetstvennostyu; Obshchestvo s ogranichennoi
            otvetstvennostyu; Obshchestvo s ogranichennoy otvetstvennostyu; Otkrytoe aktsionernoe obschestvo;
            Otkrytoe aktsionernoe obshchestvo; Zakrytoe aktsionernoe obschestvo; Zakrytoe aktsionernoe obshchestvo;
            Publichnoe aktsionernoe obschestvo; Publichnoe aktsionernoe obshchestvo; Aktsionernoe obschestvo;
            Aktsionernoe obshchestvo; Joint Stock Company; Joint Stock Co; JSC; OJSC; CJSC; PJSC; Open Joint Stock
            Company; Closed Joint Stock Company; Public Joint Stock Company; Limited Liability Society; Society with
            limited liability; Jt Stk Co
            """
        ),
        (
            "UA",
            """
            ТОВ; ПАТ; ПрАТ; АТ; ТДВ; ФОП; ПП; TOV; PAT; PrAT; AT; TDV; TzOV; ВАТ; ЗАТ; Товариство з обмеженою
            відповідальністю; Приватне акціонерне товариство; Публічне акціонерне товариство; Tovarystvo z
            obmezhenoiu vidpovidalnistiu
            """
        ),
        ("BY", "ООО; ОАО; ЗАО; ОДО; УП; ЧУП; РУП; СООО; ИООО; ЧТУП; ТАА; Унитарное предприятие"),
        (
            "KZ",
            """
            ТОО; АО; ЖШС; АҚ; ТДО; TOO; LLP; Товарищество с ограниченной ответственностью; Tovarishchestvo s
            ogranichennoi otvetstvennostyu
            """
        ),
        ("UZ", "MChJ; МЧЖ; AJ; XK; QK; АЖ; ООО; Mas'uliyati cheklangan jamiyat"),
        ("KG", "ОсОО; ОАО; ЗАО; OsOO"),
        ("AZ", "MMC; ASC; QSC; Məhdud Məsuliyyətli Cəmiyyət"),
        ("AM", "ՍՊԸ; ՓԲԸ; ԲԲԸ; SPY; PBY"),
        ("GE", "შპს; სს; Shps"),
        ("LT", "UAB; AB; VšĮ; IĮ; MB; KŪB; Uždaroji akcinė bendrovė; Akcinė bendrovė; Mažoji bendrija; TŪB"),
        ("LV", "SIA; AS; Sabiedrība ar ierobežotu atbildību; Akciju sabiedrība; IK; PS; KS"),
        ("EE", "OÜ; AS; Osaühing; Aktsiaselts; TÜ; UÜ; FIE; MTÜ"),
        (
            "JP",
            """
            KK; K K; Kabushiki Kaisha; Kabushiki Gaisha; Kabushikikaisha; Kabushikigaisha; Kabusiki Kaisha;
            Kabushiki; Kaisha; Gaisha; YK; Yugen Kaisha; Yugen Gaisha; Yugengaisha; GK; Godo Kaisha; Godo Gaisha;
            Goshi Kaisha; Gomei Kaisha; Gomei Gaisha; Goshi Gaisha; Ippan Shadan Hojin; Zaidan Hojin; Dokuritsu
            Gyosei Hojin; Kokuritsu Daigaku Hojin; Kokuritsu Kenkyu Kaihatsu Hojin; Kabushiki Kaisya; Gakko Hojin;
            KG Kaisha
            """
        ),
        (
            "KR",
            """
            Jusik Hoesa; Chusik Hoesa; Yuhan Hoesa; Jusikhoesa; Chusikhoesa; 주식회사; 유한회사; 합자회사; 합명회사; 유한책임회사; 사단법인;
            재단법인; 주; 유
            """
        ),
        (
            "CN",
            """
            Co Ltd; Company Limited; Limited Company; Ltd Company; Corporation Ltd; Corp Ltd; Corporation Limited;
            Group Co Ltd; Holding Co Ltd; Ltd Corp; Joint Stock Limited Company; Limited Liability Corporation; Co
            Limited; Comp Ltd; Youxian Gongsi; Gufen Youxian Gongsi; Youxian Zeren Gongsi; WFOE; CLtd; Co Ld; Ltdco
            """
        ),
        ("HK", "Ltd; Limited; Company Limited; HK Ltd"),
        ("TW", "Co Ltd; Inc; Gufen Youxian Gongsi"),
        ("SG", "Pte Ltd; Pte; Pte Limited; Private Limited; Pteltd; Ptd Ltd; LLP; Pvt Ltd; Ltd"),
        ("MY", "Sdn Bhd; Bhd; Sdn; Sendirian Berhad; Berhad; Sdnbhd; PLT; Perkongsian Liabiliti Terhad"),
        ("BN", "Sdn Bhd; Bhd"),
        ("ID", "PT; P T; Perseroan Terbatas; Tbk; PT Tbk; CV; Persero; UD; PD; Persero Tbk; Perum"),
        (
            "TH",
            """
            Co Ltd; Public Company Limited; PCL; Public Co Ltd; Pub Co Ltd; บริษัท; จำกัด; มหาชน; จำกัด มหาชน;
            ห้างหุ้นส่วนจำกัด; Limited Partnership; Borisat; Chamkat
            """
        ),
        (
            "VN",
            """
            JSC; TNHH; CTCP; Công ty TNHH; Công ty Cổ phần; Công ty; Cổ phần; MTV; TNHH MTV; Joint Stock Company;
            Doanh nghiệp tư nhân; CP
            """
        ),
        ("PH", "Inc; Corp; OPC; Incorporated; Corporation"),
        (
            "IN",
            """
            Pvt Ltd; Private Limited; Pvt Limited; Private Ltd; Pvtltd; P Ltd; Pvt; P Limited; Public Limited; LLP;
            OPC; OPC Private Limited; Ltd; Limited; Section 8 Company; Govt Company; Pte; Private Limited Company
            """
        ),
        ("PK", "Pvt Ltd; Private Limited; SMC Pvt Ltd; Ltd; Limited; SMC Private Limited"),
        ("BD", "Ltd; Pvt Ltd; Limited; PLC"),
        ("LK", "PLC; Pvt Ltd; Private Limited; Ltd"),
        ("NP", "Pvt Ltd; Ltd; Pra Li"),
        (
            "AU",
            """
            Pty Ltd; Pty; Pty Limited; Proprietary Limited; Proprietary Ltd; Propriety Limited; Ltd; NL; No
            Liability; Ptyltd
            """
        ),
        ("NZ", "Ltd; Limited; Tapui Ltd"),
        (
            "ZA",
            """
            Pty Ltd; Proprietary Limited; Ltd; CC; Close Corporation; NPC; RF Pty Ltd; SOC Ltd; Edms Bpk; Bpk;
            Eiendoms Beperk; Beperk; SOC; Inc
            """
        ),
        ("NG", "Ltd; PLC; Ltd Gte; Nig Ltd; Nigeria Ltd"),
        ("KE", "Ltd; PLC; Limited; EPZ Ltd"),
        ("EG", "SAE; S A E; LLC; Egyptian Joint Stock Company"),
        ("MA", "SA; SARL; SARLAU; SARL AU; SNC"),
        ("TN", "SA; SARL; SUARL"),
        ("DZ", "SPA; EURL; SARL; EPE SPA; SNC"),
        (
            "AE",
            """
            LLC; L L C; FZE; FZCO; FZ LLC; FZC; DMCC; FZ Co; PJSC; DWC LLC; Free Zone Company; Free Zone
            Establishment; SPS; WLL; Est
            """
        ),
        ("SA", "LLC; JSC; CJSC; Est; Saudi Joint Stock Company; Establishment; SJSC"),
        ("QA", "WLL; QSC; QPSC; LLC; With Limited Liability"),
        ("KW", "KSC; KSCC; KSCP; WLL; KSCC Public"),
        ("BH", "BSC; WLL; BSC c; Bsc Closed; SPC"),
        ("OM", "SAOG; SAOC; LLC"),
        ("IL", "Ltd; בע מ; בעמ; Baam; B M"),
        ("IR", "PJS; Sahami Khas; Sahami Am; PJSC"),
        ("JO", "PLC; PSC; Ltd"),
        ("LB", "SAL; S A L; SARL; Offshore SAL; Holding SAL"),
        (
            "CA",
            """
            Inc; Ltd; Ltée; Limitée; Inc Ltée; Enr; Senc; SENC; ULC; Unlimited Liability Company; Corp; Ltd Ltée;
            Corporation
            """
        ),
        ("KY", "SPC; LDC; Exempted Company; Ltd; ELP; SEZC; Exempted Limited Partnership"),
        ("VG", "Ltd; BVI Ltd; BC; Business Company"),
        ("BM", "Ltd; Limited; LDC"),
        ("PR", "Inc; CSP; LLC"),
        ("DO", "SRL; SA; EIRL; SAS"),
        (
            "EU",
            """
            SE; Societas Europaea; EEIG; EWIV; GEIE; SCE; European Economic Interest Grouping; Europäische
            Gesellschaft; Societas Europea
            """
        ),
    ]

    /// Two letters may as well be a word or somebody's initials: they count as a form only at an end of a name, or
    /// beside another form.
    private static let ambiguousWords: Set<String> = [
        "CIC", "CIO", "CCC", "TEO", "UNLIMITED", "COMP", "COMPANIES", "REG", "TRUST", "SAM", "SEM", "EPIC", "ANSTALT",
        "GENOSSENSCHAFT", "STICHTING", "MAATSCHAP", "SAL", "ACE", "ETS", "PUBL", "AMBA", "PAT", "ANO", "SPY", "IKE",
        "ATE", "RTM", "CYF", "SKA", "PSA", "SPC", "BSC", "EST", "ESTABLISHMENT", "PERUM", "PERSERO", "UNIPERSONALE",
        "DAC",
        "CLG", "CPT", "PBC", "PBY", "AIE", "MEI", "EPP", "ESP", "SACA", "CEM", "IVS", "OBRT", "OPS", "DOO", "ICS",
        "ASC",
        "MMC", "QSC", "TAA", "SIA", "FIE", "NPC", "SOC", "PLT", "SPS", "PJS", "PSC", "ELP", "LDC", "CSP", "SCE", "SCI",
        "SCP", "SIF", "GIE", "TAS", "AMB", "ENR", "SENC", "NPO", "NPP", "MUP", "GUP", "PRELI", "OPC", "CTCP", "SIC",
        "PTD", "CTY", "LIMITADA", "COS", "DROUZHSTVO", "DRUZSTVO", "OBSHCHESTVO", "VALLALAT", "SZOVETKEZET", "CHAMKAT",
        "EDMS", "KAISHA", "GAISHA", "KABUSHIKI", "UNIPESSOAL", "HOJIN", "SACI", "SAIC", "SADIR", "ABP", "OSK", "TMI",
        "EXEMPTED", "SUARL", "COMPANY", "REGISTERED", "PREDUZECE", "PRIVATE", "PVT", "CORPOR", "CNP", "SMC", "SOPARFI",
        "KOM", "KOLL", "TOV", "TDV", "FOP", "VAT", "ZAT", "CO", "ENK", "DWC", "BVI",
    ]

    /// Forms that stand before the name as well.
    private static let leadingWords: Set<String> = [
        "OOO", "OAO", "ZAO", "PAO", "AO", "NAO", "TOO", "TOV", "PT", "UAB", "SIA", "OU", "AB", "AS", "OY", "KK", "UD",
        "PAT", "PRAT", "FGUP", "GUP", "MUP", "JSC", "OJSC", "CJSC", "PJSC", "NAUCHNO", "CTCP", "TNHH", "IP",
        "AKTIEBOLAGET",
        "AKTIESELSKABET", "NV", "BV", "GMBH", "SARL", "LLC", "SPA", "SRL", "OSAKEYHTIO", "AKTIEBOLAG", "LTD", "EOOD",
        "OOD", "JSCO", "SPZOO", "AG", "AE", "TELEFONAKTIEBOLAGET", "TELEFONAB", "INC", "CV", "CORPORATION", "ZHSHS",
    ]

    private struct Node {
        var children: [String: Int] = [:]
        var isEnd = false
    }

    /// A tree of the words of all forms.
    private static let tree: [Node] = {
        var tree = [Node()]
        for (_, forms) in byJurisdiction {
            for form in forms.split(separator: ";") {
                // Joining of single letters is done once more where a form holds some that stand apart.
                for words in Set([NameWords.of(String(form)), NameWords.of(String(form), joinsLetters: false)]) {
                    var node = 0
                    for word in words where !word.isEmpty {
                        if let next = tree[node].children[word] {
                            node = next
                        } else {
                            tree.append(Node())
                            tree[node].children[word] = tree.count - 1
                            node = tree.count - 1
                        }
                    }
                    if node != 0 { tree[node].isEnd = true }
                }
            }
        }
        return tree
    }()

    /// How many words from a place on are a form; 0 for none. The longest counts.
    private static func length(_ words: ArraySlice<String>) -> Int {
        var node = 0
        var longest = 0
        var count = 0
        for word in words {
            guard let next = tree[node].children[word] else { break }
            node = next
            count += 1
            if tree[node].isEnd { longest = count }
        }
        return longest
    }

    /// Whether a form tells by itself that it is one, wherever it stands.
    private static func isPlain(_ words: ArraySlice<String>) -> Bool {
        if words.count > 1 { return words.contains { $0.unicodeScalars.count > 2 } || words.count > 2 }
        guard let word = words.first else { return false }
        return word.unicodeScalars.count > 2 && !ambiguousWords.contains(word)
    }

    /// Takes the legal forms out of a name.
    ///
    /// - Returns: what is left, and whether there was a form. A name that is nothing but form is left as it is.
    static func strip(_ words: [String]) -> (words: [String], hasForm: Bool) {
        var isForm = [Bool](repeating: false, count: words.count)
        // Those that are plain, anywhere but at the start.
        var place = 0
        while place < words.count {
            let length = length(words[place...])
            let found = words[place..<(place + length)]
            if length > 0, place > 0 || length > 1 || leadingWords.contains(words[0]), isPlain(found) {
                for index in place..<(place + length) { isForm[index] = true }
                place += length
            } else {
                place += 1
            }
        }
        // Those at the end, and before a form: `Siemens AG`, `Hitachi Co Ltd`.
        var changed = true
        while changed {
            changed = false
            for place in words.indices where place > 0 && !isForm[place] {
                let length = length(words[place...])
                guard length > 0 else { continue }
                let end = place + length
                guard end == words.count || isForm[end], !isForm[place..<end].contains(true) || length > 1 else {
                    continue
                }
                for index in place..<end where !isForm[index] {
                    isForm[index] = true
                    changed = true
                }
            }
            // And behind a form: `GmbH AG`, and words such as a place between two of them stay.
            for place in words.indices
            where place > 1 && !isForm[place] && isForm[place - 1] && length(words[place...(place)]) == 1
                && words[place].unicodeScalars.count <= 3
            {
                isForm[place] = true
                changed = true
            }
        }
        if words.count > 1, !isForm[0], leadingWords.contains(words[0]), isForm.dropFirst().contains(false) {
            isForm[0] = true
        }
        // `SC Romstal SRL`, `S.C. Dacia S.A.`
        if words.count > 2, words[0] == "SC", isForm[words.count - 1] { isForm[0] = true }
        let rest = zip(words, isForm).filter { !$0.1 }.map(\.0)
        return rest.isEmpty ? (words, true) : (rest, rest.count < words.count)
    }

    /// Whether words are nothing but a legal form.
    static func areForm(_ words: [String]) -> Bool {
        var place = 0
        while place < words.count {
            let length = length(words[place...])
            guard length > 0 else { return false }
            place += length
        }
        return !words.isEmpty
    }
}
