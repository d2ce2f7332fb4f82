//! What `sheet` has to say.

// A file that cannot be used as a whole, then a row that cannot.
problems! {
    exit Partial, ends WithRun, who [Shop, Savaway];

    // What is no CSV file.
    Error is_html = "file-is-html" () {
        ja: "CSVファイルではなく、HTML（Webページ）です。", en: "this is no CSV file, but HTML (a web page)",
        hint_ja: "出力やダウンロードに失敗したときのエラー画面が保存されたものと考えられます。内容を開いて確認し、もう一度出力してください。",
        hint_en: "probably an error page was saved in place of the file: open it to see what it says, and export the file again",
    }
    Error is_zip = "file-is-zip" () {
        ja: "CSVファイルではなく、ZIPファイル（またはExcelのブック）です。",
        en: "this is no CSV file, but a ZIP archive (or an Excel workbook)",
        hint_ja: "展開した中のCSVファイルを置くか、Excelからカンマ区切りのCSVとして保存してください。",
        hint_en: "upload the CSV file inside it, or save the workbook as CSV (comma separated)",
    }
    Error is_gzip = "file-is-gzip" () {
        ja: "CSVファイルではなく、圧縮されたファイル（gzip）です。",
        en: "this is no CSV file, but compressed (gzip)",
        hint_ja: "展開したCSVファイルを置いてください。", hint_en: "upload the file without compression",
    }
    Error is_excel = "file-is-excel" () {
        ja: "CSVファイルではなく、Excelのブック（.xls）です。",
        en: "this is no CSV file, but an Excel workbook (.xls)",
        hint_ja: "カンマ区切りのCSVとして保存してください。", hint_en: "save it as CSV (comma separated)",
    }
    Error is_utf_16 = "file-is-utf-16" () {
        ja: "文字コードがUTF-16（「Unicodeテキスト」）です。",
        en: "its encoding is UTF-16 (\"Unicode text\")",
        hint_ja: "文字コードをShift_JISかUTF-8にして、カンマ区切りのCSVとして保存してください。",
        hint_en: "save it as CSV (comma separated) in Shift_JIS or UTF-8",
    }
    Error is_zeros = "file-is-zeros" () {
        ja: "中身がなく、値が0のバイトだけが並んでいます。", en: "there is nothing in it but zero bytes",
        hint_ja: "作成か転送の途中で失敗したようです。もう一度出力してください。",
        hint_en: "it was probably not written to its end; export it again",
    }
    Error is_euc_jp = "file-is-euc-jp" () {
        ja: "文字コードがEUC-JPです。", en: "its encoding is EUC-JP",
        hint_ja: "文字コードをShift_JISかUTF-8にして出力してください。",
        hint_en: "export it in Shift_JIS or UTF-8",
    }
    Error has_sep_line = "file-has-sep-line" () {
        ja: "先頭に、Excelのための行（sep=）があります。", en: "it begins with a line for Excel (sep=)",
        hint_ja: "先頭の行を取り除いて、もう一度置いてください。",
        hint_en: "remove its first line, and upload it again",
    }
    Error separated_otherwise = "file-separated-otherwise" (by: &str, by_en: &str) {
        ja: "項目がカンマではなく、{by}で区切られています。",
        en: "its fields are separated by {by_en}, not by commas",
        hint_ja: "カンマ区切りのCSVとして出力してください。",
        hint_en: "export it as CSV, separated by commas",
    }
    Error file_empty = "file-empty"() {
        ja: "ファイルが空です。", en: "the file is empty",
        hint_ja: "出力元でファイルを確認し、もう一度出力してください。",
        hint_en: "check the file where it was made, and export it again",
    }
    Error header_only = "header-only"(found: &str) {
        ja: "見出し行だけで、データの行がありません。見出し: {found}",
        en: "there is a header, but not a single row; the header: {found}",
        hint_ja: "出力条件を確認し、もう一度出力してください。",
        hint_en: "check what was selected for the export, and export it again",
    }
    Error quote_not_closed = "quote-not-closed"() {
        ja: "この行で始まる引用符（\"）が、ファイルの終わりまで閉じられていません。",
        en: "a quote opens here and is not closed up to the end of the file",
        hint_ja: "ファイルが途中で切れていないか確認し、もう一度出力してください。値の中の引用符は2つ重ねて（\"\"）書きます。",
        hint_en: "check that the file is complete and export it again; a quote inside a value is written twice (\"\")",
    }
    Error text_after_quote = "text-after-quote"() {
        ja: "この行で始まる値で、閉じる引用符（\"）のあとに文字が続いています。",
        en: "a quoted value that begins here goes on after its closing quote",
        hint_ja: "値の中の引用符は2つ重ねて（\"\"）書きます。この行とその前の行を確認し、ファイルを直すか、もう一度出力してください。",
        hint_en: "a quote inside a value is written twice (\"\"); look at this line and the one before, correct the file or \
                  export it again",
    }
    Error record_too_long = "record-too-long"(limit_mb: u64) {
        ja: "この行で始まるデータが長すぎます（1件あたり{limit_mb}MBまで）。",
        en: "the row that begins here is too long (at most {limit_mb} MB)",
        hint_ja: "引用符（\"）の閉じ忘れがないか、CSVファイルであるかをご確認ください。",
        hint_en: "check that every quote is closed, and that this is a CSV file at all",
    }
    Error too_many_fields = "too-many-fields"(limit: u64) {
        ja: "この行の項目が多すぎます（{limit}個まで）。",
        en: "the row that begins here has too many fields (at most {limit})",
        hint_ja: "CSVファイルであるかをご確認ください。", hint_en: "check that this is a CSV file at all",
    }
    Error file_truncated = "file-truncated"() {
        ja: "最後の行が途中で切れています。", en: "the last row is cut off",
        hint_ja: "転送や出力が途中で終わった可能性があります。もう一度出力してください。",
        hint_en: "the export or the transfer probably ended too early; export the file again",
    }
    Error undecodable = "undecodable"(bytes: &str, encoding: &str) {
        ja: "{encoding}の文字として読めないデータ（{bytes}）があります。",
        en: "the bytes {bytes} are no character in {encoding}",
        hint_ja: "ファイルの文字コードと設定のencodingが合っているか、ファイルが壊れていないかをご確認ください。",
        hint_en: "check that the file's encoding is the one in the settings (encoding), and that the file is not damaged",
    }
    Error column_missing = "column-missing"(found: &str) {
        ja: "必要な列がありません。ファイルにある列: {found}",
        en: "a required column is missing; found: {found}",
        hint_ja: "TEMPOSTARの出力項目にこの列を加え、もう一度出力してください。別の名前で入っている場合は、設定ファイルのcolumnsにその名前を書いてください（「tempostar check-settings」が書き方を示します）。",
        hint_en: "add the column to the export in TEMPOSTAR, and export the file again; if the file has it under another name, write that into `columns` of the settings (`tempostar check-settings` shows the line)",
    }
    Error no_header = "no-header"() {
        ja: "列の名前の行がなく、値で始まっているようです。",
        en: "it seems to begin with values, not with the names of its columns",
        hint_ja: "TEMPOSTARで、列の名前の行を付けて出力してください。列の名前のないファイルを取り込む場合は、設定ファイルのheaderに列の名前を左から順に書いてください。",
        hint_en: "export it with a line of column names; for files without one, write the names of their columns into `header` of the settings, from left to right",
    }
    Error column_twice = "column-twice"(first: usize, second: usize) {
        ja: "同じ名前の列が2つあります（{first}列目と{second}列目）。",
        en: "the column is there twice (as number {first} and number {second})",
        hint_ja: "どちらか一方を取り除き、もう一度出力してください。",
        hint_en: "remove one of the two, and export the file again",
    }
    Error field_count = "field-count"(found: usize, expected: usize) {
        ja: "項目の数が見出しと合いません（見出し{expected}個、この行{found}個）。",
        en: "the row has {found} fields, the header {expected}",
        hint_ja: "値の中にカンマや改行がある場合は、値を引用符（\"）で囲んでください。",
        hint_en: "a value that holds a comma or a line break must stand in quotes",
    }
    Error nul_byte = "nul-byte"() {
        ja: "使えない制御文字（NUL）が含まれています。", en: "the row contains a NUL byte",
        hint_ja: "この行を出力元で確認し、登録し直してください。",
        hint_en: "check this row where it was made, and enter it again",
    }
    Error value_missing = "value-missing"() {
        ja: "値が空です。", en: "the value is empty",
        hint_ja: "値を入力してください。", hint_en: "fill it in",
    }
    Error not_a_whole_number = "not-a-whole-number"(value: &str) {
        ja: "「{value}」は整数ではありません。", en: "\"{value}\" is not a whole number",
        hint_ja: "半角数字だけ（負の数は先頭に半角の - ）、15桁以内で入力してください。カンマ、小数点、全角数字は使えません。",
        hint_en: "use the digits 0-9 only (and a leading - for a negative number), at most 15 of them",
    }
    Error not_a_decimal = "not-a-decimal"(value: &str) {
        ja: "「{value}」は数値ではありません。", en: "\"{value}\" is not a number",
        hint_ja: "半角数字と小数点だけで、0以上の数を入力してください（例: 10、0.08）。",
        hint_en: "use the digits 0-9 and one decimal point only (as 10 or 0.08)",
    }
    Error not_a_flag = "not-a-flag"(value: &str) {
        ja: "「{value}」は使えない値です。0か1だけが使えます。", en: "\"{value}\" is neither 0 nor 1",
        hint_ja: "半角の0か1を入力してください。", hint_en: "use 0 or 1",
    }
    Error not_a_date = "not-a-date"(value: &str) {
        ja: "「{value}」は正しい日付ではありません。", en: "\"{value}\" is not a date",
        hint_ja: "2026/01/31または2026/01/31 15:30の形で、実在する日付を入力してください。",
        hint_en: "use the form 2026/01/31 or 2026/01/31 15:30, and a day that exists",
    }
    Error code_has_blanks = "code-has-blanks"(value: &str) {
        ja: "コード「{value}」の前後に空白があるか、途中に制御文字（改行やタブなど）があります。",
        en: "the code \"{value}\" begins or ends with a blank, or contains a control character",
        hint_ja: "余分な空白や改行を取り除いてください。", hint_en: "remove the blanks and line breaks",
    }
}
