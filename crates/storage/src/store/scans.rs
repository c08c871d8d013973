//! Scans of the network.

use fleet_model::{NewEvent, Page, PageRequest, ScanId, ScanRecord};

use super::{Committed, Result, Store, read, write_with_events};

impl Store {
    /// Stores a new scan.
    pub async fn scan_insert(&self, scan: ScanRecord, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store a scan", events, scans::insert(&scan))
    }

    /// Writes how far a scan is. `NotFound` when there is none.
    pub async fn scan_update(&self, scan: ScanRecord, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store the progress of a scan", events, scans::update(&scan))
    }

    /// A scan.
    pub async fn scan_get(&self, id: ScanId) -> Result<Option<ScanRecord>> {
        read!(self, "read a scan", scans::get(id))
    }

    /// Scans, newest first.
    pub async fn scans_page(&self, page: PageRequest) -> Result<Page<ScanRecord>> {
        read!(self, "list scans", scans::page(&page))
    }

    /// Scans that run, or ran when the program was interrupted.
    pub async fn scans_running(&self) -> Result<Vec<ScanRecord>> {
        read!(self, "list running scans", scans::running())
    }
}
