//! What the attribute costs: `cargo run -p lro-tests --bin cost`.
//!
//! It writes crates of 200 methods in 10 `#[async_trait]` services, and compares what rustc makes of them. The bodies are the same in
//! all. So are the messages, in a crate beside them that is not measured: they would only hide the difference.
//!
//! - `annotated`: an `impl` block with `#[long_running(service = "…")]`, whose methods have the attribute.
//! - `hand_written`: the same operations without the attribute. There is no other public way to start one, so each method calls what
//!   the expansion calls, `Start`, as one would write it: without anything that is there for checks and messages alone.
//! - `spawned`: what one writes without this library, `tokio::spawn` and a map of encoded responses. Nothing is durable, cancelled,
//!   restarted or told of.
//! - `async_trait_alone`: methods that do their work before they answer. Nothing is recorded and nothing goes on: this is the floor.
//! - `empty`: no methods.
//!
//! Times are those of whole commands after a change of the crate, with everything that it uses built and without incremental
//! compilation: the fastest of alternating rounds, since whatever disturbs one makes it longer. In brackets the same less the empty
//! crate, whose time is Cargo's own.
//!
//! The size is that of the machine code in the release library, which has the crate's own functions and its instances of others'.
//!
//! It is a program and no `[[bench]]`, since those are built with all that they use in the release profile, and this one only waits.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it says what it has measured")]

mod crates;
mod size;
mod templates;

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant, SystemTime};

use crate::crates::{Crate, METHODS, SERVICES};

const ROUNDS: usize = 5;

/// What is run, and timed but for the last.
const CHECK: &[&str] = &["check"];
const BUILD: &[&str] = &["build"];
const RELEASE: &[&str] = &["build", "--release"];

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn Error>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package has no parent")?;
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("the program is in no target folder")?;
    let workspace = Workspace { folder: target.join("cost") };
    fs::create_dir_all(&workspace.folder)?;
    crates::write(&workspace.folder, repository)?;
    // With everything that they use.
    for command in [CHECK, BUILD, RELEASE] {
        workspace.cargo(command, &["--workspace"])?;
    }
    let mut measured = Crate::ALL.map(|of| Measured { of, check: Vec::new(), build: Vec::new(), text: 0 });
    for _ in 0..ROUNDS {
        for measured in &mut measured {
            measured.check.push(workspace.again(CHECK, measured.of)?);
            measured.build.push(workspace.again(BUILD, measured.of)?);
        }
    }
    for measured in &mut measured {
        measured.text = size::text(&workspace.library(measured.of))?;
    }
    report(&measured);
    Ok(())
}

/// The workspace of the crates, with its own target folder.
struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// Runs Cargo on the workspace.
    fn cargo(&self, command: &[&str], packages: &[&str]) -> Result<(), Box<dyn Error>> {
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(command)
            .args(packages)
            .args(["--offline", "--quiet", "--target-dir"])
            .arg(self.folder.join("target"))
            .current_dir(&self.folder)
            .env("CARGO_INCREMENTAL", "0")
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`cargo {}` failed in {}:\n{said}", command.join(" "), self.folder.display()).into())
    }

    /// How long a command takes when one crate has changed.
    fn again(&self, command: &[&str], of: Crate) -> Result<Duration, Box<dyn Error>> {
        let source = File::options().append(true).open(crates::source(&self.folder, of.name()))?;
        source.set_modified(SystemTime::now())?;
        let begin = Instant::now();
        self.cargo(command, &["--package", of.name()])?;
        Ok(begin.elapsed())
    }

    fn library(&self, of: Crate) -> PathBuf {
        self.folder.join(format!("target/release/lib{}.rlib", of.name()))
    }
}

/// What one crate has cost.
struct Measured {
    of: Crate,
    check: Vec<Duration>,
    build: Vec<Duration>,
    text: u64,
}

impl Measured {
    fn costs(&self) -> [f64; 3] {
        let text = u32::try_from(self.text).unwrap_or(u32::MAX);
        [fastest(&self.check), fastest(&self.build), f64::from(text)]
    }
}

/// The fastest of some rounds, in seconds.
fn fastest(times: &[Duration]) -> f64 {
    times.iter().min().map_or(f64::NAN, Duration::as_secs_f64)
}

fn report(measured: &[Measured; Crate::ALL.len()]) {
    let costs = measured.each_ref().map(Measured::costs);
    let methods = f64::from(u32::try_from(METHODS).unwrap_or(u32::MAX));
    println!("{METHODS} methods in {SERVICES} services, the fastest of {ROUNDS} rounds, not incremental\n");
    println!("{:<32}{:>16}{:>16}{:>24}", "", "cargo check", "cargo build", "release code a method");
    for (measured, [check, build, text]) in measured.iter().zip(&costs) {
        let text = text / methods;
        println!("{:<32}{check:>14.2} s{build:>14.2} s{text:>22.0} B", measured.of.name());
    }
    println!();
    let [empty, floor, spawned, by_hand, annotated] = costs;
    for (name, base) in [("hand_written", by_hand), ("spawned", spawned), ("async_trait_alone", floor)] {
        let ratio = |cost: usize| {
            let net = (annotated[cost] - empty[cost]) / (base[cost] - empty[cost]);
            format!("{:.2} ({net:.2})", annotated[cost] / base[cost])
        };
        println!("annotated / {name:<20}{:>16}{:>16}{:>24}", ratio(0), ratio(1), ratio(2));
    }
}
