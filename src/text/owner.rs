//! What there is to say of users and permissions.

texts! {
    denied(path: &str, owner: &str, mode: &str, user: &str) {
        ja: "{path}の所有者は{owner}、権限は{mode}、実行しているのは{user}です",
        en: "{path} belongs to {owner} (mode {mode}), and this is run by {user}",
    }
    mend_mode(path: &str) {
        ja: "次のコマンドで、所有者が読み書きできるようにしてください: chmod u+rwX {path}",
        en: "let its owner read and write it: chmod u+rwX {path}",
    }
    mend_owner(user: &str, path: &str) {
        ja: "cronで動かすユーザが{user}であれば、次のコマンドで渡してください: sudo chown {user} {path}",
        en: "if {user} is whom cron runs the jobs as, give it to that user: sudo chown {user} {path}",
    }
    mend_user(owner: &str) {
        ja: "{owner}として実行してください: sudo -u {owner} tempostar …（cronも{owner}のcrontabに登録します）",
        en: "run it as {owner}: sudo -u {owner} tempostar … (and let cron do so, too)",
    }
    who_runs(user: &str) { ja: "{user}で実行します", en: "run by {user}" }
}

problems! {
    exit Settings, ends NextRun, who [Support];

    Error another_users_folder = "another-users-folder" (folder: &str, owner: &str, user: &str) {
        ja: "作業フォルダ{folder}はユーザ{owner}のものですが、{user}が実行しています。{owner}の使えないファイルができるのを防ぐため、何もしませんでした。",
        en: "the work folder {folder} is {owner}'s, and this is run by {user}: nothing was done, because the files of this run would be of no use to {owner}",
        hint_ja: "{owner}として実行してください: sudo -u {owner} tempostar …（cronも{owner}のcrontabに登録します）",
        hint_en: "run it as {owner}: sudo -u {owner} tempostar … (and let cron do so, too)",
    }
    Error another_users_database = "another-users-database" (database: &str, owner: &str, user: &str) {
        ja: "データベース{database}はユーザ{owner}のもので、実行している{user}とグループが共有されていません。{owner}の使えないファイルができるのを防ぐため、何もしませんでした。",
        en: "the database {database} is {owner}'s, who shares no group with {user}, who runs this: nothing was done, because the files that SQLite makes beside it would be of no use to {owner}",
        hint_ja: "{owner}として実行してください: sudo -u {owner} tempostar …（別のユーザで動かす場合は、docs/operations.mdのとおりにグループを共有してください）",
        hint_en: "run it as {owner}: sudo -u {owner} tempostar … (or let the two users share a group, as docs/operations.md describes)",
    }
    Error cannot_become = "user-cannot-become" (user: &str, reason: &str) {
        ja: "rootから、作業フォルダの所有者{user}に切り替えられません（{reason}）。",
        en: "root cannot become {user}, whose the work folder is ({reason})",
        hint_ja: "{user}として実行してください: sudo -u {user} tempostar …",
        hint_en: "run it as that user: sudo -u {user} tempostar …",
    }
    Error no_user = "user-unknown" (name: &str) {
        ja: "「{name}」というユーザは、このコンピュータにいません。",
        en: "there is no user {name:?} on this computer",
        hint_ja: "本システムを動かしているユーザの名前を--userに書いてください。",
        hint_en: "name the user of the shop's application with --user",
    }
    Error not_root = "user-not-root" (name: &str) {
        ja: "ほかのユーザ（{name}）のための設定は、rootだけが作成できます。",
        en: "only root can make settings for another user ({name})",
        hint_ja: "「sudo -u {name} tempostar init」のように、そのユーザとして実行してください。",
        hint_en: "run this as that user: sudo -u {name} tempostar init",
    }
}
