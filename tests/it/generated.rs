//! What a package ships beside the binary: made without settings, database or server.

use std::fs;
use std::process::Command;

use crate::harness::Shop;

fn shop_without_settings() -> Shop {
    let shop = Shop::new();
    fs::remove_file(shop.path("tempostar.toml")).unwrap();
    shop
}

#[test]
fn completions_for_each_shell_name_every_subcommand() {
    let shop = shop_without_settings();
    for shell in ["bash", "zsh", "fish"] {
        let script = shop.run(["generate", "completions", shell]).ok().stdout;
        for word in ["import-stock", "check-settings", "explain", "log-format"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    shop.run(["generate", "completions", "cmd"]).exits(2);
}

#[test]
fn bash_takes_its_completions() {
    let shop = shop_without_settings();
    shop.write("completions", shop.run(["generate", "completions", "bash"]).ok().stdout.as_bytes());
    let asked = "source ./completions
                 COMP_WORDS=(tempostar import-s) COMP_CWORD=1
                 _tempostar tempostar import-s tempostar
                 echo \"${COMPREPLY[@]}\"";
    let completed = Command::new("bash").args(["-c", asked]).current_dir(shop.path("")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "import-stock\n", "{completed:?}");
}

#[test]
fn there_is_a_man_page_for_each_subcommand() {
    let shop = shop_without_settings();
    let ran = shop.run(["generate", "man", "made/man"]).ok();
    assert_eq!(ran.all(), "");
    for name in ["tempostar", "tempostar-import-stock", "tempostar-explain", "tempostar-status"] {
        let page = fs::read_to_string(shop.path(&format!("made/man/{name}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains("Exit codes"), "{name}\n{page}");
    }
    assert!(!shop.path("made/man/tempostar-generate.1").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let shop = shop_without_settings();
    shop.write("file", b"");
    shop.run(["generate", "man", "file/man"]).exits(2).says("cannot write to file/man");
}
