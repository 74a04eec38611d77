#!/usr/bin/env python3
"""Companies as tables of patent applicants spell them: well-known names under controlled spellings, seeded.

usage: applicants.py SEED [full|spellings|short]        (a CSV for `waybill match`: id, name, and whose it is)
       applicants.py SEED many COUNT                    (made-up names, and one company in each hundredth row)

full: every row, a company's usual spelling hundreds of times; spellings: each spelling once; short: each spelling without legal form
once. The names are public knowledge; the spellings are made: legal forms spelt, dotted, spaced and abbreviated; words swapped, left
out, shortened, joined, split and mistyped; places before and behind; decoration; case and diacritics. Companies that share a
word with others (Mitsubishi, General, American, Sumitomo, …) are there to be mistaken for one another.
"""
import csv
import random
import sys
import unicodedata

# Company: what it calls itself (the first is the usual one) | its legal forms | where it is, or has branches.
COMPANIES = """
Koninklijke Philips Electronics; Philips Electronics; Philips; Koninklijke Philips; Philips Gloeilampenfabrieken | NV | Netherlands, Nederland, USA, Deutschland
Robert Bosch; Bosch | GMBH | Deutschland, Australia, France
Siemens | AG | Deutschland, Österreich, Schweiz, China, USA, Nederland
Samsung Electronics | COLTD | Korea, China, America
LG Electronics | INC, COLTD | Korea, USA
LG Chem | LTD | Korea
Hitachi; Hitachi Seisakusho | LTD, KK | Japan, Europe, America
Hitachi Chemical; Hitachi Kasei Chemical | COLTD, KK | Japan
Toshiba; Tokyo Shibaura Electric; Tokyo Shibaura Denki | CORP, KK | Japan, America, Europe
Mitsubishi Electric; Mitsubishi Denki | CORP, KK | Japan
Mitsubishi Heavy Industries; Mitsubishi Jukogyo; Mitsubishi Heavy Ind | LTD, KK |
Mitsubishi Chemical; Mitsubishi Kagaku | CORP, KK |
Mitsubishi Materials | CORP |
Matsushita Electric Industrial; Matsushita Electric Ind; Matsushita Electric | COLTD |
Sony | CORP, KK | Deutschland, Europe, France
Canon | KK, INC | Europe, USA
Fujitsu | LTD, KK |
Fuji Photo Film | COLTD | Japan
Fuji Electric; Fuji Denki | COLTD, KK |
Fuji Xerox | COLTD |
NEC; Nippon Electric | CORP, COLTD |
Sharp | KK, CORP | Deutschland
Sanyo Electric; Sanyo Denki | COLTD |
Ricoh | KK, COLTD | Japan
Seiko Epson; Epson | CORP | Deutschland
Nissan Motor; Nissan Jidosha | COLTD | Europe
Toyota Motor; Toyota; Toyota Jidosha | CORP, KK | Europe
Honda Motor; Honda; Honda Giken Kogyo | COLTD, KK | Europe
Sumitomo Electric Industries; Sumitomo Electric Ind; Sumitomo Denki Kogyo | LTD |
Sumitomo Chemical; Sumitomo Kagaku | COLTD |
Sumitomo Metal Industries; Sumitomo Kinzoku Kogyo | LTD |
Nippon Steel | CORP |
Nippon Paint | COLTD |
Kobe Steel; Kobe Seitetsu | LTD, KK |
Kawasaki Heavy Industries; Kawasaki Jukogyo | LTD, KK |
Kawasaki Steel | CORP |
Asahi Glass | COLTD |
Asahi Chemical Industry; Asahi Kasei Kogyo | COLTD, KK |
Takeda Pharmaceutical; Takeda Chemical Industries | COLTD |
General Electric; General Electric Co; GE | CO | USA
General Motors; GM | CORP |
General Foods | CORP |
American Cyanamid | CO | USA
American Express | CO |
American Airlines | INC |
International Business Machines; IBM; Intl Business Machines; Internat Business Machines | CORP | Deutschland, UK, France, Japan
Minnesota Mining and Manufacturing; 3M; Minnesota Mining & Mfg | CO |
E I du Pont de Nemours; Du Pont; DuPont; EI Dupont de Nemours | CO | Deutschland, Canada
Dow Chemical; Dow | CO | Europe
Dow Corning | CORP |
Corning; Corning Glass Works | INC |
Procter & Gamble; Procter and Gamble; Procter Gamble | CO | Europe
Johnson & Johnson | INC |
Eastman Kodak; Kodak | CO | 
Eastman Chemical | CO |
Xerox | CORP | Canada
Hewlett-Packard; Hewlett Packard; HP; Hewlett-Packard Development | CO, LP | Deutschland, France
Motorola | INC | Israel
Intel | CORP |
Texas Instruments | INC | Deutschland, France, Japan
Microsoft | CORP | Canada
Apple; Apple Computer | INC |
Advanced Micro Devices; AMD | INC |
Applied Materials; Applied Mat | INC |
Micron Technology; Micron | INC |
Honeywell International; Honeywell | INC | Deutschland, Canada
United Technologies | CORP | Deutschland
United Airlines | INC |
Boeing | CO |
Lockheed Martin; Lockheed | CORP |
Caterpillar | INC | Japan
Deere; John Deere | CO |
Ford Motor; Ford; Ford Global Technologies | CO, LLC | Deutschland, Canada
Goodyear Tire & Rubber; Goodyear | CO |
Pfizer | INC | Japan
Merck; Merck & Co | INC |
Eli Lilly; Lilly | CO |
Bristol-Myers Squibb; Bristol Myers Squibb | CO |
Abbott Laboratories; Abbott Labs; Abbott | INC |
Kimberly-Clark; Kimberly Clark Worldwide; Kimberly Clark | CORP, INC |
Colgate-Palmolive; Colgate Palmolive | CO |
Union Carbide; Union Carbide Chemicals | CORP |
Phillips Petroleum | CO |
Westinghouse Electric; Westinghouse | CORP |
Western Electric | CO |
Western Digital | CORP |
Digital Equipment | CORP |
AT&T; American Telephone & Telegraph; AT & T | CORP |
Lucent Technologies; Lucent | INC |
Qualcomm | INC |
Cisco Technology; Cisco; Cisco Systems | INC |
Schlumberger Technology; Schlumberger | CORP, LTD | Canada
Halliburton Energy Services; Halliburton | INC |
Baker Hughes | INC |
Becton Dickinson | CO |
Emerson Electric; Emerson | CO |
Whirlpool | CORP | Europe
BASF; BASF Aktiengesellschaft | AG, SE | Schweiz, France
Bayer; Bayer Aktiengesellschaft | AG | Antwerpen
Hoechst; Farbwerke Hoechst | AG | France
Henkel | KGAA, AG |
Merck Patent | GMBH |
Daimler-Benz; Daimler Benz | AG |
Volkswagen; Volkswagenwerk; VW | AG |
Bayerische Motoren Werke; BMW | AG |
Audi | AG |
Porsche; Dr Ing h c F Porsche; Dr. Ing. h.c. F. Porsche | AG |
Continental | AG |
Thyssen Krupp; ThyssenKrupp; Thyssen Krupp Stahl | AG |
Mannesmann | AG |
Heidelberger Druckmaschinen; Heidelberger Druckmasch | AG |
Carl Zeiss; Zeiss; Carl Zeiss Jena | AG, GMBH |
Schaeffler; Schaeffler Technologies | KG, COKG |
ZF Friedrichshafen; Zahnradfabrik Friedrichshafen; ZF | AG |
Infineon Technologies; Infineon | AG |
Boehringer Ingelheim; Boehringer Ingelheim Pharma | GMBH, COKG |
Boehringer Mannheim | GMBH |
Beiersdorf | AG |
Miele; Miele & Cie | COKG |
Fraunhofer-Gesellschaft; Fraunhofer Gesellschaft zur Förderung der angewandten Forschung; Fraunhofer Ges Forschung | EV |
Max-Planck-Gesellschaft; Max Planck Gesellschaft zur Förderung der Wissenschaften; Max Planck Ges Foerderung | EV |
Ciba-Geigy; Ciba Geigy | AG | Schweiz
Novartis | AG |
F. Hoffmann-La Roche; Hoffmann La Roche; Hoffmann-La Roche; Roche | AG | Schweiz
Sandoz | AG, LTD | Schweiz
Nestlé; Nestec; Société des Produits Nestlé | SA | Suisse
Sulzer; Gebrüder Sulzer; Gebr Sulzer | AG |
ABB; Asea Brown Boveri; ABB Research | AG, LTD | Schweiz
L'Oréal | SA | France, USA
Thomson CSF; Thomson-CSF | SA |
Alcatel | SA | Deutschland
Alsthom; Alstom | SA | France
Michelin; Compagnie Générale des Établissements Michelin; Michelin Recherche et Technique | SA, CIE |
Renault | SAS, SA | France
Peugeot; Automobiles Peugeot | SA |
Valeo; Valeo Vision | SA | France
Rhône-Poulenc; Rhone Poulenc Chimie; Rhone Poulenc Industries; Rhône Poulenc | SA |
Saint-Gobain; Saint Gobain Vitrage; Saint-Gobain Glass France | SA |
Commissariat à l'Énergie Atomique; Commissariat Energie Atomique; CEA | - |
Institut Français du Pétrole; Inst Francais du Petrole; IFP | - |
Schneider Electric; Schneider Electric Industries | SA, SAS | France, USA
Air Liquide; L'Air Liquide | SA | France
Pirelli; Pirelli Pneumatici | SPA | Italia
Fiat; Fiat Auto | SPA | Italia
Montedison | SPA |
Eni; Eni Tecnologie | SPA |
STMicroelectronics; ST Microelectronics | SRL, SA, NV |
Telefonaktiebolaget LM Ericsson; Ericsson; LM Ericsson; Telefonaktiebolaget L M Ericsson (publ) | AB | Sverige
Volvo; Volvo Lastvagnar | AB |
Sandvik; Sandvik Intellectual Property | AB | Sverige
SKF; Svenska Kullagerfabriken | AB | Sverige
Electrolux | AB | Sverige, Italia
Tetra Laval; Tetra Laval Holdings & Finance | SA |
AstraZeneca; Astra Zeneca | AB, LTD |
Nokia; Nokia Mobile Phones | OYJ, OY | Finland
Nokia Siemens Networks | OY |
Kone | OY, OYJ |
Outokumpu | OY, OYJ | 
Danfoss | AS | Danmark
Novo Nordisk | AS |
Haldor Topsøe; Haldor Topsoe | AS |
Norsk Hydro | ASA, AS |
Unilever | NV, PLC | Nederland
Shell Internationale Research Maatschappij; Shell; Shell Int Research; Shell International Research | BV | 
Akzo Nobel; Akzo | NV |
DSM; Koninklijke DSM; DSM IP Assets | NV, BV |
Stamicarbon | BV |
ASML; ASML Netherlands | BV, NV |
Imperial Chemical Industries; ICI; Imperial Chem Ind | PLC, LTD |
British Telecommunications; British Telecom | PLC |
British Petroleum; BP | PLC, COLTD |
Rolls-Royce; Rolls Royce | PLC | Deutschland
Glaxo; Glaxo Group | LTD |
Lucas Industries; Lucas Ind | PLC, LTD |
GKN; GKN Automotive | PLC, GMBH |
Solvay; Solvay et Cie | SA, CIE | Belgium, Deutschland
Janssen Pharmaceutica; Janssen Pharmaceutica; Janssen Pharma | NV |
Agfa-Gevaert; Agfa Gevaert | NV, AG |
Bekaert; NV Bekaert | SA, NV |
Orlen; Polski Koncern Naftowy Orlen | SA, SPZOO | Polska
Selena; Selena Labs | SPZOO | Polska
Škoda; Škoda Auto | AS, SRO |
Richter Gedeon; Gedeon Richter; Richter Gedeon Vegyészeti Gyár | RT, NYRT |
Arçelik | AST | 
Kamaz; КАМАЗ | OAO, PAO |
Gazprom; Газпром | OAO, PAO |
Sibur; Сибур Холдинг | OOO, PAO |
Embraer; Embraer Empresa Brasileira de Aeronáutica | SABR |
Petrobras; Petróleo Brasileiro | SABR |
Cemex; Cemex Research Group | SADECV | México
Huawei Technologies; Huawei; Huawei Tech | COLTD | China
ZTE | CORP | China
Tencent Technology Shenzhen; Tencent; Tencent Technology | COLTD | 
BOE Technology Group; BOE Technology | COLTD | China
Haier Group; Haier | CORP, COLTD |
Hyundai Motor; Hyundai Motor Company | COLTD | Korea
Hyundai Heavy Industries; Hyundai Heavy Ind | COLTD |
Kia Motors; Kia | CORP |
POSCO | COLTD | Korea
Hon Hai Precision Industry; Hon Hai Precision; Hon Hai Prec Ind | COLTD |
Taiwan Semiconductor Manufacturing; TSMC; Taiwan Semiconductor Mfg | COLTD |
Industrial Technology Research Institute; Ind Tech Res Inst; ITRI | - |
United Microelectronics | CORP |
Tata Steel | LTD |
Tata Consultancy Services | LTD |
Ranbaxy Laboratories; Ranbaxy Labs | LTD | India
BHP Billiton; BHP | LTD, PTY |
Orica; Orica Explosives Technology | PTY | Australia
Commonwealth Scientific and Industrial Research Organisation; Commonwealth Scientific & Industrial Research Org; Commw Scient Ind Res Org | - |
Sasol; Sasol Technology | PTY |
Teva Pharmaceutical Industries; Teva Pharma; Teva Pharmaceutical | LTD | USA
"""
FORMS = {
    "NV": ["N.V.", "NV", "N V", "N. V.", "Naamloze Vennootschap", ""],
    "BV": ["B.V.", "BV", "B V", "Besloten Vennootschap", ""],
    "GMBH": ["GmbH", "GMBH", "G.m.b.H.", "Gesellschaft mit beschränkter Haftung", "Gesellschaft mbH", "GmbH & Co. KG", "G M B H", ""],
    "AG": ["AG", "A.G.", "Aktiengesellschaft", "A G", "Aktienges.", ""],
    "SE": ["SE", "S.E.", ""],
    "KGAA": ["KGaA", "Kommanditgesellschaft auf Aktien", "AG & Co. KGaA", "K.G.a.A.", ""],
    "KG": ["KG", "K.G.", "Kommanditgesellschaft", ""],
    "COKG": ["GmbH & Co. KG", "GmbH & Co KG", "GMBH&CO.KG", "GmbH und Co. KG", "& Co. KG", ""],
    "EV": ["e.V.", "EV", "E V", "eingetragener Verein", ""],
    "COLTD": ["Co., Ltd.", "Co Ltd", "CO., LTD", "Company Limited", "Co.,Ltd.", "Company, Ltd.", "CO LTD", "Co. Ltd", ""],
    "LTD": ["Ltd.", "Ltd", "LIMITED", "Limited", ""],
    "PTY": ["Pty Ltd", "Pty. Ltd.", "PTY LIMITED", "Proprietary Limited", "Pty Limited", ""],
    "PLC": ["plc", "P.L.C.", "PLC", "Public Limited Company", "p.l.c.", ""],
    "INC": ["Inc.", "Inc", "Incorporated", "INC", ", Inc.", ""],
    "CORP": ["Corp.", "Corp", "Corporation", "CORPORATION", ""],
    "CO": ["Co.", "Co", "Company", "COMPANY", "Company, Inc.", "Co. (The)", ""],
    "LLC": ["LLC", "L.L.C.", "Limited Liability Company", "L L C", ""],
    "LP": ["L.P.", "LP", "L P", "Limited Partnership", ""],
    "KK": ["K.K.", "KK", "Kabushiki Kaisha", "K K", "Kabushikikaisha", "Kabushiki Gaisha", ""],
    "SA": ["S.A.", "SA", "S A", "Société Anonyme", ""],
    "SAS": ["S.A.S.", "SAS", "Société par Actions Simplifiée", ""],
    "CIE": ["& Cie", "et Cie", "& Co", ""],
    "SPA": ["S.p.A.", "SPA", "S.P.A.", "Società per Azioni", "S p A", ""],
    "SRL": ["S.r.l.", "SRL", "S.R.L.", "Società a responsabilità limitata", ""],
    "AB": ["AB", "A.B.", "Aktiebolag", "Aktiebolaget", "AB (publ)", ""],
    "OY": ["Oy", "OY", "O.Y.", "Oy AB", ""],
    "OYJ": ["Oyj", "OYJ", "Oyj Abp", ""],
    "AS": ["A/S", "AS", "A.S.", "Aktieselskab", "Aktieselskabet", ""],
    "ASA": ["ASA", "A.S.A.", ""],
    "SPZOO": ["Sp. z o.o.", "Sp. z o. o.", "SP ZOO", "Spółka z ograniczoną odpowiedzialnością", "sp.z o.o.", ""],
    "SRO": ["s.r.o.", "spol. s r.o.", "S R O", ""],
    "RT": ["Rt.", "RT", "Részvénytársaság", ""],
    "NYRT": ["Nyrt.", "NYRT", ""],
    "AST": ["A.Ş.", "AS", "Anonim Şirketi", "Anonim Sirketi", ""],
    "OAO": ["OAO", "ОАО", ""],
    "PAO": ["PAO", "ПАО", "PJSC", "JSC", ""],
    "OOO": ["OOO", "ООО", "LLC", ""],
    "SABR": ["S.A.", "S/A", "SA", ""],
    "SADECV": ["S.A. de C.V.", "SA DE CV", "S.A.B. de C.V.", "Sociedad Anonima de Capital Variable", ""],
    "-": [""],
}
LEADING = {"OAO", "PAO", "OOO", "AB", "KK", "NV"}


