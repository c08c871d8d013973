//! Runs the engine as its users do: stories to read, properties, and plans applied to a fake device.

#[cfg(test)]
mod applying;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod judging;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod repairing;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod transferring;
#[cfg(test)]
mod undoing;
