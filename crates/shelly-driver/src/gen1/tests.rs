//! What is read can be written back, on every captured device; and the table of settings agrees with the catalogue.

mod captures;
mod device;
mod login;
mod readings;
mod refusals;
mod simulated;
