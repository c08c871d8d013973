//! Replacements as the interface shows them, and takes them.

use api_types::replacements::{ReplaceRequest, ReplacementView, SuccessionNoteView, SuccessionView};
use fleet_model::{CriticalDevices, JobOptions, ReplacementRecord, Succession, SuccessionNote};
use shelly_types::Mac;

pub(crate) fn replace_request(request: ReplaceRequest) -> (Mac, JobOptions) {
    let ReplaceRequest { successor, take_over, spend_memory, include_critical, second_person, wait_s } = request;
    let critical = if include_critical { CriticalDevices::Include } else { CriticalDevices::Spare };
    (successor, JobOptions { take_over, spend_memory, critical, second_person, wait_s, ..JobOptions::default() })
}

pub(crate) fn replacement(record: ReplacementRecord) -> ReplacementView {
    let ReplacementRecord { job, former, former_name, former_model, successor, replaced_at, undone_at } = record;
    let (job, former_model) = (job.uuid(), former_model.to_string());
    ReplacementView { job, former, former_name, former_model, successor, replaced_at, undone_at }
}

pub(super) fn succession(succession: &Succession) -> SuccessionView {
    let Succession { former, former_name, snapshot, taken_at, replaces, transfer, notes } = succession.clone();
    let note = |SuccessionNote { what, how }: SuccessionNote| SuccessionNoteView { what, how };
    let (snapshot, notes) = (snapshot.uuid(), notes.into_iter().map(note).collect());
    SuccessionView { former, former_name, snapshot, taken_at, replaces, transfer, notes }
}
