//! What a hostile frame of 64 KiB can make us allocate, all told: a bounded multiple of itself.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use sessionful::{Codec, Frame, Limits};
use sessionful_wcf::soap::{Soap, Wire};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Everything that is allocated while a frame is read, kept or not, may be so many times the frame.
const MULTIPLE: usize = 192;
const FRAME: usize = 65_536;

/// An envelope of just the largest size, its middle filled with copies of `unit`.
fn envelope(before: &[u8], unit: &[u8], after: &[u8]) -> Vec<u8> {
    let count = (FRAME - before.len() - after.len()) / unit.len();
    [before, &unit.repeat(count), after].concat()
}

const TEXT: &str = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>";

fn text(open: &str, unit: &str, close: &str) -> Vec<u8> {
    let (before, after) = (format!("{TEXT}{open}"), format!("{close}</s:Envelope>"));
    envelope(before.as_bytes(), unit.as_bytes(), after.as_bytes())
}

/// Without a block of new strings; `s:Envelope` and `s:Body` around it.
fn records(unit: &[u8]) -> Vec<u8> {
    envelope(b"\x00\x56\x02\x0b\x01s\x04\x56\x0e\x40\x01e", unit, b"\x01\x01\x01")
}

#[test]
fn a_frame_costs_a_bounded_multiple_of_itself() {
    let mut array =
        b"\x00\x56\x02\x0b\x01s\x04\x56\x0e\x40\x01e\x03\x40\x01i\x01\xb5\x80\xfd\x03".to_vec();
    array.extend(vec![1; 65_152]);
    array.extend(b"\x01\x01\x01");
    let many = format!("<h xmlns='u'>{}</h>", "<b/>".repeat(255));
    let mut dictionary = vec![0xd2, 0x0f, 0xd0, 0x0f];
    dictionary.extend([b'x'; 2000]);
    dictionary.extend(b"\x56\x02\x0b\x01s\x04\x56\x0e\x40\x01e");
    dictionary.extend(b"\x42\x01\x01".repeat(20_000));
    dictionary.extend(b"\x01\x01\x01");
    for (name, wire, frame) in [
        ("elements", Wire::SocketText, text("<s:Body><a>", "<b/>", "</a></s:Body>")),
        ("mixed", Wire::SocketText, text("<s:Body><a>", "<b/>x", "</a></s:Body>")),
        (
            "attributes",
            Wire::SocketText,
            text("<s:Body><a>", "<b c='' d='' e='' f=''/>", "</a></s:Body>"),
        ),
        ("references", Wire::SocketText, text("<s:Body><a>", "&lt;", "</a></s:Body>")),
        ("sections", Wire::SocketText, text("<s:Body><a>", "<![CDATA[]]>", "</a></s:Body>")),
        ("comments", Wire::SocketText, text("<s:Body><a>", "<!---->", "</a></s:Body>")),
        ("namespaces", Wire::SocketText, text("<s:Body><a>", "<b xmlns='u'/>", "</a></s:Body>")),
        (
            "a header",
            Wire::SocketText,
            text("<s:Header><h xmlns='u'>", "<b/>", "</h></s:Header><s:Body/>"),
        ),
        ("headers", Wire::SocketText, text("<s:Header>", &many, "</s:Header><s:Body/>")),
        ("records", Wire::SocketBinary, records(b"\x40\x01b\x01")),
        ("texts", Wire::SocketBinary, records(b"\x82")),
        ("lists", Wire::SocketBinary, records(b"\xa4\x82\x82\x82\xa6")),
        ("an array", Wire::SocketBinary, array),
        ("the dictionary", Wire::SocketBinary, dictionary),
    ] {
        assert!(frame.len() <= FRAME && frame.len() > FRAME - 6000, "{name}: {}", frame.len());
        let (mut codec, length) = (Soap::host(wire, Limits::default()), frame.len());
        let frame = Frame::Bytes(frame.into());
        let region = Region::new(ALLOCATOR);
        let read = codec.decode(frame);
        let change = region.change();
        let spent = change.bytes_allocated + usize::try_from(change.bytes_reallocated).unwrap_or(0);
        println!(
            "{name}: {} times, {}",
            spent / length,
            if read.is_ok() { "read" } else { "refused" }
        );
        assert!(spent <= MULTIPLE * length, "{name}: {} times", spent / length);
    }
}
