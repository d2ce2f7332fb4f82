//! What `--help` and the man pages say, and what is wrong with a call.

use super::Language;

/// A few words in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Both {
    pub ja: &'static str,
    pub en: &'static str,
}

impl Both {
    pub fn get(self, language: Language) -> &'static str {
        match language {
            Language::Ja => self.ja,
            Language::En => self.en,
        }
    }
}

/// The help of the whole (`of` is empty then) or of one command.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub of: &'static str,
    pub about: Both,
    /// What else there is to know of it.
    pub more: Both,
    /// What can be typed, and what for.
    pub examples: &'static [(&'static str, Both)],
    pub exits: Both,
}

macro_rules! both {
    ($($ja:literal, $en:literal)?) => { Both { ja: concat!($($ja)?), en: concat!($($en)?) } };
}

/// `"command" { about } more { … } examples { "what is typed" { what for } … } exits { … }`, or the first alone.
macro_rules! pages {
    ($($of:literal { ja: $ja:literal, en: $en:literal $(,)? }
        $(more { ja: $more_ja:literal, en: $more_en:literal $(,)? })?
        $(examples { $($typed:literal { ja: $for_ja:literal, en: $for_en:literal })* })?
        $(exits { ja: $exits_ja:literal, en: $exits_en:literal $(,)? })?
    )*) => {
        /// The whole, then every command.
        pub const PAGES: &[Page] = &[$(Page {
            of: $of,
            about: both!($ja, $en),
            more: both!($($more_ja, $more_en)?),
            examples: &[$($(($typed, both!($for_ja, $for_en))),*)?],
            exits: both!($($exits_ja, $exits_en)?),
        }),*];
    };
}

