//! JavaScript values that travel through the runtime without entering its memory.
//!
//! A body or a frame is [`Bytes`] to the runtime, which never looks into it. Here those bytes are
//! the name of a place where the value itself is kept; the last clone that goes frees the place.

use bytes::Bytes;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// Marks the name of a place. A body from elsewhere never has exactly this form: all frames of the
/// npm package are read by codecs that hold what they read.
const MARK: [u8; 4] = *b"\0js\0";

#[derive(Default)]
struct Shelf {
    places: Vec<Option<JsValue>>,
    free: Vec<u32>,
}

thread_local! {
    static SHELF: RefCell<Shelf> = RefCell::default();
}

/// The owner of a place.
struct Name([u8; 8]);

impl Name {
    fn place(bytes: &[u8]) -> Option<u32> {
        let bytes: &[u8; 8] = bytes.try_into().ok()?;
        let (mark, place) = bytes.split_at(4);
        (mark == MARK).then(|| place.try_into().ok().map(u32::from_le_bytes)).flatten()
    }
}

impl AsRef<[u8]> for Name {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        let Some(place) = Name::place(&self.0) else { return };
        // Dropping a value runs no foreign code, but it may come when the thread itself ends.
        let gone = SHELF.try_with(|shelf| {
            let mut shelf = shelf.borrow_mut();
            shelf.free.push(place);
            shelf.places.get_mut(place as usize)?.take()
        });
        drop(gone);
    }
}

/// Keeps a value for as long as any clone of the result lives.
pub(crate) fn hold(value: JsValue) -> Bytes {
    let place = SHELF.with_borrow_mut(|shelf| match shelf.free.pop() {
        Some(place) => {
            shelf.places[place as usize] = Some(value);
            place
        }
        None => {
            shelf.places.push(Some(value));
            (shelf.places.len() - 1) as u32
        }
    });
    let mut name = [0; 8];
    name[..4].copy_from_slice(&MARK);
    name[4..].copy_from_slice(&place.to_le_bytes());
    Bytes::from_owner(Name(name))
}

/// The value that these bytes name.
pub(crate) fn held(bytes: &Bytes) -> Option<JsValue> {
    let place = Name::place(bytes)?;
    SHELF.with_borrow(|shelf| shelf.places.get(place as usize)?.clone())
}

/// How many values are kept: after the last call and session it is none.
pub(crate) fn count() -> usize {
    SHELF.with_borrow(|shelf| shelf.places.len() - shelf.free.len())
}
