//! Defines the ids: fixed-width bytes, hexadecimal in text, raw in binary encodings. Never reads
//! a file.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::{SerializeTuple, Serializer};
use serde::{Deserialize, Serialize};

/// A text that is not the hexadecimal form of an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of {bytes} bytes in hexadecimal")]
pub struct IdError {
    text: String,
    bytes: usize,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Width in bytes.
            pub const LEN: usize = $len;

            /// Reads the id from exactly [`Self::LEN`] bytes.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                unhex(text, &mut bytes).then_some(Self(bytes)).ok_or_else(|| IdError { text: text.to_owned(), bytes: $len })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    return serializer.collect_str(self);
                }
                let mut tuple = serializer.serialize_tuple($len)?;
                for byte in &self.0 {
                    tuple.serialize_element(byte)?;
                }
                tuple.end()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct IdVisitor;
                impl<'de> Visitor<'de> for IdVisitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "an id of {} bytes", $len)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<$name, A::Error> {
                        let mut bytes = [0; $len];
                        for (index, byte) in bytes.iter_mut().enumerate() {
                            *byte = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(index, &self))?;
                        }
                        Ok($name(bytes))
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(IdVisitor)
                } else {
                    deserializer.deserialize_tuple($len, IdVisitor)
                }
            }
        }
    };
}

id!(
    /// The git blob id of a file's bytes: SHA-1 over `blob <len>\0<bytes>`, the same inside and
    /// outside git.
    ContentId, 20
);
id!(
    /// What facts are valid for: hash of a language's spec, its grammar's version, the metrics
    /// version and the policy.
    AnalyzerId, 16
);
id!(
    /// One repository at one moment: hash over repository, commit and every (path, content,
    /// analyzer).
    SnapshotId, 16
);
id!(
    /// A symbol of a snapshot; stable under edits elsewhere in its file.
    SymbolId, 16
);
id!(
    /// BLAKE3 of a span's bytes, cut to 16: recognises a function that moved.
    BodyHash, 16
);
id!(
    /// UUIDv7 of a run: ordered by time, then by a counter within the process.
    ExecutionId, 16
);

impl BodyHash {
    /// Hashes a span's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 16];
        out.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
        Self(out)
    }
}

impl ContentId {
    /// The git blob id of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha1::Digest as _;
        let mut hasher = sha1::Sha1::new();
        hasher.update(format!("blob {}\0", bytes.len()));
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }
}

fn unhex(text: &str, out: &mut [u8]) -> bool {
    let digits = text.as_bytes();
    digits.len() == out.len() * 2
        && out.iter_mut().zip(digits.chunks_exact(2)).all(|(byte, pair)| {
            let (Some(high), Some(low)) = ((pair[0] as char).to_digit(16), (pair[1] as char).to_digit(16)) else {
                return false;
            };
            u8::try_from(high * 16 + low).map(|value| *byte = value).is_ok()
        })
}
