//! The schema of the configuration in the documents is the one that the program prints.

use crate::support::Repo;

#[test]
fn the_schema_in_the_documents_is_the_one_that_is_printed() {
    let repo = Repo::new();
    let printed = repo.elcano_in(".", &["config", "schema"], &[]).out;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/elcano.schema.json");
    if std::env::var_os("ELCANO_BLESS").is_some() {
        std::fs::write(&path, &printed).expect("the file");
    }
    assert_eq!(std::fs::read_to_string(path).expect("the file"), printed, "ELCANO_BLESS=1 rewrites it");
}
