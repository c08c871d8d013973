//! The journal in a file: a line for each entry, each synced to the disk.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Seek, Write},
    path::{Path, PathBuf},
};

use super::{Entry, Journal, JournalError, Position, What};
use crate::TaskId;

/// Ended tasks whose ends are kept, so that one which is given out twice is not done twice.
const KEPT: usize = 200;
/// Entries after which the file is written anew.
const LONG: usize = 5_000;

/// The journal in a file, and what it says.
///
/// When it is opened, it is written anew without what nobody needs any more: a torn line at the end, the way that ended
/// tasks took, and all but the newest of these.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    file: File,
    tasks: Tasks,
    entries: usize,
}

/// The tasks of a journal, in the order in which they were taken on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tasks(Vec<Position>);

impl Tasks {
    /// All of them.
    pub fn all(&self) -> &[Position] {
        &self.0
    }

    /// Those that have not ended.
    pub fn unfinished(&self) -> impl Iterator<Item = &Position> {
        self.0.iter().filter(|position| position.ended.is_none())
    }

    /// Those that have ended while the radio could not be brought back.
    pub fn away(&self) -> impl Iterator<Item = &Position> {
        self.0.iter().filter(|position| position.ended.is_some() && !position.is_host_back)
    }

    /// The task with this id.
    pub fn find(&self, task: &TaskId) -> Option<&Position> {
        self.0.iter().find(|position| position.task == *task)
    }

    fn take(&mut self, entry: &Entry) {
        let begins = matches!(entry.what, What::Accepted { .. });
        match self.0.iter_mut().find(|position| position.task == entry.task) {
            // Given out once more after it had ended.
            Some(position) if begins => position.clone_from(&Position::begin(entry).unwrap_or(position.clone())),
            Some(position) => position.apply(&entry.what),
            None => self.0.extend(Position::begin(entry)),
        }
    }
}

impl FileJournal {
    /// Opens the journal, or makes it, readable for its owner only.
    ///
    /// # Errors
    /// When the file cannot be read or written, or another process uses it.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |attempt| move |source| JournalError { attempt, path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(failed("open"))?;
        file.try_lock().map_err(|error| failed("lock, because another process uses,")(error.into()))?;
        let mut journal = Self { path: path.to_owned(), file, tasks: Tasks::default(), entries: 0 };
        journal.compact().map_err(failed("read"))?;
        Ok(journal)
    }

    /// What a journal says, without using it; also while another process does.
    ///
    /// # Errors
    /// When the file cannot be read. One that is not there says nothing.
    pub fn look(path: &Path) -> Result<Tasks, JournalError> {
        let mut tasks = Tasks::default();
        let entries = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(tasks),
            file => file.and_then(|file| read(&file)),
        };
        for entry in &entries.map_err(|source| JournalError { attempt: "read", path: path.to_owned(), source })? {
            tasks.take(entry);
        }
        Ok(tasks)
    }

    /// What it says.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Reads the file, and writes it anew when it holds what nobody needs.
    fn compact(&mut self) -> io::Result<()> {
        let entries = read(&self.file)?;
        let mut tasks = Tasks::default();
        for entry in &entries {
            tasks.take(entry);
        }
        let kept = needed(&entries, &mut tasks);
        if kept.len() < entries.len() || self.is_torn()? {
            self.rewrite(&kept)?;
        }
        (self.tasks, self.entries) = (tasks, kept.len());
        Ok(())
    }

    /// Whether the last line has no end, because its writer died.
    fn is_torn(&mut self) -> io::Result<bool> {
        use std::io::{Read, SeekFrom};
        if self.file.metadata()?.len() == 0 {
            return Ok(false);
        }
        self.file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        self.file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }

    /// Puts a new file in the place of the old one, at once.
    fn rewrite(&mut self, entries: &[&Entry]) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        for entry in entries {
            file.write_all(&line(entry)?)?;
        }
        file.sync_all()?;
        drop(file);
        let file = OpenOptions::new().read(true).append(true).open(&beside)?;
        file.try_lock().map_err(io::Error::from)?;
        std::fs::rename(&beside, &self.path)?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        self.file = file;
        Ok(())
    }

    /// Writes an entry, and waits until it is on the disk.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn write(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let written = line(entry).and_then(|line| {
            self.file.write_all(&line)?;
            self.file.sync_data()?;
            self.tasks.take(entry);
            self.entries += 1;
            if self.entries > LONG && self.tasks.unfinished().next().is_none() { self.compact() } else { Ok(()) }
        });
        written.map_err(|source| JournalError { attempt: "write", path: self.path.clone(), source })
    }
}