def plain(text):
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def mistyped(word, chance):
    place = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1:]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2:
        return word[:place] + word[place + 1] + word[place] + word[place + 2:]
    return word[:place] + chance.choice("aeiourstln") + word[place + 1:]


SHORTER = {"Industries": "Ind", "Industry": "Ind", "International": "Intl", "Manufacturing": "Mfg", "Technologies": "Tech", "Technology": "Tech",
           "Laboratories": "Labs", "Chemical": "Chem", "Pharmaceutical": "Pharma", "General": "Gen", "Electronics": "Electronic", "Systems": "Sys",
           "Electric": "Elec", "Research": "Res", "Group": "Grp", "Holdings": "Hldgs"}


def core(bases, chance):
    """One of a company's names, usually the first, with what people do to its words."""
    base = bases[0] if chance.random() < 0.5 else chance.choice(bases)
    words = base.split()
    roll = chance.random()
    if roll < 0.10:
        words = [SHORTER.get(word, word) for word in words]
    elif roll < 0.16 and len(words) > 1:
        words = words[1:] + words[:1] if len(words) == 2 else words[-1:] + words[:-1]
    elif roll < 0.21:
        longest = max(range(len(words)), key=lambda place: len(words[place]))
        if len(words[longest]) >= 6:
            words[longest] = mistyped(words[longest], chance)
    elif roll < 0.24 and len(words) > 1:
        words = ["".join(words[:2])] + words[2:]
    elif roll < 0.27 and "-" in base:
        words = base.replace("-", " ").split()
    return " ".join(words)


