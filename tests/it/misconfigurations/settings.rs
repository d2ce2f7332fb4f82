//! The settings file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::misconfigurations;
use super::site::Site;

misconfigurations! {
    a_key_is_misspelt {
        ja: "設定項目の名前が間違っている",
        en: "a key is misspelt",
        site: || Site::new().but("retries = 0", "retrys = 0"),
        finds: error "settings" "settings-unknown-key" by [Support] exits 6,
    }
    everybody_can_read_the_password {
        ja: "パスワードのファイルをほかの利用者も読める",
        en: "every user of the computer can read the password",
        site: || Site::new().after(|site| {
            fs::set_permissions(site.path("demo.pass"), PermissionsExt::from_mode(0o644)).unwrap();
        }),
        finds: warning "passwords" "password-file-open" by [Support] exits 0,
    }
}
