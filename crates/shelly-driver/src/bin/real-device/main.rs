//! Visits a real device, reads what it shows, and writes a redacted capture and a report.

mod args;
mod gen1;
mod gen2;
mod login;
mod naming;
mod redact;
mod report;
mod visit;

use std::{error::Error, fs, io, io::Write as _, path::PathBuf, process::ExitCode};

use shelly_driver::{captures::read_capture, probe};
use shelly_http::Limits;

use self::{args::Options, redact::Redactor, report::Report, visit::Visit};

fn main() -> ExitCode {
    let options = match Options::read(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(problem) => return complain(&format!("{problem}\n\n{}", args::USAGE), 2),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(&options))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => complain(&visit::chain(&*error), 1),
    }
}

fn complain(message: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(code)
}

/// Answers whether everything that the device offers was read, understood and kept.
async fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let limits = Limits::default();
    let identity = probe(&options.endpoint, &limits).await?;
    let credentials = options.credentials()?;
    let mut visit = Visit::new(identity);
    if visit.identity.generation.is_gen1() {
        gen1::visit(&mut visit, options, credentials.as_ref(), &limits).await;
    } else {
        gen2::visit(&mut visit, options, credentials.as_ref(), &limits).await;
    }

    let mut redactor = Redactor::new(visit.identity.mac);
    redactor.hide(options.endpoint.host());
    if let Some(credentials) = &credentials {
        redactor.hide(credentials.expose_password());
    }
    redactor.learn(&visit.endpoints);
    let read = read_capture(&visit.envelope(&visit.endpoints));
    let redacted = redactor.endpoints(&visit.endpoints);
    let report = Report { visit: &visit, read: &read, redactor: &mut redactor };
    let (is_clean, text) = report.write();
    let [capture, page] = write(options, &visit, &redacted, &text)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{text}\ncapture: {}\nreport:  {}", capture.display(), page.display())?;
    Ok(is_clean)
}

/// Writes capture and report, named by model and firmware, which tell nothing about whose device it is.
fn write(
    options: &Options,
    visit: &Visit,
    redacted: &serde_json::Map<String, serde_json::Value>,
    report: &str,
) -> io::Result<[PathBuf; 2]> {
    fs::create_dir_all(&options.out)?;
    let name = format!("{}_{}", visit.identity.model.code(), visit.identity.firmware.id());
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let files = ["json", "md"].map(|ending| options.out.join(format!("{name}.{ending}")));
    let envelope = serde_json::to_string_pretty(&visit.envelope(redacted))?;
    fs::write(&files[0], envelope + "\n")?;
    fs::write(&files[1], report)?;
    Ok(files)
}