def spelling(company, chance, with_form=True):
    bases, forms, places = company
    name = core(bases, chance)
    kind = chance.choice(forms)
    form = chance.choice(FORMS[kind]) if with_form else ""
    place = chance.choice(places) if places and chance.random() < 0.15 else ""
    if place:
        name = chance.choice([f"{name} ({place})", f"{name} {place}", f"{name} {place}", f"{place} {name}"])
    if form:
        if kind in LEADING and chance.random() < 0.2 or kind in ("OAO", "PAO", "OOO") and chance.random() < 0.7:
            name = f'{form} "{name}"' if chance.random() < 0.3 else f"{form} {name}"
        else:
            words = name.split()
            if kind == "GMBH" and len(words) == 2 and chance.random() < 0.2:
                name = f"{words[1]} {form} {words[0]}"
            elif form.startswith(","):
                name += form
            else:
                name = f"{name}, {form}" if chance.random() < 0.2 else f"{name} {form}"
    if with_form and chance.random() < 0.03:
        name = "The " + name
    roll = chance.random()
    if roll < 0.45:
        name = name.upper()
    elif roll < 0.5:
        name = name.lower()
    if chance.random() < 0.5:
        name = plain(name)
    if chance.random() < 0.04:
        name = chance.choice(["* ", "*", "- ", "** "]) + name
    elif chance.random() < 0.03:
        name += chance.choice([".", " *", ";", ","])
    return name


