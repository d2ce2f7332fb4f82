//! CP932 (what Japanese shops call "Shift_JIS") and UTF-8, both ways, refusing instead of replacing.
//!
//! The decoders and encoders of the web are made to show *something*: they put `�` for what they cannot read,
//! `&#8212;` for what they cannot write, and a backslash for `¥`. A product's name or a parcel's address must not be
//! changed like that, so everything here either keeps a text exactly or says what it cannot keep.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use encoding_rs::{EUC_JP, EncoderResult, SHIFT_JIS};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

words! {
    /// How a file's text is written as bytes.
    pub enum Encoding {
        /// Windows-31J: Shift_JIS with the extensions of NEC and IBM (①, ㈱, 髙).
        Cp932 = "cp932",
        Utf8 = "utf-8",
    }
}

/// The bytes of a field that no character is written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBytes {
    /// Where they are, in bytes from the beginning of the field.
    pub offset: usize,
    /// The bytes, 1 to 4 of them.
    pub bytes: Vec<u8>,
}

impl fmt::Display for BadBytes {
    /// Hexadecimal, as `82 3F`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<String> = self.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        f.write_str(&bytes.join(" "))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable {
    /// The first such character.
    pub character: char,
    /// Where it is, in characters from the beginning of the text.
    pub index: usize,
}

impl Encoding {
    /// The encoding that a file's name promises: UTF-8 if it contains `utf8` or `utf-8`.
    pub fn promised_by_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        (name.contains("utf8") || name.contains("utf-8")).then_some(Self::Utf8)
    }

    /// The name that a person knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cp932 => "CP932 (Shift_JIS)",
            Self::Utf8 => "UTF-8",
        }
    }

    /// The text of one field. Nothing is replaced, and no byte-order mark is looked for.
    ///
    /// The single byte 0x80, for which the web's decoder has a control character, is impossible in CP932.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, BadBytes> {
        let text = match self {
            Self::Cp932 if !bytes.is_ascii() => SHIFT_JIS
                .decode_without_bom_handling_and_without_replacement(bytes)
                .filter(|text| !(bytes.contains(&0x80) && text.contains('\u{80}'))),
            Self::Cp932 | Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        };
        text.ok_or_else(|| self.first_bad_bytes(bytes))
    }

    /// Appends `text` to `out`, exactly or not at all: what is written decodes to the same text.
    pub fn encode(self, text: &str, out: &mut Vec<u8>) -> Result<(), Unencodable> {
        let before = out.len();
        match self.encode_while_possible(text, out) {
            None => Ok(()),
            Some((at, character)) => {
                out.truncate(before);
                Err(Unencodable { character, index: text[..at].chars().count() })
            }
        }
    }

    /// Appends `text` to `out` with `〓` (geta) for each character that is missing; gives the missing ones in order.
    pub fn encode_with_geta(self, text: &str, out: &mut Vec<u8>) -> Vec<char> {
        const GETA_IN_CP932: [u8; 2] = [0x81, 0xAC];
        let mut missing = Vec::new();
        let mut rest = text;
        while let Some((at, character)) = self.encode_while_possible(rest, out) {
            out.extend_from_slice(&GETA_IN_CP932);
            missing.push(character);
            rest = &rest[at + character.len_utf8()..];
        }
        missing
    }

    /// Encodes up to the first missing character, and gives its byte offset and itself.
    fn encode_while_possible(self, text: &str, out: &mut Vec<u8>) -> Option<(usize, char)> {
        if self == Self::Utf8 || text.is_ascii() {
            out.extend_from_slice(text.as_bytes());
            return None;
        }
        let changed = first_changed_by_the_encoder(text);
        let end = changed.map_or(text.len(), |(at, _)| at);
        let mut encoder = SHIFT_JIS.new_encoder();
        let mut read = 0;
        loop {
            out.reserve(end - read + 16);
            let (result, length) =
                encoder.encode_from_utf8_to_vec_without_replacement(&text[read..end], out, true);
            read += length;
            match result {
                EncoderResult::InputEmpty => return changed,
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(missing) => match user_defined(missing) {
                    Some(pair) => out.extend_from_slice(&pair),
                    None => return Some((read - missing.len_utf8(), missing)),
                },
            }
        }
    }

    /// The first impossible bytes of a field that did not decode.
    fn first_bad_bytes(self, bytes: &[u8]) -> BadBytes {
        let (offset, length) = match self {
            Self::Utf8 => match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), 0),
                Err(error) => {
                    let rest = bytes.len() - error.valid_up_to();
                    (error.valid_up_to(), error.error_len().unwrap_or(rest))
                }
            },
            Self::Cp932 => first_bad_pair(bytes),
        };
        BadBytes { offset, bytes: bytes[offset..].iter().take(length.min(4)).copied().collect() }
    }
}

