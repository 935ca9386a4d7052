//! Which language a file is in, by its name and its bytes. Never reads a file.

use super::registry::Registry;

impl Registry {
    /// The language of a file by its name, or by its text where several languages use the name;
    /// else by the interpreter in its first line. None where neither is known.
    ///
    /// ```
    /// let registry = elcano::lang::Registry::new().unwrap();
    /// assert_eq!(registry.detect(b"main.rs", b""), registry.by_name(b"main.rs"));
    /// assert_eq!(registry.detect(b"run", b"#!/usr/bin/env python3\n"), registry.by_shebang("python3"));
    /// assert_eq!(registry.detect(b"run", b"text"), None);
    /// ```
    #[must_use]
    pub fn detect(&self, file_name: &[u8], bytes: &[u8]) -> Option<&'static str> {
        self.by_content(file_name, bytes).or_else(|| self.by_first_line(bytes))
    }

    /// The language of the last word of a `#!` line that is a known interpreter: `#!/usr/bin/env -S
    /// node --flag`.
    fn by_first_line(&self, bytes: &[u8]) -> Option<&'static str> {
        let line = bytes.split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?.strip_prefix("#!")?;
        let words = line.split(|character: char| character.is_whitespace() || character == '/');
        words.filter_map(|word| self.by_shebang(word)).next_back()
    }
}
