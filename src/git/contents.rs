//! The bytes of blobs, and their content ids. In a SHA-256 repository a blob is read once to have
//! its content id.

use gix::ObjectId;

use super::ids::same;
use super::{Index, Repository, failed};
use crate::error::Result;
use crate::model::{ContentId, RepoPath};

impl Repository {
    /// The content id of a blob.
    ///
    /// # Errors
    /// In a SHA-256 repository, a blob that is not in this clone ([`crate::Error::Undecided`]) or is
    /// damaged.
    pub(super) fn content_of(&self, id: ObjectId) -> Result<ContentId> {
        let known = same(id).or_else(|| self.translated.borrow().content(id));
        known.map_or_else(|| self.read(id).map(|bytes| self.translate(id, &bytes)), Ok)
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// A blob that is not in this clone ([`crate::Error::Undecided`]) or is damaged.
    pub fn blob(&self, content: ContentId) -> Result<Vec<u8>> {
        let is_content_id = self.inner.object_hash() == gix::hash::Kind::Sha1;
        let id = if is_content_id { Some(ObjectId::Sha1(content.0)) } else { self.translated.borrow().blob(content) };
        self.read(id.ok_or_else(|| self.missing(&format!("blob {content}")))?)
    }

    /// The bytes that git holds of a file of the work tree, whatever is on disk; None of one that is
    /// not in the index or in conflict, or whose blob cannot be read.
    #[must_use]
    pub fn indexed_blob(&self, index: &Index, path: &RepoPath) -> Option<Vec<u8>> {
        self.read(index.blob_of(path)?).ok()
    }

    fn read(&self, id: ObjectId) -> Result<Vec<u8>> {
        let problem = || format!("reading blob {id}");
        let found = self.inner.try_find_object(id).map_err(failed(problem))?;
        let object = found.ok_or_else(|| self.missing(&format!("blob {id}")))?;
        let mut blob = object.try_into_blob().map_err(failed(problem))?;
        Ok(blob.take_data())
    }

    fn translate(&self, id: ObjectId, bytes: &[u8]) -> ContentId {
        let content = ContentId::of(bytes);
        self.translated.borrow_mut().add(id, content);
        content
    }
}
