//! What the store promises, proven on SQLite and on PostgreSQL (W30).
//!
//! The modules are marked as tests, so that the lints know them as such.

#[cfg(test)]
mod agents;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod events;
#[cfg(test)]
mod expected;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod history;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod locations;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod repairs;
#[cfg(test)]
mod replacements;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod status;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod variables;
#[cfg(test)]
mod world;
