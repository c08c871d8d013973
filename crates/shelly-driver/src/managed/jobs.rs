//! Tells the jobs of a schedule apart. They have a number on the device, which may be another one's tomorrow, and no name.

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{Resource, ResourceKind, SettingValue, Settings, document_text};
use serde_json::Value;
use shelly_gen2_rpc::components::schedule::Job;
use shelly_types::wire::Wire;

/// What a job is called that nobody named, before its number.
const UNNAMED: &str = "job:";

/// A job of which something is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct KnownJob {
    name: String,
    /// Its number when it was last read.
    id: Option<u32>,
    /// When and what, as it was last read and as it is wished.
    forms: Vec<Form>,
}

/// When a job is due, and what it calls.
#[derive(Debug, Clone, PartialEq)]
struct Form {
    timespec: String,
    calls: String,
}

impl KnownJob {
    /// Whether nobody gave it a name.
    fn is_unnamed(&self) -> bool {
        self.name.starts_with(UNNAMED)
    }
}

impl Form {
    fn of_settings(resource: Resource<'_>, settings: &Settings) -> Option<Self> {
        let text = |field| settings.get(&resource.path(field)).and_then(SettingValue::as_text).map(str::to_owned);
        Some(Self { timespec: text("timespec")?, calls: text("calls")? })
    }

    fn of_job(job: &Job) -> Self {
        Self { timespec: job.timespec.as_str().unwrap_or_default().to_owned(), calls: calls(job) }
    }
}

/// What a job calls, as a document.
pub(super) fn calls(job: &Job) -> String {
    let calls = job.calls.get().map_or(&[][..], Vec::as_slice);
    document_text(&Value::Array(calls.iter().map(Wire::to_json).collect())).unwrap_or_default()
}

/// What is known of jobs from what is wished and from what was last read.
pub(super) fn known(wished: &Settings, last: &Settings) -> Vec<KnownJob> {
    let mut jobs: BTreeMap<&str, KnownJob> = BTreeMap::new();
    for settings in [last, wished] {
        for (path, value) in settings {
            let Some((resource, field)) = Resource::of(path) else { continue };
            if resource.kind != ResourceKind::Schedules {
                continue;
            }
            let job = jobs.entry(resource.name).or_default();
            resource.name.clone_into(&mut job.name);
            if field == "timespec" {
                job.forms.extend(Form::of_settings(resource, settings));
            }
            if let ("id", Some(id)) = (field, value.as_number()) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a number that is none of a job finds no job"
                )]
                let id = id as u32;
                job.id = Some(id);
            }
        }
    }
    jobs.into_values().collect()
}

