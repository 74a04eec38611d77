"""Writes invoices.xlsx as office programs write workbooks: deflated parts, shared texts with phonetic ones beside them,
inline texts, days as numbers in formats of their own, filled codes, binary fractions, gaps between cells, a hidden sheet.

usage: make_workbook.py FILE"""
import sys
import zipfile

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
parts = {
    "[Content_Types].xml": HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "xl/workbook.xml": HEAD
    + f'<workbook {NS} {R}><workbookPr/><sheets><sheet name="旧" sheetId="1" state="hidden" r:id="rId1"/>'
    '<sheet name="发票 &amp; 账单" sheetId="2" r:id="rId2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": HEAD
    + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{REL}/worksheet" Target="/xl/worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId4" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
    "xl/sharedStrings.xml": HEAD
    + f'<sst {NS}><si><t>发票号码</t><phoneticPr/></si><si><r><t>客户</t></r><r><t>编码</t></r><rPh sb="0" eb="2"><t>ke</t></rPh></si>'
    '<si><t>开票日期</t></si><si><t xml:space="preserve"> 金额（元） </t></si><si><t>币种</t></si><si><t>人民币</t></si>'
    '<si><t>备注</t></si><si><t>A&amp;B_x000D_\nC &lt;1&gt;</t></si></sst>',
    "xl/styles.xml": HEAD
    + f'<styleSheet {NS}><numFmts count="2"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
    '<numFmt numFmtId="177" formatCode="00000"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    "xl/worksheets/sheet1.xml": HEAD + f"<worksheet {NS}><sheetData/></worksheet>",
    "xl/worksheets/sheet2.xml": HEAD
    + f'<worksheet {NS}><!-- a remark --><sheetData><row r="2">'
    + "".join(f'<c r="{c}2" t="s"><v>{i}</v></c>' for i, c in enumerate("ABCDE"))
    + '<c r="G2" t="s"><v>6</v></c></row>'
    '<row r="3"><c r="A3" t="inlineStr"><is><t>INV-1</t></is></c><c r="B3" s="2"><v>123</v></c><c r="C3" s="1"><v>46027</v></c>'
    '<c r="D3"><v>1234.5599999999999</v></c><c r="E3" t="s"><v>5</v></c><c r="G3" t="s"><v>7</v></c></row>'
    '<row r="4"><c r="A4" t="str"><v>INV-2</v></c><c r="B4" s="2"/><c r="C4" s="3"><v>46027.395833333336</v></c>'
    '<c r="D4"><v>1E3</v></c><c r="E4" t="s"><v>5</v></c></row>'
    '<row r="6"><c r="A6"><v>9.1110108551385082E17</v></c><c r="B6"><v>7</v></c><c r="C6" t="d"><v>2026-01-06</v></c>'
    '<c r="D6"><v>5</v></c><c r="E6" t="s"><v>5</v></c></row></sheetData></worksheet>',
}
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as book:
    for path, text in parts.items():
        info = zipfile.ZipInfo(path, (2026, 1, 5, 0, 0, 0))
        info.compress_type = zipfile.ZIP_STORED if path.startswith("[") else zipfile.ZIP_DEFLATED
        book.writestr(info, text)
