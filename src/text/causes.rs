//! The reasons that the operating system and the libraries give: they know English only.

use std::io;

use rustix::io::Errno;

/// What stands with the system's number behind it, which stays.
#[derive(Clone, Copy)]
struct System {
    errno: Errno,
    ja: &'static str,
}

/// How a reason begins that has no such number; what follows is a name.
#[derive(Clone, Copy)]
struct Library {
    en: &'static str,
    ja: &'static str,
}

const OF_THE_SYSTEM: [System; 27] = [
    System { errno: Errno::PERM, ja: "許可されていない操作です" },
    System { errno: Errno::NOENT, ja: "ファイルまたはフォルダがありません" },
    System { errno: Errno::IO, ja: "ディスクなどの装置で読み書きに失敗しました" },
    System { errno: Errno::NOMEM, ja: "メモリが足りません" },
    System { errno: Errno::ACCESS, ja: "アクセス権がありません" },
    System { errno: Errno::BUSY, ja: "使用中です" },
    System { errno: Errno::EXIST, ja: "同じ名前のファイルかフォルダがすでにあります" },
    System { errno: Errno::XDEV, ja: "別のディスクにあります" },
    System { errno: Errno::NOTDIR, ja: "フォルダではありません" },
    System { errno: Errno::ISDIR, ja: "ファイルではなくフォルダです" },
    System { errno: Errno::INVAL, ja: "この場所ではできない操作です" },
    System {
        errno: Errno::NFILE, ja: "コンピュータ全体で、開いているファイルが多すぎます"
    },
    System { errno: Errno::MFILE, ja: "開いているファイルが多すぎます" },
    System { errno: Errno::FBIG, ja: "ファイルが大きすぎます" },
    System { errno: Errno::NOSPC, ja: "ディスクに空きがありません" },
    System { errno: Errno::ROFS, ja: "読み取り専用のディスクです" },
    System { errno: Errno::PIPE, ja: "渡す相手がすでに終了しています" },
    System { errno: Errno::NAMETOOLONG, ja: "名前が長すぎます" },
    System { errno: Errno::LOOP, ja: "シンボリックリンクが循環しています" },
    System { errno: Errno::NETUNREACH, ja: "ネットワークにつながっていません" },
    System { errno: Errno::CONNABORTED, ja: "接続が打ち切られました" },
    System { errno: Errno::CONNRESET, ja: "相手に接続を切られました" },
    System { errno: Errno::TIMEDOUT, ja: "時間内に応答がありませんでした" },
    System { errno: Errno::CONNREFUSED, ja: "接続を拒否されました" },
    System { errno: Errno::HOSTUNREACH, ja: "相手のコンピュータに届きません" },
    System {
        errno: Errno::STALE, ja: "ネットワーク上のフォルダとのつながりが切れました"
    },
    System {
        errno: Errno::DQUOT, ja: "ディスクの使用量の上限（クォータ）に達しました"
    },
];

const OF_LIBRARIES: [Library; 24] = [
    Library {
        en: "failed to lookup address information: Name or service not known",
        ja: "サーバの名前が見つかりません",
    },
    Library {
        en: "failed to lookup address information: No address associated with hostname",
        ja: "サーバの名前にアドレスがありません",
    },
    Library {
        en: "failed to lookup address information: Temporary failure in name resolution",
        ja: "今は名前を調べられません（DNS）",
    },
    Library { en: "connection closed before the response", ja: "応答の前に接続を切られました" },
    Library { en: "connection timed out", ja: "時間内に応答がありませんでした" },
    Library { en: "timed out", ja: "時間内に応答がありませんでした" },
    Library { en: "unexpected end of file", ja: "途中で終わりました" },
    Library { en: "failed to fill whole buffer", ja: "途中で終わりました" },
    Library { en: "failed to write whole buffer", ja: "途中までしか書き込めませんでした" },
    Library { en: "incomplete response", ja: "応答が途中で切れました" },
    Library {
        en: "peer closed connection without sending TLS close_notify",
        ja: "暗号化通信の途中で接続を切られました",
    },
    Library { en: "received fatal alert: ", ja: "相手が暗号化通信を断りました: " },
    Library {
        en: "received corrupt message of type ", ja: "暗号化通信（TLS）の応答ではありません: "
    },
    Library { en: "peer is incompatible: ", ja: "相手と共通の方式がありません: " },
    Library { en: "invalid peer certificate: ", ja: "相手の証明書を信頼できません: " },
    Library { en: "base64 decode error: ", ja: "PEM形式ではありません: " },
    Library { en: "stream did not contain valid UTF-8", ja: "UTF-8ではありません" },
    Library { en: "disk I/O error", ja: "ディスクの読み書きに失敗しました" },
    Library { en: "database or disk is full", ja: "ディスクに空きがありません" },
    Library { en: "attempt to write a readonly database", ja: "書き込みできない状態です" },
    Library { en: "unable to open database file", ja: "ファイルを開けません" },
    Library { en: "database disk image is malformed", ja: "ファイルの内容が壊れています" },
    Library { en: "no such table: ", ja: "表がありません: " },
    Library { en: "no such column: ", ja: "列がありません: " },
];

/// A Japanese sentence with such reasons in Japanese, too. What a server answered stays as it was said.
pub(super) fn in_japanese(mut said: String) -> String {
    let answer = said.find("サーバの応答: 「").map(|at| said.split_off(at)).unwrap_or_default();
    if said.contains(" (os error ") {
        for System { errno, ja } in OF_THE_SYSTEM {
            let number = errno.raw_os_error();
            let english = io::Error::from_raw_os_error(number).to_string();
            said = said.replace(&english, &format!("{ja}: os error {number}"));
        }
    }
    let known = |at: usize| {
        // A sentence that only begins like it stays whole.
        let is_all = |en: &str, rest: &str| en.ends_with(' ') || rest.starts_with(['）', ':']);
        let is_it = |en: &str| said[at..].strip_prefix(en).is_some_and(|rest| is_all(en, rest));
        let Library { en, ja } = OF_LIBRARIES.into_iter().find(|known| is_it(known.en))?;
        Some((at..at + en.len(), ja))
    };
    let reason = said.match_indices('（').find_map(|(at, mark)| known(at + mark.len()));
    if let Some((place, ja)) = reason {
        said.replace_range(place, ja);
    }
    said + &answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_english_is_left_but_names_and_numbers() {
        let of_the_system =
            OF_THE_SYSTEM.map(|known| io::Error::from_raw_os_error(known.errno.raw_os_error()).to_string());
        for english in OF_LIBRARIES.map(|known| known.en.to_owned()).into_iter().chain(of_the_system) {
            let said = in_japanese(format!("読めません（{english}）"));
            let rest = said.replace("os error ", "");
            assert!(!rest.contains(|c: char| c.is_ascii_lowercase()), "{english:?}: {said}");
        }
    }

    #[test]
    fn what_a_server_answered_and_what_nobody_knows_stay() {
        for said in [
            "（サーバの応答: 「421 timed out」）",
            "（サーバの応答: 「451 No space left on device (os error 28)」）",
            "（サーバの応答: 「421 （timed out）」）",
            "（Level 2 halted (os error 51)）",
            "timed out（1）",
            "（timed out by the proxy）",
        ] {
            assert_eq!(in_japanese(said.to_owned()), said);
        }
        let chain = "（cannot rename a to b: No space left on device (os error 28)）".to_owned();
        assert_eq!(in_japanese(chain), "（cannot rename a to b: ディスクに空きがありません: os error 28）");
    }
}