def companies():
    for line in COMPANIES.strip().splitlines():
        parts = zip(line.split("|"), ";,,")
        yield [[part.strip() for part in text.split(mark) if part.strip()] for text, mark in parts]


def rows(seed, kind):
    """Names with whose they are."""
    chance = random.Random(seed)
    every = list(companies())
    picked = chance.sample(range(len(every)), k=min(len(every), 150)) if seed % 2 else range(len(every))
    found = []
    for number in picked:
        company = every[number]
        spellings = list(dict.fromkeys(
            spelling(company, chance, kind != "short") for _ in range(chance.randrange(3, 8) if kind == "short" else chance.randrange(6, 26))))
        if kind == "short":
            spellings = list({" ".join(name.upper().split()): name for name in spellings}.values())
        for place, name in enumerate(spellings):
            times = 1
            if kind == "full":
                times = chance.randrange(100, 400) if place == 0 and chance.random() < 0.1 else chance.choice([1, 1, 1, 2, 3, 8])
            found += [(name, f"C{number}")] * times
    chance.shuffle(found)
    return found


def many(seed, count):
    """Made-up companies, most of them once, and one company in each hundredth row under its own spellings."""
    chance = random.Random(seed)
    sounds = [first + second for first in "b c d f g h k l m n p r s t v z br tr st gr".split() for second in "a e i o u en or al in".split()]
    trades = "Electronics Chemical Logistics Trading Motors Systems Foods Textiles Steel Engineering Solutions Freight Optical".split()
    places, forms = ["", "", "", "Germany", "China", "USA", "(Europe)"], ["Ltd", "Inc.", "GmbH", "S.A.", "Co., Ltd.", "B.V.", "LLC", "S.p.A.", "AG"]
    often = ["KONINKLIJKE PHILIPS ELECTRONICS N.V.", "Koninklijke Philips Electronics NV", "Philips Electronics N V", "* PHILIPS N.V."]
    made = []
    for number in range(count):
        if number % 100 == 7:
            yield chance.choice(often), "often"
            continue
        if made and chance.random() < 0.1:
            name = chance.choice(made)
        else:
            name = " ".join("".join(chance.choices(sounds, k=chance.choice((3, 4)))).capitalize() for _ in range(2)) + " " + chance.choice(trades)
            if len(made) < 100_000:
                made.append(name)
        yield " ".join(part for part in (name, chance.choice(places), chance.choice(forms)) if part), name


if __name__ == "__main__":
    writer = csv.writer(sys.stdout)
    writer.writerow(["id", "name", "truth"])
    kind = sys.argv[2] if len(sys.argv) > 2 else "full"
    found = many(int(sys.argv[1]), int(sys.argv[3])) if kind == "many" else rows(int(sys.argv[1]), kind)
    for number, (name, truth) in enumerate(found):
        writer.writerow([number, name, truth])
