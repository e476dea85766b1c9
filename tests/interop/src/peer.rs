//! A program that answers a line with a line: `verb<TAB>hex...` with `ok<TAB>hex...` or `error<TAB>hex`.

use crate::fixtures::{hex, unhex};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running peer; it ends with its handle.
pub(crate) struct Peer {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Peer {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Result<Peer, String> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{command:?} did not start: {error}"))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (send, lines) = channel();
        let stdout = stdout.ok_or("no output")?;
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Peer { child, stdin, lines })
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self) -> Result<String, String> {
        self.lines.recv_timeout(PATIENCE).map_err(|_| "the peer does not answer".to_owned())
    }

    /// Every line until it ends.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        drop(self.stdin.take());
        std::iter::from_fn(|| self.line().ok()).collect()
    }

    /// Waits until it says that.
    pub(crate) fn wait_for(&mut self, text: &str) -> Result<(), String> {
        while !self.line()?.contains(text) {}
        Ok(())
    }

    /// Asks; an error is what the peer says is wrong.
    pub(crate) fn ask(&mut self, verb: &str, arguments: &[&[u8]]) -> Result<Vec<u8>, String> {
        let mut question = verb.to_owned();
        for argument in arguments {
            question.push('\t');
            question.push_str(&hex(argument));
        }
        question.push('\n');
        let stdin = self.stdin.as_mut().ok_or("its input is closed")?;
        stdin
            .write_all(question.as_bytes())
            .and_then(|()| stdin.flush())
            .map_err(|error| error.to_string())?;
        let answer = self.line()?;
        let (word, rest) = answer.split_once('\t').unwrap_or((&answer, ""));
        match word {
            "ok" => Ok(unhex(rest)),
            "error" => Err(String::from_utf8_lossy(&unhex(rest)).into_owned()),
            _ => Err(format!("not an answer: {answer}")),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