/// A character that users define (外字): CP932's F040 to F9FC are U+E000 to U+E757, in this order.
fn user_defined(character: char) -> Option<[u8; 2]> {
    const TRAILS: u32 = 188;
    let index = u32::from(character).checked_sub(0xE000).filter(|index| *index < 10 * TRAILS)?;
    let (lead, trail) = (0xF0 + index / TRAILS, 0x40 + index % TRAILS);
    // 7F is no trail byte.
    let trail = if trail < 0x7F { trail } else { trail + 1 };
    Some([u8::try_from(lead).ok()?, u8::try_from(trail).ok()?])
}

/// What the web's encoder writes as something else without saying so: U+0080 as 0x80, ¥ as a backslash, ‾ as a tilde,
/// − (U+2212) as －. The tests walk all of Unicode to show that there is no fifth.
const CHANGED_BY_THE_ENCODER: [char; 4] = ['\u{80}', '¥', '‾', '−'];

fn first_changed_by_the_encoder(text: &str) -> Option<(usize, char)> {
    // They all begin with one of these bytes in UTF-8, and kana and kanji have neither.
    memchr::memchr2(0xC2, 0xE2, text.as_bytes())?;
    text.char_indices().find(|(_, c)| CHANGED_BY_THE_ENCODER.contains(c))
}

/// Offset and length of the first impossible bytes. A following ASCII byte is not counted in: it is most likely a
/// quote or a letter whose left neighbour lost its second half.
fn first_bad_pair(bytes: &[u8]) -> (usize, usize) {
    let offset = match check_cp932(bytes, 0) {
        (_, Some(bad)) => bad,
        (Some(_), None) => bytes.len() - 1,
        (None, None) => return (bytes.len(), 0),
    };
    let is_lead = matches!(bytes[offset], 0x81..=0x9F | 0xE0..=0xFC);
    let is_pair = is_lead && bytes.get(offset + 1).is_some_and(|trail| !trail.is_ascii());
    (offset, if is_pair { 2 } else { 1 })
}

/// One bit per pair of bytes: is it a character? Asking this is several times cheaper than decoding.
struct Cp932Pairs([[u64; 4]; 256]);

static CP932_PAIRS: LazyLock<Cp932Pairs> = LazyLock::new(|| {
    let mut pairs = Cp932Pairs([[0; 4]; 256]);
    for lead in (0x81..=0x9F).chain(0xE0..=0xFC) {
        for trail in 0x40..=0xFC_u8 {
            if SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&[lead, trail]).is_some() {
                pairs.0[usize::from(lead)][usize::from(trail >> 6)] |= 1 << (trail & 63);
            }
        }
    }
    pairs
});

impl Cp932Pairs {
    fn has(&self, lead: u8, trail: u8) -> bool {
        self.0[usize::from(lead)][usize::from(trail >> 6)] >> (trail & 63) & 1 == 1
    }
}

