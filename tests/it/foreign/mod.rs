//! Other people's programs as judges: what Google publishes for Python, run against this crate.

mod buf;
mod clients;
mod proto_json;
mod works;

use std::path::Path;
use std::process::Command;

/// A program of `tests/python`, for the interpreter that `./scripts/test` installs Google's clients for.
fn python(program: &str) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let interpreter = folder.join(".venv/bin/python");
    assert!(
        interpreter.exists(),
        "Google's clients for Python are not installed: run ./scripts/test, which does that"
    );
    let mut command = Command::new(interpreter);
    command.arg(folder.join(program));
    // Whatever proxy the environment has, the servers are on this machine.
    command.env("NO_PROXY", "*").env("no_proxy", "*").env("PYTHONDONTWRITEBYTECODE", "1");
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