impl Journal for FileJournal {
    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        // A line of a few hundred bytes, a dozen times in a minute.
        self.write(entry)
    }
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}

/// The entries up to the first that cannot be read: a line is torn only when its writer died, and then it is the last.
fn read(file: &File) -> io::Result<Vec<Entry>> {
    let mut reader = BufReader::new(file);
    reader.rewind()?;
    let mut entries = Vec::new();
    for line in reader.lines() {
        match serde_json::from_str(&line?) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                tracing::warn!(error = %error, "a line of the journal is not whole; what comes after it is dropped");
                break;
            }
        }
    }
    Ok(entries)
}

/// What is needed still: everything of tasks that go on; begin and end of the newest that ended.
fn needed<'a>(entries: &'a [Entry], tasks: &mut Tasks) -> Vec<&'a Entry> {
    let ended = tasks.0.iter().filter(|position| position.ended.is_some() && position.is_told).count();
    let mut surplus = ended.saturating_sub(KEPT);
    tasks.0.retain(|position| {
        let drop = position.ended.is_some() && position.is_told && surplus > 0;
        surplus -= usize::from(drop);
        !drop
    });
    let is_needed = |entry: &&Entry| match tasks.find(&entry.task) {
        None => false,
        Some(position) if position.ended.is_none() => true,
        Some(position) => {
            let mark = matches!(entry.what, What::Accepted { .. } | What::Ended { .. } | What::Told);
            // An unreturned network outlives its task.
            let away = !position.is_host_back && matches!(entry.what, What::Remembered { .. });
            mark || away || (position.is_host_back && matches!(entry.what, What::HostBack))
        }
    };
    entries.iter().filter(is_needed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DevicePlace, Failure, FailureKind, Outcome, Step};

    fn entry(task: &str, what: What) -> Entry {
        Entry { task: TaskId::new(task), fence: 1, at: chrono::DateTime::UNIX_EPOCH, what }
    }

    fn accepted(task: &str) -> Entry {
        let ssid = "shelly1-A4CF12F45678".parse().unwrap();
        entry(task, What::Accepted { ssid, has_key: false, by: crate::Way::AccessPoint, expected: None })
    }

    fn ended(task: &str) -> Entry {
        let failure = Failure {
            kind: FailureKind::NoAccessPoint,
            text: "no".into(),
            step: Step::Preparing,
            is_host_restored: true,
            place: DevicePlace::Untouched,
        };
        entry(task, What::Ended { outcome: Box::new(Outcome::Failed(failure)) })
    }

    /// L3: what was written down is there after a restart, and a line that was being written is not taken for one.
    #[test]
    fn l3_a_torn_line_is_dropped_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        {
            let mut journal = FileJournal::open(&path).unwrap();
            assert_eq!(journal.tasks().all(), []);
            journal.write(&accepted("a")).unwrap();
            journal.write(&entry("a", What::Remembered { wifi: wifi_control::Remembered::default() })).unwrap();
            assert!(FileJournal::open(&path).is_err(), "two processes do not share a journal");
        }
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut journal = FileJournal::open(&path).unwrap();
            assert!(journal.tasks().unfinished().count() <= 1);
            journal.write(&accepted("b")).unwrap();
            drop(journal);
            let journal = FileJournal::open(&path).unwrap();
            assert!(journal.tasks().find(&TaskId::new("b")).is_some(), "cut at {cut}");
        }
    }

    #[test]
    fn ends_are_kept_until_they_are_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = FileJournal::open(&path).unwrap();
        for number in 0..KEPT + 50 {
            let task = number.to_string();
            journal.write(&accepted(&task)).unwrap();
            journal.write(&entry(&task, What::Undone { place: DevicePlace::Untouched })).unwrap();
            journal.write(&ended(&task)).unwrap();
            journal.write(&entry(&task, What::Told)).unwrap();
        }
        journal.write(&accepted("open")).unwrap();
        drop(journal);
        for _ in 0..2 {
            let journal = FileJournal::open(&path).unwrap();
            let tasks = journal.tasks();
            assert_eq!((tasks.all().len(), tasks.unfinished().count()), (KEPT + 1, 1));
            assert!(tasks.find(&TaskId::new("0")).is_none());
            assert!(tasks.find(&TaskId::new("249")).unwrap().ended.is_some());
        }
    }
}
