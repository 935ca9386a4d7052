//! elcano's entry point.
use elcano::lang::{Policy, Registry};
use elcano::measure::{Engine, Limits, Options, measure};
use elcano::model::{ContentId, Level};

fn main() -> Result<(), String> {
    let registry = Registry::new()?;
    let mut out = Vec::new();
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).map_err(|e| e.to_string())?;
        let language = registry.by_name(path.rsplit('/').next().unwrap_or("").as_bytes()).ok_or("no language")?;
        let policy = Policy::load("default", language)?;
        let engine = Engine::new(registry.language(language)?, policy);
        let options = Options { level: Level::Metrics, limits: Limits::default() };
        out.push((path, measure(&engine, ContentId::of(&bytes), &bytes, options)));
    }
    println!("{:#}", elcano::report::measured::document(&out));
    Ok(())
}
