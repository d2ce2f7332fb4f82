//! File name patterns: `*` for any characters, `?` for one.

/// Which file names an inbox takes; letters match in either case, because servers differ in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }

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

    /// Whether there are file names that fit both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let [one, other] = [self, other].map(|pattern| pattern.0.chars().collect::<Vec<_>>());
        // `fits[i]`: from here on, the rest of `one` behind `i` and the rest of `other` have a name in common.
        let only_stars = |rest: &[char]| rest.iter().all(|c| *c == '*');
        let mut fits: Vec<bool> = (0..=one.len()).map(|at| only_stars(&one[at..])).collect();
        for place in (0..other.len()).rev() {
            let below = fits.clone();
            fits[one.len()] = only_stars(&other[place..]);
            for at in (0..one.len()).rev() {
                fits[at] = match (one[at], other[place]) {
                    ('*', _) | (_, '*') => fits[at + 1] || below[at],
                    (a, b) => (a == '?' || b == '?' || a.eq_ignore_ascii_case(&b)) && below[at + 1],
                };
            }
        }
        fits[0]
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

    #[test]
    fn patterns_overlap_when_a_name_fits_both() {
        for (one, other, expected) in [
            ("*.csv", "*.csv", true),
            ("*.csv", "stock*.csv", true),
            ("product*.csv", "stock*.csv", false),
            ("*.csv", "*.txt", false),
            ("a*", "*b", true),
            ("a?c", "abc", true),
            ("a?c", "abcd", false),
            ("*", "", true),
            ("STOCK*.csv", "stock1.csv", true),
        ] {
            assert_eq!(Pattern::new(one).overlaps(&Pattern::new(other)), expected, "{one} {other}");
            assert_eq!(Pattern::new(other).overlaps(&Pattern::new(one)), expected, "{other} {one}");
        }
    }

    proptest! {
        #[test]
        fn a_name_that_fits_two_patterns_makes_them_overlap(
            one in "[ab?*]{0,5}", other in "[ab?*]{0,5}", name in "[ab]{0,5}",
        ) {
            let (one, other) = (Pattern::new(&*one), Pattern::new(&*other));
            prop_assert!(!one.matches(&name) || !other.matches(&name) || one.overlaps(&other));
        }

        #[test]
        fn the_quick_match_agrees_with_the_definition(pattern in "[abA?*]{0,6}", name in "[abB]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Pattern::new(&*pattern).matches(&name), fits(&chars(&pattern), &chars(&name)));
        }
    }
}
