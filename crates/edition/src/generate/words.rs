//! Texts that mean nothing, in ten scripts and the lengths of real ones.

/// SplitMix64, quick and the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// Languages and the syllables that their words are made of.
pub(super) const LANGUAGES: [(&str, [&str; 16]); 10] = [
    (
        "en",
        [
            "har", "bour", "light", "stone", "ev", "en", "ing", "wind", "ow", "riv", "er", "sil", "ver",
            "win", "ter", "road",
        ],
    ),
    ("ko", ["항", "구", "불", "빛", "바", "람", "겨", "울", "도", "시", "하", "루", "노", "래", "사", "람"]),
    ("ja", ["港", "灯", "夜", "風", "の", "は", "海", "町", "冬", "道", "し", "た", "か", "ら", "人", "歌"]),
    (
        "es",
        [
            "luz", "mar", "de", "la", "vien", "to", "cie", "lo", "no", "che", "ca", "mi", "sol", "ri", "o",
            "ven",
        ],
    ),
    (
        "ar",
        ["نو", "ر", "بح", "ري", "ح", "ال", "ليل", "مد", "ينة", "شت", "اء", "طر", "يق", "أغ", "نية", "باب"],
    ),
    (
        "th",
        [
            "แสง",
            "ลม",
            "ทะ",
            "เล",
            "คืน",
            "เมือง",
            "หนาว",
            "ถนน",
            "เพลง",
            "คน",
            "วัน",
            "ฟ้า",
            "น้ำ",
            "ใจ",
            "รัก",
            "บ้าน",
        ],
    ),
    (
        "zh-Hans",
        ["港", "灯", "夜", "风", "海", "城", "冬", "路", "歌", "人", "光", "水", "心", "家", "天", "山"],
    ),
    (
        "pt-BR",
        ["luz", "mar", "da", "noi", "te", "ven", "to", "ci", "da", "de", "ca", "mi", "nho", "sol", "ri", "o"],
    ),
    (
        "fr",
        [
            "lu", "mi", "ère", "mer", "vent", "nuit", "vil", "le", "hi", "ver", "che", "min", "chan", "son",
            "ri", "ve",
        ],
    ),
    (
        "de",
        [
            "licht", "ha", "fen", "wind", "meer", "nacht", "stadt", "win", "ter", "weg", "lied", "fluss",
            "haus", "tag", "him", "mel",
        ],
    ),
];

/// So many words in the language at this place.
pub(super) fn sentence(random: &mut Random, place: usize, words: usize) -> String {
    let (_, syllables) = &LANGUAGES[place % LANGUAGES.len()];
    let mut text = String::with_capacity(words * 10);
    for word in 0..words {
        if word > 0 {
            text.push(' ');
        }
        for _ in 0..1 + random.below(2) {
            text.push_str(syllables[random.below(syllables.len())]);
        }
    }
    text
}
