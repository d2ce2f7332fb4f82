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
    let page = |name: &str| fs::read_to_string(shop.path(&format!("made/man/{name}"))).unwrap();
    for name in ["tempostar", "tempostar-import-stock", "tempostar-explain", "tempostar-status"] {
        let (en, ja) = (page(&format!("{name}.1")), page(&format!("ja/{name}.1")));
        for heading in ["NAME", "SYNOPSIS", "EXAMPLES", "\"EXIT STATUS\"", "FILES", "ENVIRONMENT"] {
            assert!(
                en.contains(&format!("\n.SH {heading}\n")) && !ja.contains(&format!(".SH {heading}\n")),
                "{name}: {heading}"
            );
        }
        assert!(en.contains("TEMPOSTAR_CONFIG") && ja.contains("\n.SH 終了コード\n"), "{name}");
    }
    // The settings' page is made from the sample: nothing of it is left out.
    let sample = fs::read_to_string("examples/tempostar.toml").unwrap();
    let keys = sample.lines().filter_map(|line| line.trim_start_matches("# ").split_once(" = "));
    let keys: Vec<&str> =
        keys.map(|(key, _)| key).filter(|key| key.is_ascii() && !key.contains(' ')).collect();
    assert!(keys.len() > 100);
    for (name, explained) in [
        ("tempostar.toml.5", "seconds, for every read and write"),
        ("ja/tempostar.toml.5", "応答を待つ秒数\n"),
    ] {
        let page = page(name);
        for key in &keys {
            assert!(page.contains(&format!("\n\\fB{} = ", key.replace('-', "\\-"))), "{name}: {key}");
        }
        assert!(page.contains(explained) && !page.contains('★'), "{page}");
    }
    assert!(!shop.path("made/man/tempostar-generate.1").exists());
}

#[test]
fn the_units_are_those_of_the_examples() {
    let shop = shop_without_settings();
    shop.run(["generate", "units", "made/units"]).ok();
    let mut names: Vec<_> =
        fs::read_dir("examples/systemd").unwrap().map(|unit| unit.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 5);
    for name in names.iter().map(|name| name.to_str().unwrap()) {
        let made = fs::read(shop.path(&format!("made/units/{name}"))).unwrap();
        assert_eq!(made, fs::read(format!("examples/systemd/{name}")).unwrap(), "{name}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let shop = shop_without_settings();
    shop.write("file", b"");
    shop.run(["generate", "man", "file/man"]).exits(2).says("cannot write to file/man");
}
