//! Other people's programs as judges: what Google publishes for Python and Node, buf, `jsonschema` and schemathesis, run against this crate.

mod archives;
mod buf;
mod clients;
mod node;
mod open_api;
mod proto_json;
mod works;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program of `tests/python`, for the interpreter that `./scripts/test` installs Google's clients for.
fn python(program: &str) -> Command {
    let mut command = local(installed("python/.venv/bin/python"));
    command.arg(tests().join("python").join(program)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A program of `tests/node`, with the packages that `./scripts/test` installs there.
fn node(program: &str) -> Command {
    installed("node/node_modules/google-gax");
    let mut command = local("node");
    command.arg(tests().join("node").join(program)).env("NODE_NO_WARNINGS", "1");
    command
}

fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn installed(path: &str) -> PathBuf {
    let path = tests().join(path);
    assert!(path.exists(), "{} is not there: run ./scripts/test, which installs it", path.display());
    path
}

/// A command that finds the servers on this machine, whatever proxy the environment has.
fn local(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("NO_PROXY", "*").env("no_proxy", "*");
    command
}

/// Runs a program to its end, and answers with what it wrote.
fn run(mut command: Command) -> String {
    let output = command.output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (written, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{written}\n{errors}", output.status);
    written
}

/// Runs a program on a server while that goes on serving.
async fn drive(mut program: Command, arguments: &[&str]) {
    program.args(arguments);
    let ran = tokio::task::spawn_blocking(|| run(program)).await;
    ran.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
}
