//! A folder over HTTP, on this machine only.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

const LONGEST_HEAD: u64 = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers requests until the process ends.
pub(crate) fn serve(listener: &TcpListener, site: &Path) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let site = site.to_path_buf();
        thread::spawn(move || {
            if let Err(error) = answer(&stream, &site) {
                // Browsers drop connections they opened ahead of need.
                if !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::BrokenPipe) {
                    eprintln!(":: {error}");
                }
            }
        });
    }
}

/// Reads one request and answers it; every connection carries one.
fn answer(stream: &TcpStream, site: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let Some(request) = head(stream)? else { return Ok(()) };
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !matches!(method, "GET" | "HEAD") {
        return respond(
            stream,
            "405 Method Not Allowed",
            "text/plain",
            b"only GET and HEAD\n",
            true,
        );
    }
    let body = method == "GET";
    let found = locate(site, path).and_then(|file| Some((fs::read(&file).ok()?, file)));
    match found {
        Some((content, file)) => respond(stream, "200 OK", kind(&file), &content, body),
        None => respond(stream, "404 Not Found", "text/plain", b"not here\n", body),
    }
}

/// The request line, once all headers were read.
fn head(stream: &TcpStream) -> io::Result<Option<String>> {
    let mut reader = BufReader::new(stream.take(LONGEST_HEAD));
    let mut request = String::new();
    if reader.read_line(&mut request)? == 0 {
        return Ok(None);
    }
    let mut header = String::new();
    while reader.read_line(&mut header)? > 0 && !header.trim().is_empty() {
        header.clear();
    }
    Ok(Some(request.trim_end().to_owned()))
}

fn respond(
    mut stream: &TcpStream,
    status: &str,
    kind: &str,
    content: &[u8],
    with_body: bool,
) -> io::Result<()> {
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )?;
    if with_body {
        stream.write_all(content)?;
    }
    stream.flush()
}

/// The file a request path means, if it stays inside the site.
fn locate(site: &Path, request: &str) -> Option<PathBuf> {
    let path = request.split(['?', '#']).next()?;
    let path = decode(path.strip_prefix('/')?)?;
    let relative = Path::new(&path);
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.contains(['\\', '\0', ':']) {
        return None;
    }
    let file = site.join(relative);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    // A link inside the site may still lead out of it.
    let real = file.canonicalize().ok()?;
    real.starts_with(site.canonicalize().ok()?).then_some(real)
}

/// Undoes percent encoding.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (rest.next()?, rest.next()?);
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
            bytes.push(digit(high)? * 16 + digit(low)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "toml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
    }

    fn ask(request: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || serve(&listener, &site()));
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn serves_what_is_inside() {
        assert!(locate(&site(), "/main.rs?version=1").is_some());
        assert!(locate(&site(), "/%6dain.rs").is_some());
        assert!(locate(&site(), "/missing.rs").is_none());
    }

    #[test]
    fn refuses_to_leave_the_site() {
        for path in [
            "/../Cargo.toml",
            "/..%2fCargo.toml",
            "/%2e%2e/Cargo.toml",
            "//etc/passwd",
            "/.%2e/%2e./Cargo.toml",
            "/..\\Cargo.toml",
            "/%zz",
            "/%",
            "Cargo.toml",
            "",
        ] {
            assert_eq!(locate(&site(), path), None, "{path}");
        }
    }

    #[test]
    fn answers_over_the_wire() {
        let answer = ask("GET /main.rs HTTP/1.1\r\nHost: here\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("The commands behind"));
        let answer = ask("HEAD /main.rs HTTP/1.1\r\n\r\n");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
        assert!(ask("GET /../Cargo.toml HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    }

    #[test]
    fn wasm_has_its_type() {
        assert_eq!(kind(Path::new("app_bg.wasm")), "application/wasm");
        assert_eq!(kind(Path::new("app.js")), "text/javascript; charset=utf-8");
    }
}