/// The names of jobs by their number. One that is not known is called by its number.
///
/// A job is taken for a known one when it has its number and still does the same or at the same time; else when it does
/// the same at the same time. `made` are jobs that were just made under these names.
pub(super) fn names(jobs: &[Job], known: &[KnownJob], made: &BTreeMap<String, u32>) -> BTreeMap<u32, String> {
    let forms: BTreeMap<u32, Form> =
        jobs.iter().filter_map(|job| Some((job.id.copied()?, Form::of_job(job)))).collect();
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (name, id) in made {
        if forms.contains_key(id) && !names.contains_key(id) {
            names.insert(*id, name.clone());
            taken.insert(name);
        }
    }
    // Those with a name first: a number is no claim.
    let in_order = || {
        let (unnamed, named): (Vec<&KnownJob>, Vec<&KnownJob>) = known.iter().partition(|job| job.is_unnamed());
        named.into_iter().chain(unnamed)
    };
    for job in in_order().filter(|job| !made.contains_key(&job.name)) {
        let Some((id, form)) = job.id.and_then(|id| Some((id, forms.get(&id)?))) else { continue };
        let is_alike = job.forms.iter().any(|known| known.timespec == form.timespec || known.calls == form.calls);
        // A job that had only a number is meant by a wish for what it does.
        let is_meant = |other: &KnownJob| {
            other.id.is_none() && other.forms.contains(form) && !names.values().any(|name| *name == other.name)
        };
        if job.is_unnamed() && known.iter().any(is_meant) {
            continue;
        }
        if is_alike && !names.contains_key(&id) {
            names.insert(id, job.name.clone());
            taken.insert(&job.name);
        }
    }
    for job in in_order() {
        let same = forms.iter().find(|(id, form)| !names.contains_key(id) && job.forms.contains(form));
        if let Some((id, _)) = same.filter(|_| !taken.contains(job.name.as_str())) {
            names.insert(*id, job.name.clone());
            taken.insert(&job.name);
        }
    }
    for id in forms.keys() {
        if !names.contains_key(id) {
            let name = format!("{UNNAMED}{id}");
            let name = if taken.contains(name.as_str()) { format!("{name}-new") } else { name };
            names.insert(*id, name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn job(id: u32, timespec: &str, method: &str) -> Job {
        let job = json!({"id": id, "enable": true, "timespec": timespec, "calls": [{"method": method}]});
        Job::from_json(job).unwrap()
    }

    fn settings(name: &str, id: Option<u32>, timespec: &str, method: &str) -> Settings {
        let path = |field| ResourceKind::Schedules.path(name, field);
        let calls = document_text(&json!([{"method": method}])).unwrap();
        let mut settings =
            Settings::from([(path("timespec"), timespec.into()), (path("calls"), SettingValue::from(calls))]);
        settings.extend(id.map(|id| (path("id"), f64::from(id).into())));
        settings
    }

    fn named(jobs: &[Job], wished: &Settings, last: &Settings) -> Vec<(u32, String)> {
        names(jobs, &known(wished, last), &BTreeMap::new()).into_iter().collect()
    }

    /// K5: a job is found again by its number, by what it does, and not mistaken for another with its number.
    #[test]
    fn jobs_are_found_again() {
        let none = Settings::new();
        let on = job(1, "0 0 7 * * *", "Switch.Toggle");
        assert_eq!(named(std::slice::from_ref(&on), &none, &none), [(1, "job:1".into())]);
        let wished = settings("morning", None, "0 0 7 * * *", "Switch.Toggle");
        assert_eq!(named(&[on], &wished, &none), [(1, "morning".into())], "made before it could be noted");
        let last = settings("morning", Some(1), "0 0 7 * * *", "Switch.Toggle");
        let later = job(1, "0 0 8 * * *", "Switch.Toggle");
        assert_eq!(named(&[later], &none, &last), [(1, "morning".into())], "somebody changed it");
        let other = job(1, "0 0 9 * * *", "Light.Toggle");
        assert_eq!(named(&[other], &none, &last), [(1, "job:1".into())], "another job has its number now");
        let seen = settings("job:1", Some(1), "0 0 7 * * *", "Switch.Toggle");
        let on = job(1, "0 0 7 * * *", "Switch.Toggle");
        assert_eq!(named(&[on], &wished, &seen), [(1, "morning".into())], "a wish gives it a name");
        let both: Settings = seen.into_iter().chain(last.clone()).collect();
        let later = job(1, "0 0 8 * * *", "Switch.Toggle");
        assert_eq!(named(&[later], &wished, &both), [(1, "morning".into())], "and it stays");
        let moved = [job(1, "@sunset", "Light.Toggle"), job(4, "0 0 7 * * *", "Switch.Toggle")];
        assert_eq!(named(&moved, &none, &last), [(1, "job:1".into()), (4, "morning".into())]);
    }

    #[test]
    fn a_name_is_given_once() {
        let twins = [job(1, "@sunset", "A"), job(2, "@sunset", "A")];
        let last = settings("job:2", Some(9), "@sunset", "A");
        let names = named(&twins, &Settings::new(), &last);
        assert_eq!(names, [(1, "job:2".into()), (2, "job:2-new".into())]);
    }
}