/// A text of EUC-JP, which is named and not read; `None`: it is none.
pub fn decode_euc_jp(bytes: &[u8]) -> Option<Cow<'_, str>> {
    EUC_JP.decode_without_bom_handling_and_without_replacement(bytes)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The encoding: the given one, else the one that the bytes speak for.
    pub encoding: Encoding,
    /// Where the first byte is that is impossible in it, in bytes from the beginning of the stream.
    pub first_bad: Option<u64>,
}

/// Finds the encoding of a stream, and whether all of it can be decoded, while somebody else reads it in chunks.
///
/// UTF-8 if it begins with a byte-order mark, or is valid UTF-8 with at least one non-ASCII character, or begins as only
/// UTF-8 does and is damaged further on; else CP932.
#[derive(Debug)]
pub struct Detector {
    given: Option<Encoding>,
    start: Vec<u8>,
    is_ascii: bool,
    utf8: Utf8Check,
    cp932: Cp932Check,
}

/// How much of the beginning is kept, to tell a damaged file of UTF-8 from one of CP932.
const START_BYTES: usize = 4096;

/// So many Japanese characters of UTF-8 before the first impossible byte are no accident.
const UNMISTAKABLE: usize = 8;

/// How many characters of three bytes a text has up to its first impossible byte.
fn wide_characters(start: &[u8]) -> usize {
    let good = start.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    good.chars().filter(|character| character.len_utf8() == 3).count()
}

pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Detector {
    /// A detector for a stream whose encoding is perhaps known already.
    pub fn new(given: Option<Encoding>) -> Self {
        let (utf8, cp932) = (Utf8Check::default(), Cp932Check::default());
        Self { given, start: Vec::new(), is_ascii: true, utf8, cp932 }
    }

    /// Takes the next bytes of the stream, cut wherever it pleases the reader.
    pub fn feed(&mut self, chunk: &[u8]) {
        let missing = START_BYTES - self.start.len();
        self.start.extend(chunk.iter().take(missing));
        self.is_ascii = self.is_ascii && chunk.is_ascii();
        if self.given != Some(Encoding::Cp932) {
            self.utf8.feed(chunk);
        }
        if self.given != Some(Encoding::Utf8) {
            self.cp932.feed(chunk);
        }
    }

    pub fn finish(self) -> Detected {
        let utf8_first_bad = self.utf8.finish();
        let cp932_first_bad = self.cp932.finish();
        let wide = wide_characters(&self.start);
        let speaks_for_utf8 = self.start.starts_with(BYTE_ORDER_MARK)
            || (utf8_first_bad.is_none() && !self.is_ascii)
            || wide >= if cp932_first_bad.is_some() { 1 } else { UNMISTAKABLE };
        let guess = if speaks_for_utf8 { Encoding::Utf8 } else { Encoding::Cp932 };
        let encoding = self.given.unwrap_or(guess);
        let first_bad = match encoding {
            Encoding::Utf8 => utf8_first_bad,
            Encoding::Cp932 => cp932_first_bad,
        };
        Detected { encoding, first_bad }
    }
}

/// Is a stream valid UTF-8? Keeps the beginning of a character that a chunk's border cuts.
#[derive(Debug, Default)]
struct Utf8Check {
    position: u64,
    cut: Vec<u8>,
    first_bad: Option<u64>,
}

impl Utf8Check {
    fn feed(&mut self, chunk: &[u8]) {
        if self.first_bad.is_some() {
            return;
        }
        let begin = self.position - self.cut.len() as u64;
        self.position += chunk.len() as u64;
        let text = match self.cut.is_empty() {
            true => Cow::Borrowed(chunk),
            false => Cow::Owned([&self.cut, chunk].concat()),
        };
        self.cut.clear();
        if let Err(error) = std::str::from_utf8(&text) {
            match error.error_len() {
                Some(_) => self.first_bad = Some(begin + error.valid_up_to() as u64),
                None => self.cut.extend_from_slice(&text[error.valid_up_to()..]),
            }
        }
    }