/// What has a name, and what it means.
pub type Entry = (&'static str, Both);

macro_rules! entries {
    ($(#[$meta:meta])* $name:ident; $($of:literal { ja: $ja:literal, en: $en:literal $(,)? })*) => {
        $(#[$meta])*
        pub const $name: &[Entry] = &[$(($of, both!($ja, $en))),*];
    };
}

pages! {
    "" {
        ja: "本システムのSQLiteデータベースとTEMPOSTARを、FTPサーバ上のCSVファイルでつなぎます。\n一つの処理を終えるとすぐに終了します。cronから呼び出してください（crontab.example）。",
        en: "Connects a shop's SQLite database with TEMPOSTAR by exchanging CSV files on its FTP server.\nEach call does one thing and ends; let cron call it (see crontab.example).",
    }
    more { ja: "各コマンドの詳しい説明: tempostar <コマンド> --help", en: "`tempostar COMMAND --help` shows more of each command." }
    examples {
        "tempostar check-settings" { ja: "すべて整っているか", en: "is everything ready?" }
        "tempostar import-stock --dry-run" { ja: "何が変わるか", en: "what would change?" }
        "tempostar --quiet import-stock" { ja: "cronからの呼び出し", en: "as cron calls it" }
        "tempostar status" { ja: "最後の実行と、待っているもの", en: "the last runs, and what waits" }
        "tempostar explain A-1-RED" { ja: "このSKUはなぜ0個か", en: "why is this SKU at 0?" }
        "tempostar log" { ja: "これまでの実行（新しい順）", en: "past runs, newest first" }
    }
    exits {
        ja: "  0    完了、または対象なし
  1    プログラムの内部エラー
  2    使い方の誤り
  3    完了したが、差し戻した行、取り込まなかったファイル、保留した受注がある
  4    内容が疑わしいものを保留した（tempostar held）
  5    FTPサーバかネットワークの障害（再試行の後）。次の実行が続きを行います
  6    設定・認証・権限の誤り
  7    同じ処理がまだ動いている
  8    データベースが使えない
  130  Ctrl-Cで止められた。次の実行が続きを行います
  143  SIGTERMで止められた。同上",
        en: "  0    done, or nothing to do
  1    internal error
  2    wrong usage
  3    done, but some rows, files or orders were rejected, refused or held back
  4    a guard held something in this run: tempostar held
  5    the FTP server or the network failed, after all retries: just run again
  6    settings, credentials or permissions are wrong
  7    the same job is running already
  8    the database cannot be used
  130  stopped by Ctrl-C; the next run goes on from there
  143  stopped by SIGTERM; likewise",
    }

    "import-products" {
        ja: "商品情報取込: TEMPOSTARの商品ファイルから商品とSKUを登録・更新する",
        en: "Create and update products and SKUs from TEMPOSTAR's product files (商品情報取込)",
    }
    more {
        ja: "商品は削除しません。取り込み先のない列は、名前をお知らせします。",
        en: "Never deletes a product. A column without a home in the shop is named in the report.",
    }
    examples {
        "tempostar import-products --dry-run" { ja: "何が変わるか", en: "what would change?" }
        "tempostar import-products" { ja: "取り込む", en: "import" }
        "tempostar import-products --file product.csv" { ja: "受信フォルダの代わりに", en: "instead of the inbox" }
    }
    exits {
        ja: "0: 完了。3: 差し戻した行や取り込まなかったファイルがある。ほかはtempostar --help",
        en: "0 done; 3 some rows or files were rejected or refused; the others: tempostar --help",
    }

    "import-logistics" { ja: "物流連携取込: TEMPOSTARで出荷済みになった受注を記録する", en: "Mark the orders that TEMPOSTAR has shipped (物流連携取込)" }
    more {
        ja: "受注のすべてが出荷済みになると、配送区分・入金区分・オーソリ確定にチェックを入れます。\n受注のキャンセルと、お客様へのメールの送信はしません。",
        en: "Sets 配送区分, 入金区分 and オーソリ確定 when all of an order is shipped. Never cancels an order, and never mails a customer.",
    }
    examples {
        "tempostar import-logistics --dry-run" { ja: "何が変わるか", en: "what would change?" }
        "tempostar import-logistics" { ja: "取り込む", en: "import" }
        "tempostar import-logistics --file status.csv" { ja: "受信フォルダの代わりに", en: "instead of the inbox" }
    }
    exits {
        ja: "0: 完了。3: 差し戻した行や取り込まなかったファイルがある。ほかはtempostar --help",
        en: "0 done; 3 some rows or files were rejected or refused; the others: tempostar --help",
    }

    "import-stock" { ja: "在庫情報取込: 在庫数をTEMPOSTARの数に合わせる", en: "Set the shop's stock to TEMPOSTAR's figures (在庫情報取込)" }
    more {
        ja: "同じ商品を二度売らないように、ファイルにあるSKUの在庫引当を計算し直します。全商品を売り切れに\nするようなファイルや別の店舗のファイルは保留します（終了コード4）。「tempostar held」でご確認ください。",
        en: "Computes the allocation (在庫引当) of each SKU in the file anew, so that no unit is sold twice. A file that would empty the shop, or is another shop's, is held (exit code 4): look at it with `tempostar held`.",
    }
    examples {
        "tempostar import-stock --dry-run" { ja: "何が変わるか", en: "what would change?" }
        "tempostar --quiet import-stock" { ja: "cronからの呼び出し", en: "as cron calls it" }
        "tempostar import-stock --force" { ja: "保留したものが正しいとき", en: "when what is held is right" }
        "tempostar import-stock --file stock.csv" { ja: "受信フォルダの代わりに", en: "instead of the inbox" }
    }
    exits {
        ja: "0: 完了。3: 差し戻した行や取り込まなかったファイルがある。4: ファイルを保留した。ほかはtempostar --help",
        en: "0 done; 3 some rows or files were rejected or refused; 4 a file was held; the others: tempostar --help",
    }

    "export-orders" { ja: "受注連携: 新しい受注をTEMPOSTARへ一度だけ送る", en: "Send each new order to TEMPOSTAR, once (受注連携)" }
    more {
        ja: "最初の実行の前に、いつの受注から送るかを[orders]のsinceに書いてください。未送信の受注は、すべて送信されます。",
        en: "Before the first time, write the day from which on orders are sent: `since` in [orders]. Every order that was never sent is sent.",
    }
    examples {
        "tempostar export-orders --dry-run" { ja: "何を送るか", en: "what would be sent?" }
        "tempostar --quiet export-orders" { ja: "cronからの呼び出し", en: "as cron calls it" }
    }
    exits {
        ja: "0: 完了。3: 保留した受注がある。ほかはtempostar --help",
        en: "0 done; 3 some orders were held back; the others: tempostar --help",
    }

    "init" {
        ja: "初期設定: 新しい店舗の設定ファイル、パスワードのファイル、フォルダを作り、確認する",
        en: "Make the settings, the password file and the folders of a new shop, and check them (初期設定)",
    }
    more {
        ja: "ショップコード、テスト環境のFTPの接続先、店舗管理者のメールアドレスなどを尋ね、標準と異なる設定だけを\n書きます。cronとsystemdの設定を表示し、最後に確認をします。すでにあるものは変えません。",
        en: "Asks for the shop code, the FTP access of the test environment and the shop manager's address, writes what differs from the defaults, prints what cron or systemd needs, and checks. Whatever is there already stays as it is.",
    }
    examples {
        "tempostar init" { ja: "端末で尋ねる", en: "asks at the terminal" }
        "tempostar init --from answers.txt" { ja: "店舗様からのメールを使う", en: "from a mail of the shop" }
        "tempostar init --sample" { ja: "すべての設定項目と説明", en: "every setting with its meaning" }
    }
    exits {
        ja: "check-settingsと同じ。すでにファイルがあるときと、値に誤りがあるときも6",
        en: "as check-settings; 6 also when something is in the way or an answer is wrong",
    }

    "check-settings" {
        ja: "処理に必要なものが揃っているかを確認し、揃っていなければ理由と対応を示す",
        en: "Find out whether everything needed for the jobs works, and say what does not",
    }
    more { ja: "店舗のデータは変えません。", en: "Changes nothing in the shop's data." }
    examples {
        "tempostar check-settings" { ja: "すべて確認する", en: "everything" }
        "tempostar check-settings --offline" { ja: "通信なしで", en: "without the network" }
        "tempostar --env production check-settings --write-test" { ja: "本番環境", en: "production" }
    }
    exits {
        ja: "0: 問題なし（注意はあり得ます）。5: ネットワークだけの問題。8: データベースだけの問題。ほかは6",
        en: "0 all is well, perhaps with warnings; 5 only the network is at fault; 8 only the database is; else 6",
    }

    "status" { ja: "最後の実行と、待っているものを示す", en: "Show the last runs and what waits" }
    more { ja: "データベースを読むだけで、サーバには接続しません。", en: "Reads the database only; does not talk to the server." }
    examples {
        "tempostar status" { ja: "今の状況", en: "how things are" }
        "tempostar --quiet status --check" { ja: "監視から", en: "for a monitor" }
        "tempostar --quiet status --html /var/www/tempostar.html" { ja: "ページに", en: "as a page" }
    }
    exits {
        ja: "0。--checkでは、人の確認が必要なとき3。ほかはtempostar --help",
        en: "0; 3 with --check when a person has to look; the others: tempostar --help",
    }

    "explain" {
        ja: "SKU、商品、受注、ファイル、実行、問題のコードについて、わかっていることを示す",
        en: "Show what is known of a SKU, a product, an order, a file, a run or a problem's code",
    }
    more {
        ja: "設定とデータベースを読むだけで、サーバには接続せず、お客様の情報は表示しません。",
        en: "Reads the settings and the database only; does not talk to the server, and shows no customer's data.",
    }
    examples {
        "tempostar explain A-1-RED" { ja: "SKU: 在庫数の内訳", en: "a SKU: what its stock is made of" }
        "tempostar explain A-1" { ja: "商品: そのSKU", en: "a product: its SKUs" }
        "tempostar explain 1001" { ja: "受注: 送信と出荷", en: "an order: sent when, shipped when" }
        "tempostar explain 12345-1001" { ja: "同じ（TEMPOSTARでの番号）", en: "likewise, as TEMPOSTAR writes it" }
        "tempostar explain stock_1015.csv" { ja: "ファイル: どうなったか", en: "a file: what became of it" }
        "tempostar explain 20261124T101500-1a2b3c" { ja: "実行: 結果とファイル", en: "a run: how it ended, its files" }
        "tempostar explain ftp-login-refused" { ja: "問題のコード: 対応", en: "a problem's code: what to do" }
        "tempostar explain A-1-RED --json" { ja: "すべての履歴", en: "with the whole history" }
    }
    exits {
        ja: "0: 見つかった。3: 該当するものがない。ほかはtempostar --help",
        en: "0 found; 3 there is nothing of this name; the others: tempostar --help",
    }

    "undo" {
        ja: "一つの実行が商品と在庫に書いたものを、そのままである限り元に戻す",
        en: "Take back what one run did to products and stock, as far as it still stands",
    }
    more {
        ja: "その後に変わった値はそのまま残し、理由とともに示します。チェック、オーソリ確定、送信した受注は元に\n戻りません。その間に売れた分は売れたままです。元に戻すことも一つの実行で、元に戻せます。",
        en: "A value that is not what the run wrote any more stays, and is named with the reason. Ticks, captures and orders that were sent are never undone. Units that were sold meanwhile stay sold. An undo is a run itself, and can be undone.",
    }
    examples {
        "tempostar undo 20261124T101500-1a2b3c --dry-run" { ja: "何が元に戻るか", en: "what would go back?" }
        "tempostar undo 20261124T101500-1a2b3c" { ja: "元に戻す", en: "take it back" }
    }
    exits {
        ja: "0: 元に戻した。2: 元に戻せない実行。3: そのまま残した値がある。ほかはtempostar --help",
        en: "0 undone; 2 the run cannot be undone; 3 some values stay as they are; the others: tempostar --help",
    }

    "reconcile" {
        ja: "照合: 本システムのデータと、やり取りしたファイルが一致するかを調べる",
        en: "Find out whether the shop's tables and the files that were exchanged agree (照合)",
    }
    more {
        ja: "本システムの表とファイルの写しを、両方とも記録と照合します。（--repairを除いて）読むだけで、サーバには\n接続せず、お客様の情報は表示しません。",
        en: "Compares the shop's tables with the files that were exchanged, and both with the ledger. Reads only (but with --repair); does not talk to the server, and shows no customer's data.",
    }
    examples {
        "tempostar reconcile" { ja: "すべて", en: "everything" }
        "tempostar --quiet reconcile" { ja: "1日1回、cronから", en: "once a day, as cron calls it" }
        "tempostar reconcile --month 2026-11" { ja: "その月に送ったもの", en: "what was sent in that month" }
        "tempostar reconcile --with list.csv" { ja: "TEMPOSTARの受注一覧とも", en: "beside TEMPOSTAR's list of orders" }
        "tempostar reconcile --repair" { ja: "合わない在庫引当を計算し直す", en: "compute wrong allocations anew" }
    }
    exits {
        ja: "0: すべて一致。3: 差異がある。ほかはtempostar --help",
        en: "0 everything agrees; 3 something differs; the others: tempostar --help",
    }

    "log" {
        ja: "これまでの実行を新しい順に示す: 結果、かかった時間、実行したユーザ、件数",
        en: "Show past runs, newest first: how each ended, how long it took, who started it, what it did",
    }
    more {
        ja: "データベースを読むだけです。強制終了や停電で止まった実行は「途中で停止」と示します。",
        en: "Reads the database only. A run that was killed, or lost its power, is told as stopped midway.",
    }
    examples {
        "tempostar log" { ja: "最近7日間", en: "the last seven days" }
        "tempostar log --job import-stock --days 1" { ja: "その処理の1日分", en: "one job, one day" }
        "tempostar log --json" { ja: "すべての数値", en: "with all figures" }
    }
    exits { ja: "0。ほかはtempostar --help", en: "0; the others: tempostar --help" }

    "held" { ja: "保留しているものを一覧・表示・承認・破棄する", en: "List, show, approve or discard what the guards hold" }
    examples {
        "tempostar held" { ja: "保留しているものと、その理由", en: "what is held, and why" }
        "tempostar held show 3" { ja: "取り込むと何が変わるか", en: "what it would change" }
        "tempostar held approve 3" { ja: "表示したとおりに取り込む", en: "apply just what was shown" }
        "tempostar held approve 1001" { ja: "日数の経った受注を送る", en: "let an order of unusual age go" }
        "tempostar held discard 3" { ja: "取り込まない", en: "do not apply it" }
    }
    exits {
        ja: "0: 完了。3: 該当するものがない。4: 表示した後にデータが変わった。ほかはtempostar --help",
        en: "0 done; 3 nothing of this name is held; 4 the shop has changed since it was shown; the others: tempostar --help",
    }
    "held list" { ja: "決定を待っているものの一覧", en: "List what waits for a decision" }
    "held show" { ja: "今取り込むと何が変わるかを示す", en: "Show what it would change now" }
    "held approve" {
        ja: "最後に示したとおりのままであれば取り込む。または、日数の経った受注を送る",
        en: "Apply it, if it would still change just what was shown last; or let an order of unusual age go",
    }
    "held discard" { ja: "取り込まずに破棄する", en: "Let it go without applying it" }

    "fleet" { ja: "多くの店舗を1店舗1行で、悪いものから順に示す", en: "Show many shops, one line each, the worst first" }
    more {
        ja: "設定ファイルとデータベースを読むだけです。読めない店舗は、理由とともに最初に示します。",
        en: "Reads the settings files and the databases only. A shop that cannot be read stands first, with the reason.",
    }
    examples {
        "tempostar fleet /etc/tempostar/shops/*.toml" { ja: "すべての店舗", en: "every shop" }
        "tempostar fleet --check shop1.toml shop2.toml" { ja: "監視から", en: "for a monitor" }
        "tempostar fleet shop1.toml --json" { ja: "すべての数値", en: "with all figures" }
    }
    exits {
        ja: "0。--checkでは、確認が必要な店舗があれば3。ほかはtempostar --help",
        en: "0; 3 with --check when a shop is to be looked at; the others: tempostar --help",
    }

    "generate" {
        ja: "パッケージに添えるもの（シェルの補完、manページ、systemdのユニット）を作る",
        en: "Make what a package ships beside the binary: shell completions, man pages, units",
    }
    "generate completions" { ja: "シェルの補完の定義を出力する", en: "Print what the shell needs to complete the command line" }
    "generate units" { ja: "systemdのユニットをフォルダに書く", en: "Write the units of systemd into a folder" }
    "generate man" { ja: "manページをフォルダに書く", en: "Write the man pages into a folder" }
}

entries! {
    /// Every option and argument by its id: `command option` is what it means there; without a command, everywhere else.
    OPTIONS;
    "config" {
        ja: "設定ファイル。なければ$TEMPOSTAR_CONFIG、./tempostar.toml、\n/etc/tempostar/tempostar.tomlの順に探します",
        en: "Settings file; else $TEMPOSTAR_CONFIG, ./tempostar.toml, /etc/tempostar/tempostar.toml",
    }
    "env" {
        ja: "使うFTPの設定とデータベース（設定ファイルのenvironmentの代わりに）",
        en: "Which FTP settings and which database to use, instead of `environment` in the settings file",
    }
    "json" { ja: "文章の代わりに、JSONを1つ出力する", en: "Print one JSON document instead of text" }
    "quiet" { ja: "問題だけを表示する（経過も示しません）。cron向け", en: "Print nothing but problems, no progress either: for cron" }
    "verbose" {
        ja: "各段階を実行のIDとともに標準エラー出力に書く（英語）。\n2つ付けるとFTPのコマンドも",
        en: "Log each step on stderr, with the run's id; twice: each FTP command",
    }
    "log_format" {
        ja: "標準エラー出力のログと問題の形式。jsonは1行に1つのJSON",
        en: "Form of the log and of the problems on stderr; json: one object a line",
    }
    "color" {
        ja: "色を付けるか。autoはNO_COLORがない端末でだけ、alwaysはファイルなどでも",
        en: "Colours in what is printed; auto: at a terminal, unless `NO_COLOR` is set; always: in pipes and files, too",
    }
    "dry_run" {
        ja: "店舗にもサーバにも何も書かず、何が変わるかを示す",
        en: "Change nothing, neither here nor on the server; print what would change",
    }
    "file" {
        ja: "受信フォルダの代わりに使うファイル（何度でも指定できます）。取り込み済みの\nものも、もう一度取り込みます。名前だけを書くと、作業フォルダのarchiveにある\n最新の写しを使います",
        en: "Take this local file instead of the inbox; may be repeated. A file that was applied before is applied again. The name alone of a file that was applied or refused means its newest copy in the work folder's archive",
    }
    "import-stock force" {
        ja: "今保留しているものをすべて承認する。この実行で初めて見るファイルは、\nいつもどおり判断します",
        en: "Approve all that is held now; a file that this run meets for the first time is judged as always",
    }
    "export-orders dry_run" {
        ja: "何も送らず、何を送り、何を保留するかを示す",
        en: "Send nothing; print what would be sent and what would be held back",
    }
    "init from" {
        ja: "このファイルの値を使う（- は標準入力）。1行に「初期設定の名前: 値」",
        en: "Take the answers from this file (-: standard input): lines NAME: VALUE with the names of the shop's 初期設定",
    }
    "init set" {
        ja: "値を、設定項目か初期設定の名前で指定する（何度でも）。\nパスワードは--fromのファイルのほうが安全です",
        en: "An answer, by settings key or name; may be repeated. A password is safer in the file of --from",
    }
    "init user" {
        ja: "処理を動かすユーザ。rootで実行すると、ファイルをこのユーザのものにします",
        en: "Who will run the jobs; root makes the files for this user",
    }
    "init sample" {
        ja: "すべての設定項目と説明の見本を表示し、何も作らない",
        en: "Print a settings file with every setting and its meaning, and make nothing",
    }
    "check-settings offline" { ja: "通信の必要な確認を省く", en: "Leave out everything that needs the network" }
    "check-settings write_test" {
        ja: "サーバで小さなファイルの書き込み・読み出し・名前の変更・移動・削除も試し、\nサーバの時計を比べる",
        en: "Also write, read back, rename, move and delete a small file on the server, and compare its clock with ours",
    }
    "check-settings send_test_mail" { ja: "店舗管理者へテストのメールも送る", en: "Also send a test mail to the shop manager" }
    "check-settings bundle" {
        ja: "サポートに必要な情報も、このファイルに書き出す\n（パスワード、データの行、お客様の情報は含みません）",
        en: "Also write what the support needs into this file, without passwords, rows or customers' data",
    }
    "status check" {
        ja: "未解決の問題、保留、遅れている処理があれば終了コード3で終わる。\n1行目は監視（Nagiosなど）向け",
        en: "Exit with 3 if a problem is open, something is held, or a job is overdue by the schedule in the settings; the first line is for monitors (Nagios)",
    }
    "status all" {
        ja: "どの一覧も、10件までではなく、すべて示す",
        en: "Name everything in each list, not only the first ten",
    }
    "status metrics" {
        ja: "数値もこのファイルに書く（OpenMetrics。Prometheusのnode_exporter用）",
        en: "Also write figures to this file, in OpenMetrics, for the textfile collector of Prometheus' node exporter",
    }
    "html" {
        ja: "ページとしても書き出す（HTMLファイル1つ。お客様の情報は含みません）",
        en: "Also write it as a page to look at: one HTML file, without customers' data",
    }
    "explain code" {
        ja: "SKUコード、商品コード、受注番号、ファイル名、実行のID、または問題のコード",
        en: "A SKU's or product's code, an order's number, a file's name, a run's id, or a problem's code",
    }
    "undo run" { ja: "実行のID。log、explain、--jsonに表示されます", en: "The run's id, as `log`, `explain` and --json show it" }
    "undo dry_run" { ja: "何も変えず、何が元に戻り、何が残るかを示す", en: "Change nothing; print what would go back and what would stay" }
    "reconcile month" { ja: "この月（2026-11など）に送ったもの、届いたものだけ", en: "Only what was sent and came in this month" }
    "reconcile with" {
        ja: "このCSVファイル（TEMPOSTARの画面から出力した受注一覧）とも照合する",
        en: "Also compare with this CSV file: TEMPOSTAR's own list of orders, as its screen exports it",
    }
    "reconcile repair" {
        ja: "受注と合わない在庫引当を、先に計算し直す（元に戻せる一つの実行です）",
        en: "First compute anew the allocations that orders do not account for: a run that can be undone",
    }
    "log job" { ja: "この処理の実行だけ", en: "Only the runs of this job" }
    "log days" {
        ja: "何日前まで示すか（1～3650）。history_daysより古い実行は残っていません",
        en: "How many days back (1 to 3650); runs older than `history_days` are forgotten",
    }
    "held show id" { ja: "番号", en: "Its number" }
    "held show all" { ja: "最初の20項目だけでなく、すべて示す", en: "All of it, not only the first 20 values" }
    "held approve id" { ja: "番号、または受注番号", en: "Its number, or the order's" }
    "held discard id" { ja: "番号", en: "Its number" }
    "fleet settings" { ja: "各店舗の設定ファイル", en: "The settings files of the shops" }
    "fleet check" {
        ja: "確認が必要な店舗か、読めない店舗があれば終了コード3で終わる",
        en: "Exit with 3 if any shop is to be looked at, or cannot be read",
    }
    "generate completions shell" { ja: "シェルの名前", en: "Which shell" }
    "folder" { ja: "フォルダ（なければ作ります）", en: "The folder; it is made if need be" }
}

entries! {
    /// What stands under FILES in the man pages.
    FILES;
    "/etc/tempostar/tempostar.toml" {
        ja: "--config、TEMPOSTAR_CONFIG、./tempostar.tomlのどれもないときの設定ファイル",
        en: "The settings, where neither --config nor TEMPOSTAR_CONFIG names others and there is no ./tempostar.toml.",
    }
    "/etc/tempostar/*.pass" {
        ja: "パスワードのファイル（処理を動かすユーザだけが読めるもの）",
        en: "The passwords, each in a file that only the jobs' user can read.",
    }
    "/var/lib/tempostar" {
        ja: "データベースと作業フォルダ（initをrootで実行した場合）",
        en: "Database and work folder of settings that root has made with init.",
    }
    "/usr/lib/systemd/system/tempostar@.service, tempostar-*.timer" {
        ja: "systemdのユニット（有効にするまで動きません）",
        en: "The jobs as units of systemd; none runs before it is enabled.",
    }
    "/usr/share/doc/tempostar" {
        ja: "説明書（README.ja.md）とcrontabの例",
        en: "The manual (README.md), and an example of a crontab.",
    }
}

entries! {
    /// What stands under ENVIRONMENT in the man pages.
    ENVIRONMENT;
    "TEMPOSTAR_CONFIG" { ja: "設定ファイル", en: "The settings file." }
    "LC_ALL, LC_MESSAGES, LANG" {
        ja: "設定ファイルに`language`がないときの言語",
        en: "The language, where the settings have no `language`.",
    }
    "NO_COLOR" { ja: "空でなければ、色を付けません", en: "No colours, unless it is empty." }
    "SUDO_USER, LOGNAME, USER" {
        ja: "誰が実行したかの記録に使います",
        en: "Who is noted as having started a run, or decided about what is held.",
    }
    "PATH" {
        ja: "sendmailと[notify]のコマンドを探す場所",
        en: "Where sendmail and the command of [notify] are looked for.",
    }
    "password_env" {
        ja: "設定ファイルの`password_env`に書いた名前の変数",
        en: "Whatever `password_env` in the settings names.",
    }
}

/// The headings of man pages, and the Japanese for them.
pub const HEADINGS: &[(&str, &str)] = &[
    ("NAME", "名前"),
    ("SYNOPSIS", "書式"),
    ("DESCRIPTION", "説明"),
    ("OPTIONS", "オプション"),
    ("SUBCOMMANDS", "コマンド"),
    ("EXAMPLES", "例"),
    ("EXIT STATUS", "終了コード"),
    ("FILES", "ファイル"),
    ("ENVIRONMENT", "環境変数"),
    ("SETTINGS", "設定項目"),
    ("SEE ALSO", "関連項目"),
];

/// What `clap` says by itself, and the Japanese for it; the first that fits counts.
pub const CLAPS: &[(&str, &str)] = &[
    ("Usage: ", "使い方: "),
    ("Commands:\n", "コマンド:\n"),
    ("Arguments:\n", "引数:\n"),
    ("Options:\n", "オプション:\n"),
    ("[OPTIONS]", "[オプション]"),
    ("<COMMAND>", "<コマンド>"),
    ("[COMMAND]", "[コマンド]"),
    (
        "Print this message or the help of the given subcommand(s)",
        "この説明、または指定したコマンドの説明を表示する",
    ),
    ("Print help", "この説明を表示する"),
    ("Print version", "バージョンを表示する"),
];

texts! {
    // What the help says around them.
    values(values: &str) { ja: "[値: {values}]", en: "[values: {values}]" }
    default(value: &str) { ja: "[既定: {value}]", en: "[default: {value}]" }
    examples() { ja: "例:", en: "Examples:" }
    exit_codes() { ja: "終了コード:", en: "Exit codes:" }

    // tempostar.toml(5).
    sample_about() { ja: "tempostarの設定ファイル", en: "settings of tempostar" }
    sample_more() {
        ja: "TOMLの設定ファイルです。書いていない項目は標準の値になり、「項目 = 値」のうち決まった値のないものは例です。ファイルやフォルダの名前は、この設定ファイルのあるフォルダが起点です。tempostar initで作成し、書き換えたらtempostar check-settingsで確認してください。",
        en: "A file in TOML. What does not stand in it has its default; below, every setting stands with its default or an example. Paths are relative to the file. `tempostar init` makes one; after a change, `tempostar check-settings` says whether it is right.",
    }

    // What is wrong with a call.
    error(what: &str) { ja: "エラー: {what}", en: "error: {what}" }
    did_you_mean(name: &str) { ja: "「{name}」のことでしょうか。", en: "did you mean '{name}'?" }
    possible_values(values: &str) { ja: "使える値: {values}", en: "possible values: {values}" }
    see_help(command: &str) { ja: "詳しくは「{command} --help」をご覧ください。", en: "for more, try '{command} --help'" }
    unknown_command(name: &str) { ja: "「{name}」というコマンドはありません。", en: "there is no command '{name}'" }
    unknown_argument(name: &str) { ja: "「{name}」は、ここでは使えません。", en: "unexpected argument '{name}' found" }
    invalid_value(argument: &str, value: &str) {
        ja: "{argument}に「{value}」は指定できません。",
        en: "invalid value '{value}' for '{argument}'",
    }
    no_value(argument: &str) { ja: "{argument}の値がありません。", en: "a value is needed for '{argument}'" }
    conflict(argument: &str, other: &str) {
        ja: "{argument}と{other}は一緒に使えません。",
        en: "'{argument}' cannot be used with '{other}'",
    }
    twice(argument: &str) { ja: "{argument}が2回あります。", en: "'{argument}' cannot be used twice" }
    missing(arguments: &str) { ja: "{arguments}を指定してください。", en: "missing: {arguments}" }
    misused() { ja: "コマンドの書き方が正しくありません。", en: "the command is not written as it must be" }
}
