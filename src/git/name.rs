//! The name that a remote's URL gives a repository: the same for every way of reaching it.

/// `host/path` of a URL; None for folders.
pub(super) fn of_url(url: &str) -> Option<String> {
    let (authority, path) = match url.split_once("://") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("file") => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // `user@host:path`; a colon after a slash is part of a path.
        None => url.split_once(':').filter(|(authority, _)| !authority.contains('/'))?,
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or(host)
    } else {
        host.split(':').next().unwrap_or(host)
    };
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    // One letter is a drive.
    (host.len() > 1 && !path.is_empty()).then(|| format!("{}/{path}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::of_url;

    #[test]
    fn every_way_to_a_repository_has_one_name() {
        for url in [
            "https://github.com/owner/name.git",
            "https://github.com/owner/name",
            "https://github.com/owner/name/",
            "https://user:secret@GitHub.com/owner/name.git",
            "https://x-access-token:s3cr3t@github.com:443/owner/name",
            "ssh://git@github.com:22/owner/name.git",
            "git@github.com:owner/name.git",
            "git@github.com:/owner/name.git",
            "git://github.com/owner/name.git/",
        ] {
            assert_eq!(of_url(url).as_deref(), Some("github.com/owner/name"), "{url}");
        }
        assert_eq!(of_url("ssh://[::1]:22/a/b.git").as_deref(), Some("[::1]/a/b"));
        assert_eq!(of_url("https://host.example/group/sub/name.git").as_deref(), Some("host.example/group/sub/name"));
    }

    #[test]
    fn folders_and_nonsense_have_none() {
        let none = [
            "",
            "/srv/git/name.git",
            "../name",
            "./a:b",
            "file:///srv/name.git",
            "C:\\git\\name",
            "https://",
            "https://host/",
        ];
        for url in none {
            assert_eq!(of_url(url), None, "{url}");
        }
    }
}
