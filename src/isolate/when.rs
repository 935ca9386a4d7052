//! When files are measured in supervised processes. Decides nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::named;

named!(
    /// When files are measured in supervised processes.
    When {
        /// Where something went wrong before.
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
);
