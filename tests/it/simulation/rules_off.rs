//! Each rule is needed.
use super::{Rule, Sabotage, Weather, simulate};