    fn finish(self) -> Option<u64> {
        let cut_at_the_end = (!self.cut.is_empty()).then(|| self.position - self.cut.len() as u64);
        self.first_bad.or(cut_at_the_end)
    }
}

/// Is a stream CP932 throughout? Keeps the first half of a pair that a chunk's border cuts.
#[derive(Debug, Default)]
struct Cp932Check {
    position: u64,
    lead: Option<u8>,
    first_bad: Option<u64>,
}

impl Cp932Check {
    fn feed(&mut self, chunk: &[u8]) {
        if self.first_bad.is_some() || chunk.is_empty() {
            return;
        }
        let mut begin = 0;
        if let (Some(lead), Some(&trail)) = (self.lead, chunk.first()) {
            if !CP932_PAIRS.has(lead, trail) {
                self.first_bad = Some(self.position - 1);
                return;
            }
            begin = 1;
        }
        let (lead, bad) = check_cp932(chunk, begin);
        self.lead = lead;
        self.first_bad = bad.map(|bad| self.position + bad as u64);
        self.position += chunk.len() as u64;
    }

    fn finish(self) -> Option<u64> {
        self.first_bad.or(self.lead.map(|_| self.position - 1))
    }
}

/// The lead byte that the end cuts off, or the offset of the first impossible byte.
fn check_cp932(bytes: &[u8], begin: usize) -> (Option<u8>, Option<usize>) {
    let pairs = &*CP932_PAIRS;
    let mut rest = &bytes[begin..];
    loop {
        rest = match rest {
            [] => return (None, None),
            [byte, ..] if byte.is_ascii() => &rest[length_of_ascii(rest)..],
            [lead, trail, after @ ..] if pairs.has(*lead, *trail) => after,
            [0xA1..=0xDF, after @ ..] => after,
            [lead @ (0x81..=0x9F | 0xE0..=0xFC)] => return (Some(*lead), None),
            _ => return (None, Some(bytes.len() - rest.len())),
        };
    }
}

