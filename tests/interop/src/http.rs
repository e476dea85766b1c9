//! One request over HTTP, on this machine.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// Posts a body to `http://localhost:PORT/PATH`.
pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response, String> {
    send("POST", url, headers, body)
}

/// Gets what is there.
pub(crate) fn get(url: &str) -> Result<Response, String> {
    send("GET", url, &[], &[])
}

fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Response, String> {
    let wrong = || format!("{url} is no address of this machine");
    let rest = url.strip_prefix("http://localhost:").ok_or_else(wrong)?;
    let (port, path) = rest.split_once('/').ok_or_else(wrong)?;
    let port: u16 = port.parse().map_err(|_| wrong())?;
    let mut request =
        format!("{method} /{path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let exchange = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.write_all(request.as_bytes())?;
        stream.write_all(body)?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response)?;
        Ok(response)
    };
    read(&exchange().map_err(|error| format!("{url}: {error}"))?)
}

fn read(response: &[u8]) -> Result<Response, String> {
    let end = response.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no headers")?;
    let head = String::from_utf8_lossy(&response[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let header = |wanted: &str| {
        head.split("\r\n").filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let body = &response[end + 4..];
    let chunked = header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
    Ok(Response {
        status: status.ok_or("no status")?,
        content_type: header("content-type").unwrap_or_default(),
        body: if chunked { joined(body)? } else { body.to_vec() },
    })
}

/// The chunks of a body (RFC 9112 section 7.1).
pub(crate) fn joined(mut rest: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").ok_or("a chunk without a size")?;
        let size = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = size.split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16).map_err(|error| error.to_string())?;
        if size == 0 {
            return Ok(body);
        }
        let chunk = rest.get(end + 2..end + 2 + size).ok_or("a chunk that is cut off")?;
        body.extend_from_slice(chunk);
        rest = rest.get(end + 2 + size + 2..).ok_or("chunks that do not end")?;
    }
}
