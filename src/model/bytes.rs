//! Serialises bytes: raw in binary encodings; in text, the lossless form of [`super::RepoPath`]
//! (UTF-8 as it is). Never fails on bytes that are not UTF-8.

use serde::{Deserialize as _, Deserializer, Serializer};

use super::RepoPath;

pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.collect_str(&RepoPath::new(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    if deserializer.is_human_readable() {
        String::deserialize(deserializer).map(|text| RepoPath::from_text(&text).as_bytes().to_vec())
    } else {
        <&[u8]>::deserialize(deserializer).map(<[u8]>::to_vec)
    }
}
