//! Content ids and the ids of git's blobs. They are the same in a SHA-1 repository; in a SHA-256
//! repository the one is not known from the other. Never reads anything.

use gix::ObjectId;
use rustc_hash::FxHashMap;

use crate::model::ContentId;

/// The content id that an object id is, if it is one.
pub(super) fn same(id: ObjectId) -> Option<ContentId> {
    match id {
        ObjectId::Sha1(bytes) => Some(ContentId(bytes)),
        _ => None,
    }
}

/// What is known of blobs whose ids are no content ids.
#[derive(Debug, Default)]
pub(super) struct Translated {
    contents: FxHashMap<ObjectId, ContentId>,
    blobs: FxHashMap<ContentId, ObjectId>,
}

impl Translated {
    pub(super) fn add(&mut self, blob: ObjectId, content: ContentId) {
        self.contents.insert(blob, content);
        self.blobs.insert(content, blob);
    }

    pub(super) fn content(&self, blob: ObjectId) -> Option<ContentId> {
        self.contents.get(&blob).copied()
    }

    pub(super) fn blob(&self, content: ContentId) -> Option<ObjectId> {
        self.blobs.get(&content).copied()
    }
}
