//! The house stays in order: no file imports another in a circle, and what has a type is not written as a word.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tempostar::job::Job;
use tempostar::text::PROBLEMS;

/// A module's path: `["sync", "import"]`.
type Module = Vec<String>;

/// The sources without their tests, by module.
fn sources() -> BTreeMap<Module, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
                found.insert(module_of(path.strip_prefix(&root).unwrap()), code);
            }
        }
    }
    found
}

fn module_of(file: &Path) -> Module {
    let file: PathBuf = file.with_extension("");
    file.iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

/// The paths of a `use`, with its braces multiplied out.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inner)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().replace(char::is_whitespace, "")];
    };
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for character in inner.rsplit_once('}').unwrap().0.chars() {
        match character {
            ',' if depth == 0 => parts.push(String::new()),
            other => {
                depth += i32::from(other == '{') - i32::from(other == '}');
                parts.last_mut().unwrap().push(other);
            }
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| paths(&format!("{}{}", before, part.trim()))).collect()
}

/// What stands behind `use` at the beginning of a line, up to the semicolon.
fn uses(code: &str) -> Vec<&str> {
    let begins = code.match_indices("\nuse ").chain(code.match_indices("\npub use "));
    let begins = begins.chain(code.match_indices("\npub(crate) use "));
    let tree = |(at, begin): (usize, &str)| code[at + begin.len()..].split(';').next().unwrap();
    begins.map(tree).collect()
}

/// The module of ours that a path leads to.
fn target(from: &Module, path: &str, modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut parts: Vec<&str> = path.split("::").collect();
    let mut base = match parts[0] {
        "crate" => Module::new(),
        "self" | "super" => from.clone(),
        _ => return None,
    };
    let up = parts.iter().take_while(|part| **part == "super").count();
    base.truncate(base.len() - up);
    parts.retain(|part| !matches!(*part, "crate" | "self" | "super"));
    for part in parts {
        let longer = [base.clone(), vec![part.to_owned()]].concat();
        if !modules.contains_key(&longer) {
            break;
        }
        base = longer;
    }
    (modules.contains_key(&base) && base != *from).then_some(base)
}

fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let of = |(module, code): (&Module, &String)| {
        let paths = uses(code).into_iter().flat_map(paths);
        (module.clone(), paths.filter_map(|path| target(module, &path, modules)).collect())
    };
    modules.iter().map(of).collect()
}

/// All that can be reached from here.
fn reachable(from: &Module, imports: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(module) = next.pop() {
        for imported in imports.get(&module).into_iter().flatten() {
            if reached.insert(imported.clone()) {
                next.push(imported.clone());
            }
        }
    }
    reached
}

#[test]
fn no_file_imports_another_in_a_circle() {
    let imports = imports(&sources());
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > 300, "the imports were not read");
    let circle = imports.keys().filter(|module| reachable(module, &imports).contains(*module));
    let circle: Vec<String> = circle.map(|module| module.join("::")).collect();
    assert_eq!(circle, [""; 0], "these import themselves over others");
}

/// The modules outside these homes in which a word stands as a literal, by word.
fn literals(homes: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, code) in sources().iter().filter(|(module, _)| !homes.contains(&module[0].as_str())) {
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for word in lines.flat_map(|line| line.split('"').skip(1).step_by(2)) {
            found.entry(word.to_owned()).or_default().insert(module.join("::"));
        }
    }
    found
}

#[test]
fn no_problems_code_stands_as_a_word_outside_the_texts() {
    let literals = literals(&["text", "problem"]);
    assert!(literals.len() > 500, "the literals were not read");
    for kind in PROBLEMS.iter().flat_map(|(_, problems)| *problems).map(|problem| problem.kind) {
        // `locked` is an outcome, too, and `marker` a key of the settings.
        if kind.code.contains('-') {
            assert_eq!(literals.get(kind.code), None, "{}", kind.code);
        }
    }
}

#[test]
fn no_job_stands_as_a_word_outside_its_home() {
    let literals = literals(&["text", "job"]);
    for job in Job::ALL {
        assert_eq!(literals.get(job.as_str()), None, "{job}");
    }
}
