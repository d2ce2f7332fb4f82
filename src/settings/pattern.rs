//! File name patterns: `*` for any characters, `?` for one.

/// Which file names an inbox takes; letters match in either case, because servers differ in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern of `*`, `?` and ordinary characters.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Whether the whole file name fits.
    pub fn matches(&self, name: &str) -> bool {
        let pattern: Vec<char> = self.0.chars().collect();
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut place) = (0, 0);
        // Where to go on when a guess was wrong: behind the last `*`, which then takes one character more. Earlier
        // stars never need another guess, so this is quadratic at worst.
        let mut retry: Option<(usize, usize)> = None;
        while place < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    retry = Some((at + 1, place));
                    at += 1;
                }
                Some(c) if *c == '?' || c.eq_ignore_ascii_case(&name[place]) => {
                    at += 1;
                    place += 1;
                }
                _ => {
                    let Some((after_star, taken)) = retry else { return false };
                    retry = Some((after_star, taken + 1));
                    (at, place) = (after_star, taken + 1);
                }
            }
        }
        pattern[at..].iter().all(|c| *c == '*')
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, as slow as it is clear.
    fn fits(pattern: &[char], name: &[char]) -> bool {
        match pattern {
            [] => name.is_empty(),
            ['*', rest @ ..] => (0..=name.len()).any(|taken| fits(rest, &name[taken..])),
            [first, rest @ ..] => {
                name.first().is_some_and(|c| *first == '?' || c.eq_ignore_ascii_case(first))
                    && fits(rest, &name[1..])
            }
        }
    }

    #[test]
    fn a_star_takes_any_characters_and_a_question_mark_takes_one() {
        for (pattern, name, expected) in [
            ("*.csv", "stock.csv", true),
            ("*.csv", ".csv", true),
            ("*.csv", "stock.csv.tmp", false),
            ("*.csv", "STOCK.CSV", true),
            ("stock?.csv", "stock1.csv", true),
            ("stock?.csv", "stock.csv", false),
            ("*a*b", "xaxab", true),
            ("在庫*.csv", "在庫1.csv", true),
            ("?.csv", "庫.csv", true),
            ("stock.csv", "stockXcsv", false),
            ("[ab].csv", "a.csv", false),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn the_quick_match_agrees_with_the_definition(pattern in "[abA?*]{0,6}", name in "[abB]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Pattern::new(&*pattern).matches(&name), fits(&chars(&pattern), &chars(&name)));
        }
    }
}