/// How many ASCII bytes stand at the beginning; eight at a time.
fn length_of_ascii(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let whole = words.iter().take_while(|word| u64::from_le_bytes(**word) & 0x8080_8080_8080_8080 == 0);
    let length = whole.count() * 8;
    length + bytes[length..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// What a reader takes for the same as a character that CP932 lacks.
///
/// Only what looks and reads alike stands here; a variant of a kanji (𠮷 for 吉) does not, since it may be a name.
pub fn look_alike(character: char) -> Option<&'static str> {
    Some(match character {
        // Spaces of other widths.
        '\u{A0}' | '\u{2002}' | '\u{2004}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => " ",
        '\u{2003}' => "\u{3000}",
        // What prints nothing: soft hyphen, vowel separator, joiners, marks of direction, stray byte-order marks.
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' => "",
        '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => "",
        '¢' => "￠",
        '£' => "￡",
        // Never the backslash 0x5C, which only Japanese fonts show as a yen sign.
        '¥' => "￥",
        '¦' => "￤",
        '¬' => "￢",
        // Never the tilde 0x7E.
        '¯' | '‾' => "￣",
        // The micro sign is the Greek letter, and the letter the ångström sign.
        'µ' => "\u{3BC}",
        'Å' => "\u{212B}",
        '·' | '•' | '‧' | '⋅' => "・",
        '‖' => "∥",
        '⋯' => "…",
        '〜' => "～",
        // Dashes by their length: hyphens, minus signs and short dashes, long dashes.
        '\u{2011}' | '⁃' => "\u{2010}",
        '\u{2012}' | '–' | '⁻' | '\u{2212}' | '➖' | '﹣' => "－",
        '—' | '﹘' => "―",
        _ => return None,
    })
}

/// The text with those characters that CP932 lacks put into a form that it has, where a reader sees no difference:
/// decomposed letters composed (NFC), then [`look_alike`], and no variation selectors.
///
/// What CP932 has stays as it is, also where NFC would change it: U+FA19, a variant of 神, is how somebody writes their name.
pub fn look_alikes(text: &str) -> Cow<'_, str> {
    let is_composed = || is_nfc_quick(text.chars()) == IsNormalized::Yes;
    let is_changed = |c| look_alike(c).is_some() || is_variation_selector(c) || kanji_of_radical(c).is_some();
    if text.is_ascii() || text.chars().all(is_plain) || (is_composed() && !text.chars().any(is_changed)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars() {
        if is_kept_from_nfc(character) {
            push_look_alikes(&run, &mut out);
            run.clear();
            out.push(character);
        } else {
            run.push(character);
        }
    }
    push_look_alikes(&run, &mut out);
    Cow::Owned(out)
}

/// Nearly all characters of nearly all texts: composed as they are, and without a look-alike.
fn is_plain(character: char) -> bool {
    matches!(character, '\0'..='\x7F' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '一'..='鿿' | '！'..='～')
}

fn push_look_alikes(run: &str, out: &mut String) {
    for character in run.nfc() {
        match (look_alike(character), kanji_of_radical(character)) {
            _ if is_variation_selector(character) => {}
            (Some(replacement), _) => out.push_str(replacement),
            (None, Some(kanji)) => out.push(kanji),
            (None, None) => out.push(character),
        }
    }
}

/// They choose a glyph of the character before them, which stays the same character.
fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The kanji of a radical (⾼ → 高), which programs that read PDF files put in its place.
fn kanji_of_radical(character: char) -> Option<char> {
    if !matches!(character, '\u{2E80}'..='\u{2FDF}') {
        return None;
    }
    let mut kanji = std::iter::once(character).nfkc();
    kanji.next().filter(|kanji| *kanji != character)
}

fn is_kept_from_nfc(character: char) -> bool {
    is_nfc_quick(std::iter::once(character)) == IsNormalized::No
        && Encoding::Cp932.encode(character.encode_utf8(&mut [0; 4]), &mut Vec::new()).is_ok()
}

/// A column's name in the form in which names are compared: full and half width, spaces and ASCII case do not matter.
pub fn comparable_name(name: &str) -> String {
    name.nfkc().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every sequence of one and of two bytes that CP932 can be asked about, with what it decodes to.
    fn all_of_cp932() -> impl Iterator<Item = (Vec<u8>, Result<String, BadBytes>)> {
        let singles = (0..=0xFF_u8).map(|byte| vec![byte]);
        let leads = (0x81..=0x9F_u8).chain(0xE0..=0xFC);
        let pairs = leads.flat_map(|lead| (0..=0xFF_u8).map(move |trail| vec![lead, trail]));
        singles.chain(pairs).map(|bytes| {
            let text = Encoding::Cp932.decode(&bytes).map(Cow::into_owned);
            (bytes, text)
        })
    }

    fn encoded(text: &str) -> Result<Vec<u8>, Unencodable> {
        let mut out = Vec::new();
        Encoding::Cp932.encode(text, &mut out).map(|()| out)
    }

    #[test]
    fn every_character_of_cp932_survives_the_way_there_and_back() {
        let mut characters = 0;
        for (bytes, text) in all_of_cp932() {
            let Ok(text) = text else { continue };
            if text.chars().count() != 1 {
                continue;
            }
            characters += 1;
            // NEC and IBM both numbered some characters, so the bytes may differ, but never the character.
            let again = encoded(&text).unwrap_or_else(|error| panic!("{bytes:02X?} {text}: {error:?}"));
            assert_eq!(Encoding::Cp932.decode(&again).unwrap(), text, "{bytes:02X?}");
            assert_eq!(look_alikes(&text), text, "{bytes:02X?}: changed although CP932 has it");
        }
        assert!(characters > 9000, "{characters}");
    }

    #[test]
    fn whatever_is_encoded_decodes_to_itself() {
        for character in (0..=0x0010_FFFF_u32).filter_map(char::from_u32) {
            let text = character.to_string();
            if let Ok(bytes) = encoded(&text) {
                assert_eq!(
                    Encoding::Cp932.decode(&bytes).as_deref(),
                    Ok(text.as_str()),
                    "U+{:04X}",
                    character as u32
                );
            }
        }
    }

    #[test]
    fn every_look_alike_is_needed_and_can_be_written() {
        for (missing, replacement) in ('\0'..=char::MAX).filter_map(|c| Some((c, look_alike(c)?))) {
            assert!(encoded(&missing.to_string()).is_err(), "U+{:04X} is in CP932", missing as u32);
            assert!(encoded(replacement).is_ok(), "U+{:04X}", missing as u32);
            assert_eq!(look_alikes(&missing.to_string()), replacement, "U+{:04X}", missing as u32);
        }
    }

    #[test]
    fn plain_characters_need_no_second_look() {
        let all = (0..=0x0010_FFFF_u32).filter_map(char::from_u32);
        for character in all.filter(|&character| is_plain(character)) {
            assert_eq!(is_nfc_quick(['か', character].into_iter()), IsNormalized::Yes, "{character:?}");
            assert_eq!(look_alike(character), None, "{character:?}");
        }
    }

    #[test]
    fn the_characters_that_fail_elsewhere_are_written_as_a_reader_expects() {
        let text = "10〜20−3—‖¥¢£¬\u{A0}か\u{3099}‑–葛\u{E0100}城";
        assert_eq!(look_alikes(text), "10～20－3―∥￥￠￡￢ が‐－葛城");
        let kept = "\u{FA19}田\u{212B}①㈱髙\u{FA11}";
        assert_eq!(look_alikes(&format!("{kept}〜")), format!("{kept}～"));
        assert_eq!(look_alikes("A\u{30A}"), "\u{212B}", "composed, then the sign that CP932 has");
        assert!(matches!(look_alikes("表構能ソ"), Cow::Borrowed(_)));
        assert_eq!(encoded("表").unwrap(), [0x95, 0x5C]);
    }

    #[test]
    fn a_missing_character_is_named_with_its_place_and_nothing_is_written() {
        let mut out = b"before".to_vec();
        let error = Encoding::Cp932.encode("東京𠮷野", &mut out);
        assert_eq!(error, Err(Unencodable { character: '𠮷', index: 2 }));
        assert_eq!(out, b"before");
        assert_eq!(encoded("a¥b"), Err(Unencodable { character: '¥', index: 1 }), "not a backslash");
        assert_eq!(encoded("é¥"), Err(Unencodable { character: 'é', index: 0 }), "the first of two");
    }

    #[test]
    fn geta_stands_for_each_missing_character() {
        let mut out = Vec::new();
        assert_eq!(Encoding::Cp932.encode_with_geta("𠮷野é‾屋🎁", &mut out), ['𠮷', 'é', '‾', '🎁']);
        assert_eq!(Encoding::Cp932.decode(&out).unwrap(), "〓野〓〓屋〓");
        assert!(Encoding::Utf8.encode_with_geta("𠮷", &mut out).is_empty());
    }

    #[test]
    fn impossible_bytes_are_named_with_their_place() {
        let bad = |encoding: Encoding, bytes: &[u8]| {
            let error = encoding.decode(bytes).unwrap_err();
            (error.offset, error.to_string())
        };
        assert_eq!(bad(Encoding::Cp932, b"ab\x82"), (2, "82".to_owned()), "a pair cut in half at the end");
        assert_eq!(bad(Encoding::Cp932, b"\x82\xA0\x80x"), (2, "80".to_owned()));
        assert_eq!(bad(Encoding::Cp932, b"a\x82\x20b"), (1, "82".to_owned()));
        assert_eq!(bad(Encoding::Cp932, b"\xEF\xBB\xBF"), (0, "EF BB".to_owned()), "no byte-order mark here");
        assert_eq!(bad(Encoding::Cp932, b"\xA0"), (0, "A0".to_owned()));
        assert_eq!(bad(Encoding::Utf8, b"a\xE3\x81"), (1, "E3 81".to_owned()));
        assert_eq!(bad(Encoding::Utf8, b"\xC2\xA5\xFF"), (2, "FF".to_owned()));
    }

    #[test]
    fn a_name_can_promise_utf8() {
        assert_eq!(Encoding::promised_by_name("Stock_UTF8_1.csv"), Some(Encoding::Utf8));
        assert_eq!(Encoding::promised_by_name("stock-utf-8.csv"), Some(Encoding::Utf8));
        assert_eq!(Encoding::promised_by_name("stock.csv"), None);
    }

    fn detect(given: Option<Encoding>, bytes: &[u8], chunk: usize) -> Detected {
        let mut detector = Detector::new(given);
        bytes.chunks(chunk).for_each(|chunk| detector.feed(chunk));
        detector.finish()
    }

    #[test]
    fn the_bytes_tell_the_encoding() {
        let guess = |bytes: &[u8]| detect(None, bytes, 2);
        let (cp932, utf8) = (Encoding::Cp932, Encoding::Utf8);
        assert_eq!(guess(b"abc"), Detected { encoding: cp932, first_bad: None });
        assert_eq!(guess(b""), Detected { encoding: cp932, first_bad: None });
        assert_eq!(guess("abc表".as_bytes()), Detected { encoding: utf8, first_bad: None });
        assert_eq!(guess(b"\xEF\xBB\xBFabc"), Detected { encoding: utf8, first_bad: None });
        assert_eq!(guess(b"\xEF\xBB\xBFabc\xFF"), Detected { encoding: utf8, first_bad: Some(6) });
        assert_eq!(guess(&encoded("code,在庫数").unwrap()), Detected { encoding: cp932, first_bad: None });
        assert_eq!(guess(b"abc\x82"), Detected { encoding: cp932, first_bad: Some(3) });
        assert_eq!(guess(b"abcd\x82\x22"), Detected { encoding: cp932, first_bad: Some(4) });
        let forced = detect(Some(utf8), b"ab\x82\xA0", 3);
        assert_eq!(forced, Detected { encoding: utf8, first_bad: Some(2) });
    }

    #[test]
    fn column_names_compare_whatever_their_width() {
        assert_eq!(
            comparable_name("ＳＫＵ項目１　タイトル（税込） "),
            comparable_name("sku項目1タイトル(税込)")
        );
    }

    /// Bytes among which pairs, halves of pairs, UTF-8 and impossible bytes are frequent.
    fn mixed_bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => Just(b"\x95\x5C".to_vec()),
            4 => Just("表".as_bytes().to_vec()),
            4 => Just(b"abcdefghij".to_vec()),
            2 => Just("é".as_bytes().to_vec()),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn where_the_chunks_are_cut_does_not_matter(bytes in mixed_bytes(), chunk in 1_usize..12) {
            for given in [None, Some(Encoding::Cp932), Some(Encoding::Utf8)] {
                prop_assert_eq!(detect(given, &bytes, chunk), detect(given, &bytes, usize::MAX));
            }
        }

        #[test]
        fn the_detector_and_the_decoder_find_the_same_first_bad_byte(bytes in mixed_bytes()) {
            for encoding in [Encoding::Cp932, Encoding::Utf8] {
                let offset = encoding.decode(&bytes).err().map(|bad| bad.offset as u64);
                prop_assert_eq!(detect(Some(encoding), &bytes, 5).first_bad, offset);
            }
        }

        #[test]
        fn encoding_is_exact_or_refused(text in any::<String>()) {
            if let Ok(bytes) = encoded(&text) {
                prop_assert_eq!(Encoding::Cp932.decode(&bytes).unwrap(), text);
            }
        }
    }
}
