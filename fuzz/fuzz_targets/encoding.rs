//! What is decoded is the text that the bytes stand for, and what is encoded comes back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tempostar::encoding::{Detector, Encoding, look_alikes};

fuzz_target!(|data: &[u8]| {
    for encoding in [Encoding::Cp932, Encoding::Utf8] {
        if let Ok(text) = encoding.decode(data) {
            check_text(encoding, &text);
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        for encoding in [Encoding::Cp932, Encoding::Utf8] {
            check_text(encoding, text);
        }
    }
    check_detection(data);
});

/// Whatever can be written is read back, but for the look-alikes that stand for it.
fn check_text(encoding: Encoding, text: &str) {
    let mut bytes = b"before".to_vec();
    if encoding.encode(text, &mut bytes).is_ok() {
        let back = encoding.decode(&bytes[6..]).expect("what was encoded can be decoded");
        let is_same = back == text || back == look_alikes(text);
        assert!(is_same, "{encoding:?}: {text:?} became {back:?}");
    } else {
        assert_eq!(bytes, b"before", "half a text was written");
    }
    let mut bytes = Vec::new();
    let missing = encoding.encode_with_geta(text, &mut bytes);
    let back = encoding.decode(&bytes).expect("what was encoded can be decoded");
    assert_eq!(missing.is_empty(), encoding.encode(text, &mut Vec::new()).is_ok());
    assert!(missing.is_empty() || back.contains('〓'));
}

/// Where a file is cut in pieces does not matter.
fn check_detection(data: &[u8]) {
    let (&size, content) = data.split_first().unwrap_or((&1, &[]));
    let mut whole = Detector::new(None);
    whole.feed(content);
    let mut pieces = Detector::new(None);
    // A byte-order mark is never cut in two.
    content.chunks(usize::from(size).max(3)).for_each(|piece| pieces.feed(piece));
    assert_eq!(format!("{:?}", whole.finish()), format!("{:?}", pieces.finish()));
}
