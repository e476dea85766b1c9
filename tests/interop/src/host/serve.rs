//! As much of HTTP/1.1 as the clients of the cases need: one request a connection.

use crate::http::joined;
use sessionful_wcf::soap::Entity;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// The largest body that is taken.
const LARGEST: usize = 1 << 20;

/// What a client sent.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What it gets.
pub(super) struct Response {
    status: u16,
    content_type: String,
    body: Vec<u8>,
}

impl Response {
    pub(super) fn empty(status: u16) -> Response {
        Response { status, content_type: String::new(), body: Vec::new() }
    }

    pub(super) fn xml(text: String) -> Response {
        Response { status: 200, content_type: "text/xml; charset=utf-8".into(), body: text.into() }
    }

    pub(super) fn entity(entity: Entity) -> Response {
        let Entity { status, content_type, body, .. } = entity;
        Response { status, content_type, body: body.to_vec() }
    }
}

/// Serves for ever, one connection after the other.
pub(super) fn serve(listener: &TcpListener, answer: &mut dyn FnMut(Request) -> Response) {
    for stream in listener.incoming().flatten() {
        // Whoever goes away, or never says anything, must not stop the others.
        if stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok() {
            let _ = exchange(stream, answer);
        }
    }
}

fn exchange(stream: TcpStream, answer: &mut dyn FnMut(Request) -> Response) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let Some(mut request) = head(&mut reader)? else { return Ok(()) };
    if request.header("expect").is_some() {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let response = match body(&request, &mut reader)? {
        Some(body) => {
            request.body = body;
            answer(request)
        }
        None => Response::empty(413),
    };
    let mut head = format!("HTTP/1.1 {} _\r\nConnection: close\r\n", response.status);
    if !response.body.is_empty() {
        head.push_str(&format!("Content-Type: {}\r\n", response.content_type));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", response.body.len()));
    writer.write_all(&[head.as_bytes(), &response.body].concat())
}

fn head(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut words = lines.first().map(String::as_str).unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let header = |line: &String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    Ok(Some(Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: lines.iter().skip(1).filter_map(header).collect(),
        body: Vec::new(),
    }))
}

/// The body; `None` if it is too large.
fn body(request: &Request, reader: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    if request.header("transfer-encoding").is_some() {
        let mut chunks = Vec::new();
        while !chunks.ends_with(b"0\r\n\r\n") {
            if chunks.len() > LARGEST || reader.read_until(b'\n', &mut chunks)? == 0 {
                return Ok(None);
            }
        }
        return Ok(joined(&chunks).ok());
    }
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if length > LARGEST {
        return Ok(None);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}
