//! Pages made of hostile names: no link, picture, mention, address or element comes of them, and no
//! table is broken. They are read by a parser of Markdown that others wrote.

use elcano::model::steers;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::names::repo;

/// What a page shows outside of code, as the services see it that look for mentions and addresses.
fn shown(markdown: &str) -> (String, Vec<String>) {
    let (mut text, mut markup, mut in_code) = (String::new(), Vec::new(), false);
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES,
    ) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
            Event::Text(part) if !in_code => text += &part,
            Event::Html(part) | Event::InlineHtml(part) => markup.push(part.trim().to_owned()),
            Event::Start(
                tag @ (Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::List(_)
                | Tag::BlockQuote(_)
                | Tag::FootnoteDefinition(_)),
            ) => {
                markup.push(format!("{tag:?}"));
            }
            Event::TaskListMarker(_) | Event::FootnoteReference(_) | Event::Rule => markup.push("a marker".to_owned()),
            Event::Start(_) | Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    (text, markup)
}

#[track_caller]
fn is_inert(what: &str, markdown: &str) {
    let (text, markup) = shown(markdown);
    let own = ["<!-- elcano check -->", "<!-- /elcano check -->", "</details>"];
    for found in markup {
        let is_own = own.contains(&found.as_str()) || found.starts_with("<details><summary>");
        assert!(is_own, "{what}: {found}");
    }
    for word in ["#", "http", "www.", "javascript", "GH-", "<", "](", "`", "octocat", "evil"] {
        assert!(!text.contains(word), "{what}: `{word}` is text of the page:\n{text}");
    }
    let mention = text.match_indices('@').find(|(at, _)| text[at + 1..].starts_with(|c: char| c != ' '));
    assert!(mention.is_none(), "{what}: a mention in:\n{text}");
    assert!(!markdown.contains(|c| c != '\n' && steers(c)), "{what}");
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut rows = markdown.lines().filter(|line| line.starts_with('|')).peekable();
    assert!(rows.peek().is_some(), "{what}: no table");
    for line in markdown.lines().filter(|line| line.starts_with("| fail") || line.starts_with("| warn")) {
        assert_eq!(columns(line), 6, "{what}: {line}");
    }
}

#[test]
fn no_name_means_anything_to_a_page() {
    let repo = repo();
    for args in [
        &["report", "--format", "markdown", "--worst", "200"][..],
        &["check", "--format", "markdown"],
        &["check", "--format", "markdown", "--base", "main"],
    ] {
        let done = repo.elcano(args);
        assert!(done.code <= 1, "{}", done.err);
        assert!(done.out.contains("octocat"), "{args:?}: the names are there");
        is_inert(&format!("{args:?}"), &done.out);
    }
    let summary = repo.path("summary.md");
    let done = repo.elcano(&["check", "--format", &format!("summary={}", summary.display())]);
    assert!(done.code <= 1, "{}", done.err);
    let first = std::fs::read_to_string(&summary).unwrap();
    is_inert("summary", &first);
    // A name that looks like the block's own marks moves nothing.
    repo.elcano(&["check", "--format", &format!("summary={}", summary.display())]);
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), first);
}

#[test]
fn every_message_about_a_finding_is_one_span_of_code() {
    let repo = repo();
    let document: serde_json::Value = serde_json::from_str(&repo.elcano(&["check", "--format", "rdjson"]).out).unwrap();
    let all = document["diagnostics"].as_array().unwrap();
    assert!(all.len() > 30);
    for diagnostic in all {
        let message = diagnostic["message"].as_str().unwrap();
        let (text, markup) = shown(message);
        assert!(markup.is_empty(), "{message}: {markup:?}");
        assert!(!text.contains(['@', '#', '<', '`', '[', '|']) && !text.contains("evil"), "{message}: {text}");
    }
}
