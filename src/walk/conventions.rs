//! Names that by convention mark a file as not written by people of this repository, as data. A
//! `.gitattributes` line overrules each of them: `vendor/** -linguist-vendored`. Folders that are
//! as often one's own as other people's (`deps`, `external`, `lib`, `dist`) are not here.

use crate::model::Skip;

/// Folders of other people's code, in lower case.
const VENDORED_FOLDERS: &[&str] = &[
    "3rd-party",
    "3rd_party",
    "3rdparty",
    "__pypackages__",
    "bower_components",
    "carthage",
    "dist-packages",
    "godeps",
    "jspm_packages",
    "node_modules",
    "pods",
    "site-packages",
    "third-party",
    "third_party",
    "thirdparty",
    "vendor",
    "vendored",
    "vendors",
];

/// Ends of file names, in lower case, and the reason that each stands for.
const SUFFIXES: &[(&str, Skip)] = &[
    ("-min.js", Skip::Minified),
    (".designer.cs", Skip::Generated),
    (".designer.vb", Skip::Generated),
    (".freezed.dart", Skip::Generated),
    (".g.cs", Skip::Generated),
    (".g.dart", Skip::Generated),
    (".g.i.cs", Skip::Generated),
    (".generated.cs", Skip::Generated),
    (".generated.go", Skip::Generated),
    (".generated.ts", Skip::Generated),
    (".generated.tsx", Skip::Generated),
    (".grpc.swift", Skip::Generated),
    (".min.cjs", Skip::Minified),
    (".min.js", Skip::Minified),
    (".min.mjs", Skip::Minified),
    (".pb.c", Skip::Generated),
    (".pb.cc", Skip::Generated),
    (".pb.go", Skip::Generated),
    (".pb.gw.go", Skip::Generated),
    (".pb.h", Skip::Generated),
    (".pb.swift", Skip::Generated),
    (".pbgrpc.dart", Skip::Generated),
    (".pbobjc.h", Skip::Generated),
    (".pbobjc.m", Skip::Generated),
    (".tab.c", Skip::Generated),
    (".tab.cc", Skip::Generated),
    (".tab.h", Skip::Generated),
    (".tab.hh", Skip::Generated),
    (".yy.c", Skip::Generated),
    (".yy.cc", Skip::Generated),
    ("_grpc_pb.d.ts", Skip::Generated),
    ("_grpc_pb.js", Skip::Generated),
    ("_pb.d.ts", Skip::Generated),
    ("_pb.js", Skip::Generated),
    ("_pb.rb", Skip::Generated),
    ("_pb2.py", Skip::Generated),
    ("_pb2.pyi", Skip::Generated),
    ("_pb2_grpc.py", Skip::Generated),
    ("_pb2_grpc.pyi", Skip::Generated),
];

/// Beginnings of file names, in lower case, and the reason that each stands for.
const PREFIXES: &[(&str, Skip)] = &[("zz_generated.", Skip::Generated)];

/// Whether a folder of this name holds other people's code.
pub(super) fn is_vendored_folder(name: &[u8]) -> bool {
    VENDORED_FOLDERS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// Why a file is not measured by its name: the pattern and the reason.
pub(super) fn by_name(name: &[u8]) -> Option<(&'static str, Skip)> {
    let ends = |suffix: &str| {
        name.len() > suffix.len() && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    };
    let begins =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
    let by_suffix = SUFFIXES.iter().find(|(suffix, _)| ends(suffix));
    by_suffix.or_else(|| PREFIXES.iter().find(|(prefix, _)| begins(prefix))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_in_lower_case() {
        assert!(VENDORED_FOLDERS.is_sorted());
        for table in [SUFFIXES, PREFIXES] {
            assert!(table.is_sorted_by_key(|(text, _)| text));
            assert!(table.iter().all(|(text, _)| *text == text.to_lowercase()));
            assert!(table.iter().all(|(_, skip)| matches!(skip, Skip::Generated | Skip::Minified)));
        }
        assert!(VENDORED_FOLDERS.iter().all(|name| *name == name.to_lowercase()));
    }

    #[test]
    fn names_are_told_by_suffix_and_beginning() {
        assert_eq!(by_name(b"api.pb.go"), Some((".pb.go", Skip::Generated)));
        assert_eq!(by_name(b"Form1.Designer.cs"), Some((".designer.cs", Skip::Generated)));
        assert_eq!(by_name(b"jquery.min.js"), Some((".min.js", Skip::Minified)));
        assert_eq!(by_name(b"zz_generated.deepcopy.go"), Some(("zz_generated.", Skip::Generated)));
        assert_eq!(by_name(b".pb.go"), None, "an ending alone is a hidden file's name");
        assert_eq!(by_name(b"min.js"), None);
        assert_eq!(by_name(b"main.go"), None);
        assert!(is_vendored_folder(b"node_modules") && is_vendored_folder(b"Pods") && !is_vendored_folder(b"src"));
    }
}
