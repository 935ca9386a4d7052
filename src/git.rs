//! TEMPORARY
use crate::error::Result;
use crate::model::*;
use std::path::Path;
pub enum Repository {}
pub enum IndexIds {}
#[derive(Default)]
pub struct Head { pub commit: Option<String>, pub reference: Option<String> }
impl IndexIds { pub fn content_id(&self, _: &RepoPath, _: &Stat) -> Option<ContentId> { None } }
impl Repository {
    pub fn discover(_: &Path) -> Result<Option<Self>> { Ok(None) }
    pub fn name(&self) -> Option<String> { None }
    pub fn head(&self) -> Result<Head> { Ok(Head::default()) }
    pub fn workdir(&self) -> &Path { Path::new("/") }
    pub fn prefix(&self, _: &Path) -> Option<RepoPath> { None }
    pub fn index_ids(&self, _: &Path) -> Result<Option<IndexIds>> { Ok(None) }
    pub fn is_dirty(&self, _: &Path, _: Option<&IndexIds>, _: &std::collections::BTreeMap<&RepoPath, ContentId>) -> Result<bool> { Ok(false) }
}
